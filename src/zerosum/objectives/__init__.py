"""What the players pay: pure functions from logits to one value per picture.

Losses say what an opinion costs, penalties what a steep critic costs; the game takes the mean and
sets the weights.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
