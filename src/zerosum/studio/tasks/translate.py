"""A picture of the reader's, in the other domain and on the way back."""

from base64 import b64encode
from pathlib import Path
from typing import Any

from PIL import Image

from zerosum.data.sources.decoding import decode
from zerosum.jobs.inputs import Input
from zerosum.jobs.picture_translator import PictureTranslator, Profiled
from zerosum.media.images import encode_png, save_png
from zerosum.models.translator import Translator
from zerosum.sizes import PIXEL_LIMIT
from zerosum.studio.opened import model_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Translate a picture, and its translation back where the run goes both ways.

    Args:
        arguments: ``network``; ``picture``, its path, and ``name``; ``direction``, None for the
            run's first; ``most``, the longest side in pixels, to which larger ones are brought;
            ``save``, where to write the translation, or None.
        progress: Called with (translations made, translations in all).

    Returns:
        ``source``, ``made`` and ``back`` (or None) as addresses that hold the pictures; ``width``
        and ``height`` of each; ``direction``; ``images_seen`` and ``stamp`` of the network.

    Raises:
        ZerosumError: The picture is too small, or the run does not translate so.
    """
    opened = model_of(arguments["network"], Translator)
    translator = PictureTranslator(opened.model, arguments["direction"])
    name = arguments["name"]
    image = _picture(Path(arguments["picture"]), name, arguments["most"])
    source = translator.read(Input(name=name, read=lambda: image))
    steps = 1 if translator.back is None else 2
    progress(0, steps)
    made = translator.there(source.images)
    progress(1, steps)
    again = translator.and_back(made)
    progress(steps, steps)
    shown = [source, Profiled(made, source.profile)]
    shown += [] if again is None else [Profiled(again, source.profile)]
    addresses = [_address(translator, each) for each in shown]
    if arguments["save"] is not None:
        finished, profile = translator.finish(shown[1])
        facts = translator.facts(name)
        save_png(finished, Path(arguments["save"]), facts=facts, profile=profile)
    height, width = source.images.shape[2:]
    return {
        "source": addresses[0],
        "made": addresses[1],
        "back": addresses[2] if again is not None else None,
        "width": width,
        "height": height,
        "direction": translator.direction,
        "images_seen": opened.images_seen,
        "stamp": opened.stamp,
    }


def _picture(path: Path, name: str, most: int) -> Image.Image:
    """A picture, made smaller where its longest side is longer."""
    image = decode(path.read_bytes(), name, pixel_limit=PIXEL_LIMIT)
    if max(image.size) > most:
        image.thumbnail((most, most), Image.Resampling.LANCZOS)  # Keeps mode and profile.
    return image


def _address(translator: PictureTranslator, picture: Profiled) -> str:
    image, profile = translator.finish(picture)
    return f"data:image/png;base64,{b64encode(encode_png(image, {}, profile=profile)).decode()}"
