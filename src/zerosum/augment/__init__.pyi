from .diffaugment import AUGMENTATIONS as AUGMENTATIONS
from .diffaugment import augment as augment
from .nonleaking import augment_by_chance as augment_by_chance
