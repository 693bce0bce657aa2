"""Networks that turn images into features, in whose space images are compared.

A score is only as good as the network behind it, and can be compared only with scores from the
same one; so a network knows its name, the hash of its weights and what it does to images first.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
