"""Adversarial examples: images that a classifier gets wrong, though they look the same.

All pixels are in [0, 1]. A `PixelClassifier` wraps a network and scales its input, a `Norm`
defines the distance, a `Goal` defines success. An attack is a dataclass of settings.
`attack_images` runs every attack in the same way: in evaluation mode, repeatably, each image
by itself. Success is measured on the very images that it returns.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
