"""Sizes of pictures, in a place that costs nothing to import."""

__all__ = ["ImageShape", "in_pixels"]

ImageShape = tuple[int, int, int]
"""(channels, height, width) of one picture."""


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
