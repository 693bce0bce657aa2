"""The web page over a folder of runs; it has no private door.

A server reads run folders, keeps a queue in a small file, and starts trainings as processes of
their own. It imports neither torch nor numpy: what needs them runs in one worker process.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
