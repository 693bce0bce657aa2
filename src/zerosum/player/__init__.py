"""A generator as one page that runs by itself: a graph of its network, and what computes it."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
