"""Heights and widths as text: everywhere in the order in which they are typed."""

__all__ = ["in_pixels"]


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
