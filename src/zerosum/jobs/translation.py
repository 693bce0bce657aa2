"""Translate images of any size with a trained run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from zerosum.config import PicturesConfig
from zerosum.config.commands.translate import TranslateConfig
from zerosum.counting import counting
from zerosum.data import scale
from zerosum.data.colours import describes, from_srgb
from zerosum.data.fitting import convert
from zerosum.errors import ConfigError, DataError
from zerosum.games.base import evaluating
from zerosum.jobs.inputs import Input, failures_to_json, output_names
from zerosum.jobs.opened import OpenedInputs
from zerosum.jobs.outputs import keeping_finished
from zerosum.media.images import provenance, save_png, to_images
from zerosum.media.pages import Page, write_page
from zerosum.models.translator import Translator
from zerosum.networks import kinds
from zerosum.networks.tiles import translate_any_size
from zerosum.sizes import in_pixels
from zerosum.types import Images

__all__ = ["Translated", "translate"]

ROWS = 200
_OVERLAP = 128


@dataclass(frozen=True, kw_only=True)
class Translated:
    """The result of `translate`.

    Attributes:
        count: How many images it translated.
        out: The folder that they are in.
        page: The page that shows them, where one was asked for.
        failed: (name, reason) of every image that was passed over.

    Example:
        >>> Translated(count=3, out=Path("made")).failed
        ()
    """

    count: int
    out: Path
    page: Path | None = None
    failed: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "out": str(self.out),
            "page": None if self.page is None else str(self.page),
            "translated": self.count,
            "failed": failures_to_json(self.failed),
        }


def translate(
    run: str | Path,
    inputs: Sequence[str | Path],
    options: TranslateConfig | None = None,
    *,
    quiet: bool = False,
) -> Translated:
    """Translate images and write one PNG for each, which says that it is generated.

    An image that cannot be read or is too small is passed over; all others are translated.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them) and zip or tar archives of images.
        options: How.
        quiet: No progress bar.

    Raises:
        ZerosumError: Something does not fit; the message says what to do.

    Example:
        >>> translate("runs/cyclegan", ["no-such.jpg"])
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """
    options = options or TranslateConfig()
    opened = OpenedInputs(run, inputs, Translator, options, out=options.out)
    direction = options.direction or opened.model.directions[0]
    out = opened.folder(f"translated-{direction}")
    translator = _Translator(opened.model, direction, tile=options.tile)
    listed = opened.find(direction=direction, split=options.split)
    names = [each.name for each in listed]
    # Names are settled before the first translation, since two inputs may be called alike.
    files = dict(zip(names, output_names(names), strict=True))
    with (
        _page(translator, options.page) as page,
        counting("translating pictures", quiet=quiet) as progress,
    ):
        for each, (source, made, profile) in opened.use(listed, translator.translate, progress):
            image, profile = translator.finish(made, profile)
            with keeping_finished(out):
                path, facts = out / files[each.name], translator.facts(each.name)
                save_png(image, path, facts=facts, profile=profile)
            if page is not None:
                page.add(each.name, source, made)
    return Translated(
        count=len(listed) - len(opened.failed),
        out=out,
        page=options.page,
        failed=tuple(opened.failed),
    )


class _Translator:
    """A run's network of one direction, and that of the other where there is one."""

    def __init__(self, model: Translator, direction: str, *, tile: int) -> None:
        back = direction[::-1]
        self.model = model
        self.direction = direction
        self.network = model.translator(direction)
        self.back = model.translator(back) if back in model.directions else None
        self._tile = tile
        self._settings = model.run.config().pictures

    def translate(self, source_file: Input) -> tuple[Images, Images, bytes | None]:
        """The image and its translation, as the network has them; and the image's profile.

        Raises:
            DataError: It cannot be read, is too small, or has not the run's channels.
        """
        image = source_file.read()
        profile = image.info.get("icc_profile")
        source = _to_images(image, self._settings)
        height, width = source.shape[2:]
        smallest = self.network.smallest
        if min(height, width) < smallest:
            raise DataError(
                f"the picture has only {in_pixels((height, width))}; the network needs at least "
                f"{smallest}x{smallest}"
            )
        return source, self.through(self.network, source), profile

    def finish(self, made: Images, profile: bytes | None) -> tuple[Image.Image, bytes | None]:
        """A translation in the colours of the image's own profile, and that, if it can be had.

        It cannot be for images of ink (CMYK), and where grey images become coloured ones.
        """
        image = to_images(made)[0]
        if profile is None:
            return image, None
        if not self._settings.srgb:
            return image, profile if describes(profile, image.mode) else None
        own = from_srgb(image, profile)
        return (image, None) if own is None else (own, profile)

    def through(self, network: kinds.Translator, images: Images) -> Images:
        """What a network makes of images."""
        multiple = network.multiple
        overlap = min(_OVERLAP, self._tile // 4)
        try:
            with evaluating(network):
                return translate_any_size(
                    network, images, multiple=multiple, tile=self._tile, overlap=overlap
                )
        except torch.OutOfMemoryError as error:
            raise ConfigError(
                f"the memory of the device is too small for {self._tile}x{self._tile} pixels at "
                f"once; choose smaller tiles, such as --tile {self._tile // 2}, or --device cpu."
            ) from error

    def facts(self, name: str) -> dict[str, str]:
        """The text chunks of a translation."""
        run, images = self.model.run.name, self.model.images_seen
        return provenance(run=run, images_seen=images, direction=self.direction, source=name)


class _Rows:
    """The rows of a page: each image, its translation, and that translated back."""

    def __init__(self, page: Page, translator: _Translator) -> None:
        self._page = page
        self._translator = translator
        self.count = 0

    def add(self, name: str, source: Images, made: Images) -> None:
        """Add a row, if there are not too many."""
        self.count += 1
        if self.count > ROWS:
            return
        images = [source, made]
        if self._translator.back is not None:
            images.append(self._translator.through(self._translator.back, made))
        self._page.row(name, [to_images(each)[0] for each in images])


@contextmanager
def _page(translator: _Translator, path: Path | None) -> Iterator[_Rows | None]:
    """The page, if one is wanted."""
    if path is None:
        yield None
        return
    model, back = translator.model, translator.back
    facts = {
        "run": model.run.name,
        "images seen": f"{model.images_seen:,}",
        "direction": translator.direction,
        "translations": "synthetic pictures, generated by a neural network",
    }
    columns = ("input", "translation", *([] if back is None else ["translated back"]))
    title = f"{model.run.name}: {translator.direction}"
    with write_page(path, title=title, columns=columns, facts=facts) as page:
        rows = _Rows(page, translator)
        yield rows
        if rows.count > ROWS:
            page.note(f"The first {ROWS} of {rows.count:,} translations are shown.")


def _to_images(image: Image.Image, settings: PicturesConfig) -> Images:
    """One image with the run's channels, shape (1, c, h, w), in [-1, 1]."""
    image = convert(
        image,
        channels=settings.channels,
        background=settings.background,
        srgb=settings.srgb,
    )
    pixels = np.atleast_3d(np.array(image))
    return scale(torch.from_numpy(pixels).permute(2, 0, 1)[None])
