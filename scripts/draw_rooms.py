"""Draw docs/images/rooms.svg: the rooms of the code, and which may import which.

python scripts/draw_rooms.py

The order is that of the contracts in pyproject.toml, which import-linter holds; the words are
those by which each room's docstring begins. So the picture says what is.
"""

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from pathlib import Path
from textwrap import wrap
from typing import Any

ROOT = Path(__file__).parents[1]
IMAGE = ROOT / "docs" / "images" / "rooms.svg"

LEFT, WIDTH, GAP, PADDING = 56, 920, 8, 8
TITLE, LINE, CHARACTER = 17, 14, 5.8
"""Pixels: heights of a name and of a line of text, and the width of a character of it."""

MOST_IN_A_ROW = 4

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 {height}" width="1000" height="{height}"
     role="img" aria-labelledby="title description"
     font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="12">
  <title id="title">The rooms of zerosum</title>
  <desc id="description">Layers from the command line at the top to errors and random numbers at
    the bottom. A room may import from those below it, and rooms in one frame do not know each
    other.</desc>
  <defs>
    <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
            orient="auto"><path d="M0 0 L10 5 L0 10 Z" fill="#334155"/></marker>
  </defs>
  <!-- A panel of its own, so that the drawing reads the same on white and on dark pages. -->
  <rect x="1" y="1" width="998" height="{inner}" rx="12" fill="#f8fafc" stroke="#cbd5e1"/>
  <path d="M40 24 V{end}" stroke="#334155" stroke-width="1.5" fill="none"
        marker-end="url(#tip)"/>
  <text transform="translate(30 {middle}) rotate(-90)" text-anchor="middle" fill="#334155"
        >imports point down; rooms in one frame do not know each other</text>
"""


@dataclass(frozen=True, kw_only=True)
class Box:
    """Where something is drawn: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    def draw(self, fill: str, stroke: str) -> str:
        """The box alone."""
        return (
            f'  <rect x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" '
            f'height="{self.height:g}" rx="6" fill="{fill}" stroke="{stroke}"/>\n'
        )


def contracts() -> Sequence[dict[str, Any]]:
    """What import-linter holds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: Sequence[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def layers() -> Iterator[list[str]]:
    """The rooms that do not know each other, from the highest layer to the lowest."""
    for layer in contracts()[0]["layers"]:
        yield [name.strip() for name in layer.split("|")]


def within(room: str) -> list[str]:
    """The rooms of a room, where import-linter keeps them apart."""
    inner = [each.removeprefix("zerosum.") for each in contracts()[1]["modules"]]
    return [each for each in inner if each.startswith(f"{room}.")]


def summary(room: str) -> str:
    """How the docstring of a room begins."""
    path = ROOT / "src" / "zerosum" / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].rstrip(".")


def text(x: float, y: float, words: str, style: str = "") -> str:
    """A line of text."""
    return (
        f'  <text x="{x:g}" y="{y:g}" fill="#0f172a"{style}>{escape(words, quote=False)}</text>\n'
    )


def bar(room: str, y: float) -> tuple[str, float]:
    """A room across the whole picture, and where it ends."""
    box = Box(x=LEFT, y=y, width=WIDTH, height=TITLE + PADDING)
    name = text(LEFT + PADDING, y + TITLE, room, ' font-weight="bold"')
    words = text(LEFT + 100, y + TITLE, summary(room))
    return box.draw("#dbeafe", "#1d4ed8") + name + words, y + box.height


def frame(rooms: Sequence[str], y: float, *, fill: str, stroke: str) -> tuple[str, float]:
    """Rooms side by side, in as many rows as they need, and where the last one ends."""
    rows = ceil(len(rooms) / MOST_IN_A_ROW)
    columns = ceil(len(rooms) / rows)
    width = (WIDTH - PADDING * (columns + 1)) / columns
    drawn, bottom = "", y + PADDING
    for first in range(0, len(rooms), columns):
        row = rooms[first : first + columns]
        said = [wrap(summary(room), int((width - 2 * PADDING) / CHARACTER)) for room in row]
        height = TITLE + PADDING + LINE * max(map(len, said))
        for column, (room, lines) in enumerate(zip(row, said, strict=True)):
            x = LEFT + PADDING + column * (width + PADDING)
            drawn += Box(x=x, y=bottom, width=width, height=height).draw(fill, stroke)
            name = room.partition(".")[2] or room
            drawn += text(x + PADDING, bottom + TITLE, name, ' font-weight="bold"')
            for number, line in enumerate(lines, start=1):
                drawn += text(x + PADDING, bottom + TITLE + LINE * number, line)
        bottom += height + PADDING
    box = Box(x=LEFT, y=y, width=WIDTH, height=bottom - y)
    return box.draw("none", stroke) + drawn, bottom


def picture() -> str:
    """The whole drawing."""
    drawn, y = "", 24.0
    for rooms in layers():
        if len(rooms) == 1:
            part, y = bar(rooms[0], y)
        else:
            part, y = frame(rooms, y, fill="#dcfce7", stroke="#15803d")
        drawn += part
        if inner := within(rooms[0]):
            part, y = frame(inner, y, fill="#fef3c7", stroke="#b45309")
            drawn += part
        y += GAP
    end = int(y - GAP)
    head = HEAD.format(height=end + 24, inner=end + 22, end=end, middle=end // 2)
    return head + drawn + "</svg>\n"


if __name__ == "__main__":
    IMAGE.write_text(picture(), encoding="utf-8")
