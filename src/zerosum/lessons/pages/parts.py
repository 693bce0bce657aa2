"""Figures as parts of a page."""

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image

from zerosum.lessons.figures import Animation, Cells, Figure, Gallery, Listing, Panel, Plot
from zerosum.lessons.pages.cells import draw_cells
from zerosum.lessons.pages.numbers import numbers_of
from zerosum.lessons.pages.plots import axes_of, draw_marks, draw_plot, legend_of, wrapped
from zerosum.media.images import data_address

__all__ = ["draw_figure"]

_SMALLEST = 64
"""Pixels of a small image on the page, at least."""


def draw_figure(figure: Figure) -> str:
    """The figure as a ``<figure>`` element, with its numbers below.

    Example:
        >>> draw_figure(Gallery(title="Black", images=np.zeros((1, 8, 8), np.uint8)))[:7]
        '<figure'
    """
    match figure:
        case Plot():
            inner = f"{draw_plot(figure)}{legend_of(figure)}"
        case Gallery() | Cells():
            inner = _standing(figure)
        case Listing():
            inner = _listing(figure)
        case Animation():
            return _animation(figure)
    title = f"<figcaption>{escape(figure.title)}</figcaption>"
    return f"<figure>{title}{inner}{numbers_of(figure)}</figure>"


def _animation(animation: Animation) -> str:
    last = len(animation.frames) - 1
    panels = list(zip(*(frame.panels for frame in animation.frames), strict=True))
    captions = "".join(
        f'<li data-frame="{i}"{_hidden(i != last)}>{escape(frame.caption)}</li>'
        for i, frame in enumerate(animation.frames)
    )
    return (
        f'<figure class="animation" data-frames="{last + 1}">'
        f"<figcaption>{escape(animation.title)}</figcaption>"
        f'<div class="panels">{"".join(map(_panel, panels))}</div>'
        f'<ul class="captions" aria-live="polite">{captions}</ul>'
        f"{_player(animation.title, last)}{numbers_of(animation)}</figure>"
    )


def _player(title: str, last: int) -> str:
    return (
        f'<div class="player" role="group" aria-label="{escape(title)}: frames" hidden>'
        '<button type="button" data-do="play">Play</button>'
        '<button type="button" data-do="back" aria-label="one frame back">◀</button>'
        '<button type="button" data-do="step" aria-label="one frame on">▶</button>'
        f'<input type="range" min="0" max="{last}" value="{last}" '
        f'aria-label="frame of {escape(title)}"></div>'
    )


def _panel(moments: Sequence[Panel]) -> str:
    """One part of an animation in all its frames; only the last is shown at first."""
    last = len(moments) - 1
    plots = [each for each in moments if isinstance(each, Plot)]
    title = _titles([each.title for each in moments])
    if not plots:
        others = [each for each in moments if not isinstance(each, Plot)]
        frames = "".join(
            f'<div data-frame="{i}"{_hidden(i != last)}>{_standing(each)}</div>'
            for i, each in enumerate(others)
        )
        return f"<div>{title}{frames}</div>"
    axes = axes_of(plots)
    inner = "".join(
        f'<g data-frame="{i}"{_hidden(i != last)}>{draw_marks(plot.marks, axes)}</g>'
        for i, plot in enumerate(plots)
    )
    return f"<div>{title}{wrapped(plots[-1], axes, inner)}{legend_of(*plots)}</div>"


def _titles(titles: Sequence[str]) -> str:
    """A panel's title: one, or one for each frame where they differ."""
    if len(set(titles)) == 1:
        return f'<p class="title">{escape(titles[0])}</p>'
    last = len(titles) - 1
    return "".join(
        f'<p class="title" data-frame="{i}"{_hidden(i != last)}>{escape(title)}</p>'
        for i, title in enumerate(titles)
    )


def _hidden(is_hidden: bool) -> str:
    return " hidden" if is_hidden else ""


def _standing(panel: Gallery | Cells) -> str:
    """What has no axes, without its title."""
    return _gallery(panel) if isinstance(panel, Gallery) else draw_cells(panel)


def _listing(listing: Listing) -> str:
    """Code that scrolls by itself where it is wider than the page."""
    label = escape(listing.title)
    return (
        f'<pre tabindex="0" role="group" aria-label="{label}">'
        f"<code>{escape(listing.code)}</code></pre>"
    )


def _gallery(gallery: Gallery) -> str:
    """Single images with their captions, or all in one sheet where there are none."""
    if not gallery.captions:
        return _image(_sheet(gallery), gallery.title, enlarge=gallery.images.shape[1])
    cells = "".join(
        f"<li>{_image(image, caption, enlarge=image.shape[0])}<span>{escape(caption)}</span></li>"
        for image, caption in zip(gallery.images, gallery.captions, strict=True)
    )
    return f'<ul class="gallery columns-{gallery.columns}">{cells}</ul>'


def _sheet(gallery: Gallery) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """All images in rows, a grey pixel between them."""
    images, columns = gallery.images, min(gallery.columns, len(gallery.images))
    rows = -(-len(images) // columns)
    height, width = images.shape[1:3]
    shape = (rows * (height + 1) - 1, columns * (width + 1) - 1, *images.shape[3:])
    sheet = np.full(shape, 128, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = row * (height + 1), column * (width + 1)
        sheet[top : top + height, left : left + width] = image
    return sheet


def _image(
    image: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", alt: str, *, enlarge: int
) -> str:
    """An image of our own making.

    Args:
        image: Shape (h, w) or (h, w, 3).
        alt: What it shows.
        enlarge: Pixels of what is to be made out in it; it is shown at least at 64.
    """
    factor = max(1, -(-_SMALLEST // enlarge))
    height, width = (side * factor for side in image.shape[:2])
    small = ' class="small"' if factor > 1 else ""
    return (
        f'<img{small} width="{width}" height="{height}" alt="{escape(alt)}" '
        f'src="{data_address(Image.fromarray(image))}">'
    )
