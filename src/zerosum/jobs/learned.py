"""Attacks that runs have learnt, by what a user calls them."""

from pathlib import Path

import torch

from zerosum.attacks import ATTACKS
from zerosum.errors import DataError
from zerosum.families.loading import load
from zerosum.files import expanded
from zerosum.models.attack import LearnedAttack
from zerosum.runs import is_run

__all__ = ["is_learned", "load_learned"]

_PREFIX = "advgan:"


def is_learned(spec: str) -> bool:
    """Whether an attack is named by the run that learnt it: a folder, or ``advgan:FOLDER``.

    Example:
        >>> is_learned("advgan:runs/mine"), is_learned("pgd")
        (True, False)
    """
    is_path = "/" in spec or spec.startswith(_PREFIX)
    return is_path or (spec not in ATTACKS and is_run(Path(spec)))


def load_learned(spec: str, *, device: torch.device) -> LearnedAttack:
    """Load the attack that a run has learnt; its victim is not needed.

    Args:
        spec: The run's folder, perhaps after ``advgan:``.
        device: Where it is to run.

    Raises:
        RunError: There is no such run, or it has learnt no attack.
        DataError: It cannot be named beside others.
    """
    path = spec.removeprefix(_PREFIX)
    attack = load(expanded(path), kind=LearnedAttack, device=device.type)
    if not attack.name:
        raise DataError(f"{path} has no name to be called by; give the run a folder of its own.")
    return attack
