"""Networks of all kinds, a few alike in each file, and beside them the settings that build them.

A generator has ``latent_size``, ``image_shape`` and ``forward(latents) -> images``; a
discriminator has ``image_shape`` and ``forward(images) -> logits``, one per picture, without a
sigmoid; its ``features(images)`` are what its last layer is given. A translator turns images into
images of the same shape; a patch discriminator gives logits for the patches of a picture. Some
networks stand around others: conditional ones know the class, others compare the pictures of a
batch, or draw beside a reference batch. A classifier gives a logit per picture and class, in two
steps: ``features(images)`` and ``head(features)``; a domain head gives logits for features.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
