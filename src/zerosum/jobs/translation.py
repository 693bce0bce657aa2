"""Translate images of any size with a trained run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zerosum.config.commands.translate import TranslateConfig
from zerosum.counting import counting
from zerosum.errors import printable
from zerosum.jobs.inputs import Input, failures_to_json, output_names
from zerosum.jobs.opened import OpenedInputs
from zerosum.jobs.outputs import keeping_finished
from zerosum.jobs.picture_translator import PictureTranslator, Profiled
from zerosum.media.images import save_png, to_images
from zerosum.media.pages import Page, write_page
from zerosum.models.translator import Translator

__all__ = ["Translated", "translate"]

ROWS = 200


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
    translator = PictureTranslator(opened.model, direction, tile=options.tile)
    folder = _Folder(out, translator, originals=options.originals)
    listed = opened.find(direction=direction, split=options.split)
    names = [each.name for each in listed]
    # Names are settled before the first translation, since two inputs may be called alike.
    files = dict(zip(names, output_names(names), strict=True))
    with (
        _page(translator, options.page) as page,
        counting("translating pictures", quiet=quiet) as progress,
    ):

        def through(each: Input) -> _Pictures:
            back = options.originals or (page is not None and page.has_room)
            return _translated(translator, each, back=back)

        for each, pictures in opened.use(listed, through, progress):
            folder.save(each.name, files[each.name], pictures)
            if page is not None:
                page.add(each.name, pictures)
    return Translated(
        count=len(listed) - len(opened.failed),
        out=out,
        page=options.page,
        failed=tuple(opened.failed),
    )


class _Folder:
    """Where the pictures go: translations alone, or with originals and the way back beside."""

    def __init__(self, out: Path, translator: PictureTranslator, *, originals: bool) -> None:
        self._out = out
        self._translator = translator
        self._originals = originals

    def save(self, name: str, file: str, pictures: "_Pictures") -> None:
        """Write what was made of a picture.

        Args:
            name: What the original is called.
            file: What is made of it is called so.
            pictures: All of them.

        Raises:
            FileError: It cannot be written.
        """
        facts = self._translator.facts(name)
        with keeping_finished(self._out):
            if not self._originals:
                self._write(pictures.made, self._out / file, facts)
                return
            # Originals first: who sees a translation can compare it.
            self._write(
                pictures.source,
                self._out / "originals" / file,
                {"zerosum:source": printable(name)},
            )
            if pictures.back is not None:
                self._write(
                    pictures.back, self._out / "back" / file, facts | {"zerosum:back": "true"}
                )
            self._write(pictures.made, self._out / "translations" / file, facts)

    def _write(self, picture: Profiled, path: Path, facts: Mapping[str, str]) -> None:
        image, profile = self._translator.finish(picture)
        save_png(image, path, facts=facts, profile=profile)


@dataclass(frozen=True)
class _Pictures:
    """A picture, its translation, and that translated back, where anybody wants to see it."""

    source: Profiled
    made: Profiled
    back: Profiled | None = None


def _translated(translator: PictureTranslator, source_file: Input, *, back: bool) -> _Pictures:
    """A picture through the networks.

    Raises:
        DataError: It cannot be read, is too small, or has not the run's channels.
    """
    source = translator.read(source_file)
    made = translator.there(source.images)
    again = translator.and_back(made) if back else None
    return _Pictures(
        source,
        Profiled(made, source.profile),
        None if again is None else Profiled(again, source.profile),
    )


class _Rows:
    """The rows of a page: each image, its translation, and that translated back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.count = 0

    @property
    def has_room(self) -> bool:
        """Whether one more is shown."""
        return self.count < ROWS

    def add(self, name: str, pictures: _Pictures) -> None:
        """Add a row, if there are not too many."""
        self.count += 1
        if self.count <= ROWS:
            row = (pictures.source, pictures.made, pictures.back)
            self._page.row(name, [to_images(each.images)[0] for each in row if each is not None])


@contextmanager
def _page(translator: PictureTranslator, path: Path | None) -> Iterator[_Rows | None]:
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
        rows = _Rows(page)
        yield rows
        if rows.count > ROWS:
            page.note(f"The first {ROWS} of {rows.count:,} translations are shown.")
