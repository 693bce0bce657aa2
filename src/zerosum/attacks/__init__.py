"""Pictures that a classifier gets wrong, though a person sees no difference.

Everything happens in pixels in [0, 1]: a `Classifier` says how a network wants to be given them, a
`Norm` what "near" means, a `Goal` what counts as success. An attack is a few settings, and
`attack_pictures` runs any of them in the same way: in evaluation mode, repeatably, each picture by
itself, and judged on the very pictures that it returns.
"""

from collections.abc import Callable

from zerosum.attacks.ascent import Ascent, bim, fgsm, momentum, pgd
from zerosum.attacks.base import Attack, Outcome, attack_pictures
from zerosum.attacks.carlini import CarliniWagner
from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.deepfool import DeepFool
from zerosum.attacks.goals import Goal
from zerosum.attacks.learned import Learned
from zerosum.attacks.masking import Evidence, examine, signs_of_masking
from zerosum.attacks.noise import Noise
from zerosum.attacks.norms import L2, NORMS, LInf, Norm, into_range
from zerosum.attacks.square import Square
from zerosum.attacks.universal import Universal
from zerosum.registry import Table

__all__ = [
    "ATTACKS",
    "L2",
    "NORMS",
    "Ascent",
    "Attack",
    "CarliniWagner",
    "Chance",
    "Classifier",
    "DeepFool",
    "Evidence",
    "Goal",
    "LInf",
    "Learned",
    "Noise",
    "Norm",
    "Outcome",
    "Square",
    "Universal",
    "attack_pictures",
    "bim",
    "examine",
    "fgsm",
    "into_range",
    "momentum",
    "pgd",
    "signs_of_masking",
]

ATTACKS: Table[Callable[[Norm], Attack]] = Table(
    "attack",
    {
        "noise": lambda norm: Noise(norm=norm),
        "fgsm": fgsm,
        "bim": bim,
        "pgd": pgd,
        "momentum": momentum,
        "deepfool": lambda norm: DeepFool(norm=norm),
        "cw": lambda norm: CarliniWagner(norm=norm),
        "square": lambda norm: Square(norm=norm),
        "universal": lambda norm: Universal(norm=norm),
    },
    also={"i-fgsm": "bim", "ifgsm": "bim", "mim": "momentum", "mi-fgsm": "momentum", "c&w": "cw"},
)
"""The attacks by name, with the settings of their papers; each is given a norm."""
