"""A classifier as a page shows it: its classes, and which attacks there are."""

from typing import Any

from zerosum.attacks import ATTACKS, NORMS, Attack
from zerosum.errors import ConfigError
from zerosum.studio.attacking import SLOW
from zerosum.studio.classifying import names_of
from zerosum.studio.opened import victim_of
from zerosum.types import Progress

__all__ = ["run"]

_CONTROL = "noise"
"""What stands beside every attack, and is none."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Open a classifier.

    Args:
        arguments: ``network``.
        progress: Not called.

    Returns:
        ``classes``, their names by label; ``attacks``, each with its ``name``, the ``norms`` that
        it is meant for, whether it is ``minimal``: looks for the smallest perturbation, and
        whether it is ``slow``.

    Raises:
        ZerosumError: The classifier cannot be used.
    """
    victim, _ = victim_of(arguments["network"])
    return {
        "classes": list(names_of(victim)),
        "attacks": [_described(name) for name in ATTACKS if name != _CONTROL],
    }


def _described(name: str) -> dict[str, Any]:
    made = {norm: attack for norm in NORMS if (attack := _made(name, norm)) is not None}
    minimal = any(attack.minimal for attack in made.values())
    return {"name": name, "norms": list(made), "minimal": minimal, "slow": name in SLOW}


def _made(name: str, norm: str) -> Attack | None:
    """The attack in a norm; None where it is not meant for it."""
    try:
        return ATTACKS[name](NORMS[norm])
    except ConfigError:
        return None
