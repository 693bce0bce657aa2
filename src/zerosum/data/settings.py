"""What images are to look like once they are in the store."""

from dataclasses import asdict, dataclass
from typing import Literal

from zerosum.data.sources.base import Source, UnreadableError, spread
from zerosum.errors import ConfigError, DataError
from zerosum.types import ImageShape

__all__ = ["Filter", "Fit", "StoreSettings", "default_settings"]

Fit = Literal["crop", "pad", "stretch"]
Filter = Literal["lanczos", "bicubic", "bilinear", "box", "nearest"]

_LOOKED_AT = 64
_TRANSPARENT = ("RGBA", "LA", "PA", "La", "RGBa")
_GREY = ("1", "L", "LA", "La", "I;16", "I;16L", "I;16B", "I;16N")


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """How every image is brought to one size and number of channels.

    Attributes:
        size: (height, width) in pixels.
        channels: 1 for grey, 3 for RGB, 4 for RGB and alpha.
        fit: ``crop`` cuts the largest centred part of the right proportions and resizes it;
            ``pad`` resizes until the whole image fits and fills up with the background;
            ``stretch`` resizes without regard to proportions.
        filter: The resampling filter; all but ``nearest`` are antialiased.
        background: Red, green, blue, 0 to 255: under transparent images that are stored with
            1 or 3 channels, and around padded ones.
        enlarge: Whether images smaller than ``size`` are enlarged; if not, they are an error
            (or, with ``pad``, keep their size).
        srgb: Whether images with another colour profile become sRGB; if not, their numbers are
            kept and mean different colours.

    Raises:
        ConfigError: If a value is out of range.

    Example:
        >>> StoreSettings(size=(64, 64), channels=3).shape
        (3, 64, 64)
    """

    size: tuple[int, int]
    channels: int = 3
    fit: Fit = "crop"
    filter: Filter = "lanczos"
    background: tuple[int, int, int] = (255, 255, 255)
    enlarge: bool = False
    srgb: bool = True

    def __post_init__(self) -> None:
        if len(self.size) != 2 or not all(0 < side <= 1 << 16 for side in self.size):
            raise ConfigError(
                f"size must be (height, width), both at least 1 pixel, found {self.size}."
            )
        _one_of("channels", self.channels, (1, 3, 4))
        _one_of("fit", self.fit, ("crop", "pad", "stretch"))
        _one_of("filter", self.filter, ("lanczos", "bicubic", "bilinear", "box", "nearest"))
        if len(self.background) != 3 or not all(0 <= value <= 255 for value in self.background):
            raise ConfigError(
                "background must be three numbers from 0 to 255 (red, green, blue), found "
                f"{self.background}."
            )

    @property
    def shape(self) -> ImageShape:
        """(channels, height, width) of one image."""
        return self.channels, *self.size

    def as_text(self) -> str:
        """One line that differs whenever a setting does."""
        return repr(sorted(asdict(self).items()))


def default_settings(source: Source) -> StoreSettings:
    """Guess size and channels by looking at some of the images, spread over the source.

    The size is that of the images if they agree, else the square on their shortest side; the
    channels are 4 if all are transparent, 1 if all are grey, 3 otherwise.

    Raises:
        DataError: If none of those looked at can be read.

    Example:
        >>> from zerosum.data import open_source
        >>> default_settings(open_source("digits")).shape
        (1, 28, 28)
    """
    seen = {_size_and_mode(source, index) for index in spread(len(source), _LOOKED_AT)} - {None}
    sizes = {(result[1], result[0]) for result in seen if result}
    modes = {result[2] for result in seen if result}
    if not sizes:
        raise DataError(
            f"{source.name}: none of the pictures looked at can be read, for instance "
            f"{source.image_name(0)}; `zerosum data inspect` says why."
        )
    side = min(min(size) for size in sizes)
    size = sizes.pop() if len(sizes) == 1 else (side, side)
    return StoreSettings(size=size, channels=_channels(modes))


def _size_and_mode(source: Source, index: int) -> tuple[int, int, str] | None:
    try:
        image = source.read(index)
    except UnreadableError:
        return None
    mode = "RGBA" if "transparency" in image.info else image.mode
    return *image.size, mode


def _channels(modes: set[str]) -> int:
    if all(mode in _TRANSPARENT for mode in modes):
        return 4
    return 1 if all(mode in _GREY for mode in modes) else 3


def _one_of(field: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise ConfigError(f"{field} must be one of {', '.join(map(str, known))}, found {value!r}.")
