"""Whole jobs, for command line and API: train, evaluate, compare, translate, classify..."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
