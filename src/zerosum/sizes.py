"""Sizes, bounds and lengths of time that all share, in a place that costs nothing to import."""

__all__ = [
    "MOST_AT_ONCE",
    "MOST_IMAGES",
    "PIXEL_LIMIT",
    "ImageShape",
    "as_duration",
    "in_pixels",
]

ImageShape = tuple[int, int, int]
"""(channels, height, width) of one image."""

PIXEL_LIMIT = 1024 * 1024 * 1024 // 4 // 3
"""Images of more pixels than this, 89 million (Pillow's own limit), are taken for bombs."""

MOST_AT_ONCE = 1_000_000
"""Images in a batch; more would not fit into any memory."""

MOST_IMAGES = 10_000_000
"""Images that are drawn or evaluated in one go."""


def as_duration(seconds: float) -> str:
    """A time as people say it, in the two units that matter.

    Example:
        >>> [as_duration(seconds) for seconds in (0.4, 59, 600, 7_500, 100_000, 3e8)]
        ['0 s', '59 s', '10 min', '2 h 05 min', '1 d 3 h', '9.5 years']
    """
    whole = int(seconds)
    minutes, hours, days = whole // 60, whole // 3_600, whole // 86_400
    if days >= 2 * 365:
        return f"{days / 365:.1f} years"
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{minutes} min" if minutes else f"{whole} s"


def in_pixels(size: tuple[int, int]) -> str:
    """A size as messages and reports tell it: height before width, as for ``--pictures.size``.

    Args:
        size: Height and width.

    Example:
        >>> in_pixels((28, 28)), in_pixels((96, 64))
        ('28x28 pixels', '96x64 pixels (height x width)')
    """
    height, width = size
    return f"{height}x{width} pixels{'' if height == width else ' (height x width)'}"
