"""Some of a network's own pictures, kept as those that come through the browser."""

from pathlib import Path
from typing import Any

from zerosum.config import RunConfig
from zerosum.data.sources.named import without_downloads
from zerosum.jobs.examples import Example, examples
from zerosum.lessons.packaged import open_picture, packaged_config, photograph
from zerosum.media.images import to_images
from zerosum.runs import Run
from zerosum.studio.tasks.pictures import keep
from zerosum.types import Progress

__all__ = ["run"]

_PHOTO = (512, 512)


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read some pictures, chosen at random.

    Args:
        arguments: ``network``; ``folder``, where pictures are kept; ``count``; ``seed``;
            ``domain``, of a run that has two: ``a``, ``b``, or None.
        progress: Called with (pictures kept, pictures in all).

    Returns:
        ``pictures``: id, name, width, height, ``label``, the name of its class or None, and
        ``split``, the part of its source.

    Raises:
        ZerosumError: The pictures are not there (any more), or a run has no such domain.
    """
    found = _examples(arguments)
    kept = []
    for done, each in enumerate(found):
        progress(done, len(found))
        about = {"name": each.name, "label": each.label, "split": each.split}
        kept.append({**keep(each.image, Path(arguments["folder"])), **about})
    return {"pictures": kept}


def _examples(arguments: dict[str, Any]) -> list[Example]:
    reference = arguments["network"]
    if reference["path"] is None and reference["key"] != "@digits":
        image = to_images(open_picture(None, size=_PHOTO))[0]
        return [Example(image=image, name=photograph().name, label=None, split="")]
    with without_downloads():
        return examples(
            _config(reference),
            count=arguments["count"],
            seed=arguments["seed"],
            domain=arguments["domain"],
        )


def _config(reference: dict[str, Any]) -> RunConfig:
    if reference["path"] is None:
        return packaged_config()
    return Run.open(Path(reference["path"])).config()
