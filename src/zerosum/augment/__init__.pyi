from .diffaugment import AUGMENTATIONS as AUGMENTATIONS
from .diffaugment import augment as augment
from .nonleaking import augment_with_probability as augment_with_probability
