"""The attacks by name."""

from collections.abc import Callable

from zerosum.attacks.ascent import bim, fgsm, momentum, pgd
from zerosum.attacks.base import Attack
from zerosum.attacks.carlini import CarliniWagner
from zerosum.attacks.deepfool import DeepFool
from zerosum.attacks.noise import Noise
from zerosum.attacks.norms import Norm
from zerosum.attacks.square import Square
from zerosum.attacks.universal import Universal
from zerosum.registry import Table

__all__ = ["ATTACKS"]

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
"""The attacks by name, with the settings of their papers; each is built for a norm."""
