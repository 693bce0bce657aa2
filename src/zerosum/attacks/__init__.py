"""Pictures that a classifier gets wrong, though a person sees no difference.

Everything happens in pixels in [0, 1]: a `Classifier` says how a network wants to be given them, a
`Norm` what "near" means, a `Goal` what counts as success. An attack is a few settings, and
`attack_pictures` runs any of them in the same way: in evaluation mode, repeatably, each picture by
itself, and judged on the very pictures that it returns.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
