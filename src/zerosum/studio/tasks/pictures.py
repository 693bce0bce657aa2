"""Pictures that came through the browser, decoded by the code that will read them."""

from hashlib import blake2b
from pathlib import Path
from typing import Any

from PIL import Image

from zerosum.data.fitting import convert
from zerosum.data.sources.base import UnreadableError
from zerosum.data.sources.decoding import decode
from zerosum.files import writing
from zerosum.media.images import encode_png
from zerosum.types import Progress

__all__ = ["keep", "run"]

_AS_THEY_ARE = ("1", "L", "LA", "RGB", "RGBA", "I;16")
"""Modes that a PNG has, and that can be made smaller; the others become RGB or RGBA."""

_WHITE = (255, 255, 255)
_LONGEST_SIDE = 2048
"""Pixels; what is larger is made smaller, since no network here looks at more."""


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Decode pictures, and keep each as a PNG.

    Args:
        arguments: ``folder`` to keep them in; ``files``, each a ``path`` and the ``name`` that its
            sender gave it; ``pixel_limit``.
        progress: Called with (files read, files in all).

    Returns:
        ``pictures`` (id, name, width, height), and ``refused`` (file, why).
    """
    folder, limit = Path(arguments["folder"]), arguments["pixel_limit"]
    pictures, refused = [], []
    for done, file in enumerate(arguments["files"]):
        progress(done, len(arguments["files"]))
        content = Path(file["path"]).read_bytes()
        try:
            image = decode(content, file["name"], pixel_limit=limit)
        except UnreadableError as error:
            refused.append({"file": file["name"], "why": error.fault})
            continue
        pictures.append({**keep(image, folder), "name": file["name"]})
    return {"pictures": pictures, "refused": refused}


def keep(image: Image.Image, folder: Path) -> dict[str, Any]:
    """Keep a picture for pages.

    Args:
        image: Of any mode.
        folder: Where pictures are.

    Returns:
        Its ``id``, ``width`` and ``height``.
    """
    if image.mode not in _AS_THEY_ARE:
        channels = 4 if image.has_transparency_data else 3
        image = convert(image, channels=channels, background=_WHITE)
        image.info.pop("icc_profile", None)  # The numbers are sRGB now.
    profile = image.info.get("icc_profile")
    if max(image.size) > _LONGEST_SIDE:
        image = image.copy()
        image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    content = encode_png(image, {}, profile=profile)
    name = blake2b(content, digest_size=16).hexdigest()
    with writing(folder / f"{name}.png") as temporary:
        temporary.write_bytes(content)
    return {"id": name, "width": image.width, "height": image.height}
