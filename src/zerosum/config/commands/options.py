"""Options that several commands have, with what their help says of them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import tyro
from tyro.constructors import PrimitiveConstructorSpec

from zerosum.checks import require

__all__ = ["Checkpoint", "Commas", "Device", "Direction", "PixelLimit", "require_pixels"]

Checkpoint = Annotated[
    Literal["latest", "best"],
    tyro.conf.arg(help="Which checkpoint; best is that of the best evaluation while training."),
]

Device = Annotated[str, tyro.conf.arg(help="auto, cpu, cuda or mps.")]

Direction = Literal["a2b", "b2a"]

PixelLimit = Annotated[
    int | None,
    tyro.conf.arg(
        help="Pictures of more pixels are refused as decompression bombs; raise it for big "
        "pictures that you trust. By default the run's own limit."
    ),
]


def _split(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in words[0].split(","))


def _join(names: Any) -> list[str]:
    return [",".join(map(str, names))]


Commas = Annotated[
    tuple[str | int, ...],
    PrimitiveConstructorSpec(
        nargs=1,
        metavar="TEXT,...",
        instance_from_str=_split,
        is_instance=lambda value: isinstance(value, tuple),
        str_from_instance=_join,
    ),
]
"""Names or numbers; on the command line one word, with commas between them."""


def require_pixels(limit: int | None) -> None:
    """Refuse a limit under which no image is.

    Example:
        >>> require_pixels(0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: --pixel-limit must be greater than 0 pixels, got 0.
    """
    require(
        limit is None or limit > 0, f"--pixel-limit must be greater than 0 pixels, got {limit}."
    )
