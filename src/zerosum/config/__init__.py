"""Settings that cannot hold nonsense, of runs and of commands, and their way to JSON and back."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
