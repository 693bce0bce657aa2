"""A run as plain values that cannot hold nonsense, and their way to objects and to JSON."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
