"""Losses and penalties: pure functions to one value per image.

Losses are functions of logits, penalties of a critic's gradient; the game takes the mean and sets
the weights.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
