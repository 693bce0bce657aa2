"""Complete jobs by name: functions that return a run's configuration.

A recipe's docstring is what ``zerosum recipes`` shows of it; its first line is the summary.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
