"""All attacks by name: bombs, lies, traps, and files that change while they are read."""

from damaged.attack import Attack
from damaged.bombs import BOMBS
from damaged.lies import LIES
from damaged.meddling import MEDDLING
from damaged.packed_lies import PACKED_LIES
from damaged.traps import TRAPS

__all__ = ["ATTACKS"]

ATTACKS: dict[str, Attack] = {**TRAPS, **LIES, **PACKED_LIES, **MEDDLING, **BOMBS}
"""By name."""
