"""Trained games, ready to be used: each kind has what it is good for, and nothing else."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
