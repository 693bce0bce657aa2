"""Images to look at beside each other: one HTML file that needs no other."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TextIO

from PIL import Image

from zerosum.errors import ConfigError
from zerosum.explaining import is_there
from zerosum.files import writing
from zerosum.media.images import data_address

__all__ = ["Page", "check_page", "write_page"]

_LARGEST = 512
_SMALL = 128
_MODES = ("L", "LA", "RGB", "RGBA")

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="zerosum">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --text: #1b1b1b; --dim: #666; --ground: #fff; --line: #ddd; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --text: #e6e6e6; --dim: #999; --ground: #161616; --line: #333; }}
}}
body {{ margin: 0 auto; max-width: {width}px; padding: 0 .5rem 2rem; color: var(--text);
  background: var(--ground); font: 1rem/1.4 system-ui, sans-serif; }}
h1 {{ font-size: 1.3rem; overflow-wrap: anywhere; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }}
dt, figcaption {{ color: var(--dim); }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
.row {{ display: grid; grid-template-columns: repeat({columns}, minmax(0, 1fr)); gap: .4rem;
  align-items: start; justify-items: center; }}
.titles {{ position: sticky; top: 0; padding: .4rem 0; background: var(--ground);
  border-bottom: 1px solid var(--line); font-weight: 600; text-align: center; }}
figure {{ margin: .6rem 0 0; }}
figcaption {{ font-size: .85rem; overflow-wrap: anywhere; }}
img, svg {{ display: block; max-width: 100%; height: auto; }}
.small {{ image-rendering: pixelated; }}
.titles span {{ max-width: 100%; overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{
  dl {{ display: block; }}
  dd {{ margin: 0 0 .4rem; }}
  .titles {{ font-size: .75rem; }}
}}
</style>
</head>
<body>
<h1>{title}</h1>
<dl>
{facts}
</dl>
<main>
"""

_TAIL = """\
</main>
</body>
</html>
"""


class Page:
    """A page that is being written; `write_page` makes one.

    Args:
        file: Where to.
        columns: The columns' titles.
    """

    def __init__(self, file: TextIO, columns: Sequence[str]) -> None:
        self._file = file
        self._columns = columns
        self._is_titled = False

    def row(self, caption: str, images: Sequence[Image.Image]) -> None:
        """Add a row: one image for each column, and what to call them.

        Images of more than 512 pixels a side are shrunk; small ones are shown enlarged by a
        whole factor, pixel by pixel.
        """
        assert len(images) == len(self._columns)
        if not self._is_titled:  # Not above the notes and drawings that may come before.
            titles = "".join(f"<span>{escape(column)}</span>" for column in self._columns)
            self._file.write(f'<div class="row titles">{titles}</div>\n')
            self._is_titled = True
        cells = (
            _image(image, f"{caption}: {column}")
            for column, image in zip(self._columns, images, strict=True)
        )
        self._file.write(
            f"<figure>\n<figcaption>{escape(caption)}</figcaption>\n"
            f'<div class="row">\n{"".join(cells)}</div>\n</figure>\n'
        )

    def note(self, text: str) -> None:
        """Add a line of text."""
        self._file.write(f"<p>{escape(text)}</p>\n")

    def drawing(self, caption: str, markup: str) -> None:
        """Add a drawing.

        Args:
            caption: What it shows.
            markup: An ``<svg>`` element of our own making, which is not escaped.
        """
        assert markup.startswith("<svg")
        caption = escape(caption)
        self._file.write(f"<figure>\n<figcaption>{caption}</figcaption>\n{markup}\n</figure>\n")


@contextmanager
def write_page(
    path: Path, *, title: str, columns: Sequence[str], facts: Mapping[str, str] | None = None
) -> Iterator[Page]:
    """Write a page of rows of images that stands for itself: nothing in it is loaded.

    Rows go to disk as they come. The page appears when it is whole, and not at all if something
    goes wrong before.

    Args:
        path: The file, ending in ``.html``.
        title: The heading.
        columns: Titles of the columns.
        facts: What is to be known about all of it, by name.

    Raises:
        ConfigError: The path does not end in ``.html``, or is a folder.
        FileError: It cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> grey = Image.new("L", (8, 8), 128)
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "look.html"
        ...     with write_page(path, title="Grey", columns=("before", "after")) as page:
        ...         page.row("first", [grey, grey])
        ...     path.read_text().count("data:image/png;base64,")
        2
    """
    check_page(path)
    with (
        writing(path) as temporary,
        temporary.open("w", encoding="utf-8", errors="xmlcharrefreplace") as file,
    ):
        pairs = (facts or {}).items()
        file.write(
            _HEAD.format(
                title=escape(title),
                width=len(columns) * _LARGEST,
                columns=len(columns),
                facts="\n".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in pairs),
            )
        )
        yield Page(file, columns)
        file.write(_TAIL)


def check_page(path: Path) -> None:
    """Refuse a path that is none for a page.

    Raises:
        ConfigError: It does not end in ``.html``, or is a folder.

    Example:
        >>> check_page(Path("page.pdf"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected a page that ends in .html, got 'page.pdf'.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise ConfigError(f"expected a page that ends in .html, got {path.name!r}.")
    if is_there(path) and path.is_dir():
        raise ConfigError(f"expected a file for the page, but {path} is a folder.")


def _image(image: Image.Image, name: str) -> str:
    if image.mode not in _MODES or "transparency" in image.info:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if max(image.size) > _LARGEST:
        image = image.copy()
        image.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
    factor = _factor(image)
    kind = ' class="small"' if factor > 1 else ""
    width, height = (side * factor for side in image.size)
    return (
        f'<img{kind} width="{width}" height="{height}" alt="{escape(name)}" '
        f'src="{data_address(image)}">\n'
    )


def _factor(image: Image.Image) -> int:
    """How often each pixel of a small image is shown in width and height."""
    longest = max(image.size)
    return 1 if longest >= _SMALL else 2 * _SMALL // longest
