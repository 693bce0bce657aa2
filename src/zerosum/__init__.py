"""Generative adversarial networks as games.

>>> import zerosum
>>> "dcgan-digits" in zerosum.recipes.RECIPES
True
>>> zerosum.recipe("dcgan-digits").batch_size
32
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
