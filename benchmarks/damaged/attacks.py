"""All attacks by name: bombs, lies, traps, and files that change while they are read."""

from hashlib import blake2b

from damaged.attack import Attack
from damaged.bombs import BOMBS
from damaged.lies import LIES
from damaged.meddling import MEDDLING
from damaged.packed_lies import PACKED_LIES
from damaged.traps import TRAPS

__all__ = ["ATTACKS"]

_TOGETHER = {**TRAPS, **LIES, **PACKED_LIES, **MEDDLING, **BOMBS}

ATTACKS: dict[str, Attack] = dict(
    sorted(_TOGETHER.items(), key=lambda item: blake2b(item[0].encode("ascii")).digest())
)
"""By name, well mixed: any hundred in a row are of all kinds."""
