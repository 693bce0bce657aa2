"""An audit as text for a terminal, and an image of some of the images."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from zerosum.data.audit import Audit, open_parts
from zerosum.data.fitting import convert
from zerosum.data.ledger import Part, Shared
from zerosum.data.sources import Source, UnreadableError
from zerosum.data.sources.base import spread
from zerosum.errors import ConfigError
from zerosum.files import writing
from zerosum.sizes import PIXEL_LIMIT

__all__ = ["audit_to_json", "draw_audit", "findings", "render", "thumbnails"]

_GREY = (128, 128, 128)
_GAP = 2
_MOST_ROWS = 1_000
_LEAKING = (("train", "test"), ("train", "val"), ("trainA", "testA"), ("trainB", "testB"))


def render(audit: Audit, console: Console) -> None:
    """Print what an audit found.

    Args:
        audit: What was found.
        console: Where to print.

    Example:
        >>> from zerosum.data.audit import audit
        >>> render(audit("digits"), Console(width=99))
        digits: 5000 pictures in train
        ...
    """
    counts = ", ".join(f"{part.count} pictures in {part.split}" for part in audit.parts)
    _line(console, f"{audit.spec}: {counts}")
    for part in audit.parts:
        _line(console, part.split, style="table.title")
        console.print(_table(part))
        _list(console, _faults(part))
    _list(console, _leaks(audit))


def findings(audit: Audit) -> list[str]:
    """What is wrong with the pictures, a line each; of what there is much, one example.

    Example:
        >>> from zerosum.data.audit import audit
        >>> findings(audit("digits"))
        []
    """
    found = [
        (f"{part.split}: " if len(audit.parts) > 1 else "", fault)
        for part in audit.parts
        for fault in _faults(part)
    ]
    found += [("", leak) for leak in _leaks(audit)]
    return [
        f"{where}{fault.count} {fault.what} ({fault.between.join(fault.rows[0])})"
        for where, fault in found
        if fault.count
    ]


@dataclass(frozen=True)
class _Fault:
    """What is wrong: with how many, in words, and some of them by name and reason."""

    what: str
    count: int
    rows: Sequence[tuple[str, ...]]
    between: str = ": "


def _faults(part: Part) -> Iterator[_Fault]:
    yield _Fault("files are left out", part.unreadable_count, part.unreadable)
    groups = [group.names for group in part.duplicates]
    yield _Fault("pictures could go: another is exactly the same", part.surplus, groups, " = ")


def _leaks(audit: Audit) -> Iterator[_Fault]:
    for pair in audit.shared:
        yield _Fault(f"pictures {_shared_text(pair)}", pair.count, pair.examples, " = ")


def _list(console: Console, faults: Iterator[_Fault]) -> None:
    for each in faults:
        if not each.count:
            continue
        _line(console, f"{each.count} {each.what}")
        for row in each.rows:
            _line(console, f"  {each.between.join(row)}")
        if each.count > len(each.rows) == _MOST_ROWS:
            _line(console, f"  and {each.count - len(each.rows)} more")


def audit_to_json(audit: Audit) -> dict[str, Any]:
    """What an audit found as plain values; of lists that could be long, the beginning.

    Example:
        >>> from zerosum.data.audit import audit
        >>> part = audit_to_json(audit("digits"))["parts"][0]
        >>> part["pictures"], part["sizes"]
        (5000, [{'height': 28, 'width': 28, 'pictures': 5000}])
    """
    return {
        "source": audit.spec,
        "parts": [_part_to_json(part) for part in audit.parts],
        "shared": [
            {
                "first": pair.first,
                "second": pair.second,
                "pictures": pair.count,
                "examples": [list(names) for names in pair.examples],
            }
            for pair in audit.shared
        ],
    }


def _part_to_json(part: Part) -> dict[str, Any]:
    sizes = (
        {"height": height, "width": width, "pictures": count}
        for (width, height), count in part.sizes
    )
    return {
        "split": part.split,
        "pictures": part.count,
        "readable": part.readable,
        "sizes": list(sizes),
        "size_count": part.size_count,
        "modes": dict(part.modes),
        "classes": dict(part.classes),
        "lowest_value": part.low,
        "highest_value": part.high,
        "unreadable": [{"picture": name, "reason": why} for name, why in part.unreadable],
        "unreadable_count": part.unreadable_count,
        "duplicates": [{"pictures": it.count, "names": list(it.names)} for it in part.duplicates],
        "surplus": part.surplus,
    }


def draw_audit(
    specs: tuple[str, ...],
    path: Path,
    *,
    columns: int = 8,
    rows: int = 8,
    cell: int = 64,
    pixel_limit: int = PIXEL_LIMIT,
) -> None:
    """Save a sheet of images, evenly spread over every split of some sources, as PNG.

    Args:
        specs: Names or paths, at least one; see `open_source`.
        path: The file to write.
        columns: Images in a row.
        rows: Rows for each split.
        cell: The side of each cell in pixels; larger images are shrunk into it, smaller ones
            enlarged by whole factors.
        pixel_limit: Images of more pixels are not shown, as they may be decompression bombs.

    Raises:
        ConfigError: If a number is less than 1.
        DataError: If there is nothing of this name.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     draw_audit(("digits",), Path(folder, "digits.png"), columns=4, rows=2, cell=28)
        ...     with Image.open(Path(folder, "digits.png")) as sheet:
        ...         sheet.size
        (122, 62)
    """
    if min(columns, rows, cell) < 1:
        raise ConfigError(
            f"columns, rows and cell must be at least 1, found {columns}, {rows} and {cell}."
        )
    sources = [source for spec in specs for source in open_parts(spec)]
    for source in sources:
        source.pixel_limit = pixel_limit
    sheets = [_sheet(source, columns, rows, cell) for source in sources]
    height = sum(sheet.height for sheet in sheets)
    whole = Image.new("RGB", (sheets[0].width, height), _GREY)
    top = 0
    for sheet in sheets:
        whole.paste(sheet, (0, top))
        top += sheet.height
    with writing(path) as temporary:
        whole.save(temporary, "png")


def thumbnails(source: Source, count: int, cell: int) -> list[Image.Image]:
    """Some pictures of a source, evenly spread; those that cannot be read are left out.

    Args:
        source: Where they are.
        count: How many, at most.
        cell: Pixels of the side of the square into which each is brought.

    Example:
        >>> from zerosum.data import open_source
        >>> [each.size for each in thumbnails(open_source("digits"), 2, 56)]
        [(56, 56), (56, 56)]
    """
    shown = []
    for index in spread(len(source), count):
        with suppress(UnreadableError):
            shown.append(_fit(source.read(index), cell))
    return shown


def _sheet(source: Source, columns: int, rows: int, cell: int) -> Image.Image:
    step = cell + _GAP
    chosen = spread(len(source), columns * rows)
    rows = -(-len(chosen) // columns)
    sheet = Image.new("RGB", (columns * step + _GAP, rows * step + _GAP), _GREY)
    for number, index in enumerate(chosen):
        try:
            shown = _fit(source.read(index), cell)
        except UnreadableError:  # the audit names it; its cell stays grey
            continue
        left = _GAP + number % columns * step + (cell - shown.width) // 2
        top = _GAP + number // columns * step + (cell - shown.height) // 2
        sheet.paste(shown, (left, top), shown if shown.mode == "RGBA" else None)
    return sheet


def _fit(image: Image.Image, cell: int) -> Image.Image:
    channels = 4 if image.has_transparency_data else 3
    image = convert(image, channels=channels, background=_GREY)
    longest = max(image.size)
    if longest <= cell:
        factor = cell // longest
        size = image.width * factor, image.height * factor
        return image.resize(size, Image.Resampling.NEAREST)
    image.thumbnail((cell, cell), Image.Resampling.LANCZOS)
    return image


def _table(part: Part) -> RenderableType:
    table = Table(show_header=False)
    table.add_row("readable", f"{part.readable} of {part.count}")
    sizes = [f"{height}x{width}: {count}" for (width, height), count in part.sizes]
    table.add_row("sizes (height x width)", _joined(sizes, part.size_count))
    table.add_row("modes", ", ".join(f"{mode}: {count}" for mode, count in part.modes))
    table.add_row("values", f"{part.low} to {part.high}")
    classes = [f"{name}: {count}" for name, count in part.classes]
    table.add_row("classes", escape(_joined(classes[:20], len(classes))) or "none")
    return table


def _joined(words: list[str], count: int) -> str:
    more = f", and {count - len(words)} more" if count > len(words) else ""
    return ", ".join(words) + more


def _shared_text(pair: Shared) -> str:
    what = f"stand in {pair.first} and in {pair.second}"
    (first_source, first), (second_source, second) = (
        name.rpartition(" ")[::2] for name in (pair.first, pair.second)
    )
    if first_source != second_source:
        return what
    if {first[-1], second[-1]} == {"A", "B"}:
        return f"{what}: in both domains"
    return f"{what}: a leak" if (first, second) in _LEAKING else what


def _line(console: Console, text: str, *, style: str | None = None) -> None:
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)
