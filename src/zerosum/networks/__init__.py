"""Networks of all kinds, a few alike in each file, and beside them the settings that build them.

A generator has ``latent_size``, ``image_shape`` and ``forward(latents) -> images``. A
discriminator has ``image_shape`` and ``forward(images) -> logits``, one per image, without a
sigmoid; its ``features(images)`` are the input of its last layer. A translator turns images into
images of the same shape; a patch discriminator computes logits for the patches of an image. Some
networks wrap others: they add a class, compare the images of a batch, or normalise by a
reference batch. A classifier computes a logit per image and class, in two steps:
``features(images)`` and ``head(features)``; a domain head computes logits from features.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
