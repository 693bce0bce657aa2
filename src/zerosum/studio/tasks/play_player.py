"""A generator as a page that draws its pictures by itself."""

from pathlib import Path
from typing import Any

from zerosum.latent.kept import KeptDirections
from zerosum.models.generator import Generator
from zerosum.studio.opened import model_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write the page.

    Args:
        arguments: ``network``; ``kept``, the path of directions with names; ``path``, which ends
            in .html.
        progress: Not called.

    Returns:
        ``images_seen``.
    """
    opened = model_of(arguments["network"], Generator)
    model: Generator = opened.model
    kept = KeptDirections(Path(arguments["kept"]), model.latent)
    model.save_player(Path(arguments["path"]), kept=kept)
    return {"images_seen": opened.images_seen}
