"""The number of down- or upsamplings for an image's size, and the channels of each layer."""

from zerosum.errors import ConfigError

__all__ = ["count_downsamplings", "doubled_channels"]


def count_downsamplings(height: int, width: int) -> int:
    """Count the downsamplings of an image to the smallest map, or the upsamplings from there.

    At least two, then more while both sides are even and the shorter is more than 4:
    28 → 14 → 7, 32 → 16 → 8 → 4, 48x36 → 24x18 → 12x9. The smallest map is
    (height >> count, width >> count).

    Args:
        height: Rows of the image.
        width: Columns of the image.

    Raises:
        ConfigError: If a side is not a multiple of 4; names the nearest sizes that work.

    Example:
        >>> [count_downsamplings(*size) for size in ((28, 28), (32, 32), (128, 128), (48, 36))]
        [2, 3, 5, 2]
    """
    if min(height, width) < 4 or height % 4 or width % 4:
        raise ConfigError(
            "expected a height and a width that are multiples of 4, so that they can be halved "
            f"twice; got {height}x{width}. Nearest sizes that work: {_nearest(height, width)}."
        )
    count = 2
    while _can_halve(height >> count, width >> count):
        count += 1
    return count


def doubled_channels(base_channels: int, count: int, *, max_channels: int) -> list[int]:
    """The channels of each layer, that next to the image first: doubled each time, then capped.

    Args:
        base_channels: Channels of the layer next to the image.
        count: How many layers.
        max_channels: The most channels that a layer may have.

    Example:
        >>> doubled_channels(64, 5, max_channels=512)
        [64, 128, 256, 512, 512]
    """
    return [min(base_channels << i, max_channels) for i in range(count)]


def _can_halve(height: int, width: int) -> bool:
    return height % 2 == 0 and width % 2 == 0 and min(height, width) > 4


def _nearest(height: int, width: int) -> str:
    below = [max(4, side // 4 * 4) for side in (height, width)]
    above = [max(4, -(-side // 4) * 4) for side in (height, width)]
    sizes = [below] if below == above else [below, above]
    return " or ".join(f"{rows}x{columns}" for rows, columns in sizes)
