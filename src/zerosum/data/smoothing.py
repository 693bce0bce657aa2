"""Cartoons without their sharp edges: what CartoonGAN's discriminator learns to refuse.

A painted scene has the right colours and no clear edges. Chen, Lai and Liu 2018, section 3.2.1,
make such images from real cartoons: find the edges with Canny's detector, dilate them, and
apply a Gaussian filter in the dilated regions. https://doi.org/10.1109/CVPR.2018.00986
"""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from zerosum.data.fitting import fit_image
from zerosum.data.settings import StoreSettings
from zerosum.data.sources.base import Source
from zerosum.data.sources.derived import Derived
from zerosum.errors import ConfigError

__all__ = ["EdgeSmoothed", "find_edges", "smooth_edges"]

_VERSION = 1  # changes when stores of smoothed images must be built anew
_ACROSS = (
    (0, 1),
    (1, 1),
    (1, 0),
    (1, -1),
)  # (down, right) of a gradient at 0, 45, 90, 135 degrees


def smooth_edges(
    pixels: NDArray[np.uint8],
    *,
    sigma: float = 1.0,
    low: float = 8.0,
    high: float = 16.0,
    dilation: int = 2,
    blur: float = 1.1,
) -> NDArray[np.uint8]:
    """Blur an image near its edges, and nowhere else.

    The paper gives no numbers; the blur and the dilation are those of a 5x5 window.

    Args:
        pixels: Bytes of shape (h, w, c).
        sigma: See `find_edges`; so are ``low`` and ``high``.
        low: Steepness at which an edge goes on, in bytes per pixel.
        high: Steepness at which an edge begins, in bytes per pixel.
        dilation: How far from an edge the image is blurred, in pixels.
        blur: The standard deviation of the Gaussian that blurs, in pixels.

    Returns:
        Bytes of shape (h, w, c); farther from every edge than ``dilation``, they are unchanged.

    Raises:
        ConfigError: If a number is out of range.

    Example:
        >>> step = np.zeros((9, 10, 1), np.uint8)
        >>> step[:, 5:] = 200
        >>> smooth_edges(step)[4, :, 0].tolist()
        [0, 0, 0, 16, 64, 136, 184, 198, 200, 200]
    """
    if dilation < 0 or blur <= 0:
        raise ConfigError(
            "dilation must be at least 0 and blur greater than 0 pixels, found "
            f"{dilation} and {blur}."
        )
    window = np.ones((2 * dilation + 1, 2 * dilation + 1), np.bool_)
    edges = find_edges(pixels, sigma=sigma, low=low, high=high)
    near = ndimage.binary_dilation(edges, window)
    blurred = np.rint(_gaussian(pixels, blur)).astype(np.uint8)
    return np.where(near[..., np.newaxis], blurred, pixels)


def find_edges(
    pixels: NDArray[np.uint8], *, sigma: float = 1.0, low: float = 8.0, high: float = 16.0
) -> NDArray[np.bool_]:
    """Canny's detector: lines one pixel wide along the steepest places of an image.

    Gaussian, Sobel, suppression of what is not steepest across the edge, and hysteresis: a line
    counts where it is steeper than ``low``, if somewhere it is steeper than ``high``. Canny 1986,
    https://doi.org/10.1109/TPAMI.1986.4767851

    With the defaults a step of about 50 bytes begins an edge, and one of about 25 goes on with it.

    Args:
        pixels: Bytes of shape (h, w, c); at each place, the steepest channel counts.
        sigma: The standard deviation of the Gaussian, in pixels.
        low: Steepness at which an edge goes on, in bytes per pixel.
        high: Steepness at which an edge begins, in bytes per pixel.

    Returns:
        Whether each place is on an edge, shape (h, w).

    Raises:
        ConfigError: If a number is out of range.

    Example:
        >>> step = np.zeros((9, 10, 1), np.uint8)
        >>> step[:, 5:] = 200
        >>> find_edges(step)[4].nonzero()[0].tolist()
        [5]
    """
    if sigma <= 0 or not 0 < low <= high:
        raise ConfigError(
            "sigma must be greater than 0 and 0 < low <= high, found "
            f"sigma {sigma}, low {low} and high {high}."
        )
    down, right = _gradient(_gaussian(pixels, sigma))
    steepness = np.hypot(down, right)
    ridge = _steepest_across(steepness, down, right)
    lines, count = ndimage.label(ridge & (steepness >= low), np.ones((3, 3)))
    strong = np.zeros(count + 1, np.bool_)
    strong[lines[ridge & (steepness >= high)]] = True
    edges: NDArray[np.bool_] = strong[lines]
    return edges


class EdgeSmoothed(Derived):
    """The images of a source in a store's size, with their edges smoothed.

    They are brought to their size first: what is smoothed in a large image is sharp again once
    it has been shrunk.

    Args:
        base: The images.
        settings: What they are to look like in the store.

    Example:
        >>> from zerosum.data import open_source
        >>> digits = open_source("digits")
        >>> smoothed = EdgeSmoothed(digits, StoreSettings(size=(28, 28), channels=1))
        >>> smoothed.read(0).size, smoothed.read(0) == digits.read(0)
        ((28, 28), False)
    """

    def __init__(self, base: Source, settings: StoreSettings) -> None:
        super().__init__(base)
        self.settings = settings
        self.name = f"{base.name}-smoothed"

    def key(self) -> str:
        """A hash over the key of the images, the settings, and the way of smoothing."""
        parts = f"smoothed {_VERSION} {self.base.key()} {self.settings.as_text()}"
        return blake2b(parts.encode(), digest_size=16).hexdigest()

    def read(self, index: int) -> Image.Image:
        """The image in its size in the store, smoothed.

        Raises:
            UnreadableError: If the image cannot be read.
            TooSmallError: If it would have to be enlarged and that is not allowed.
        """
        pixels = smooth_edges(fit_image(self.base.read(index), self.settings))
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def _gaussian(pixels: NDArray[np.uint8], sigma: float) -> NDArray[np.float64]:
    values = pixels.astype(np.float64)
    blurred: NDArray[np.float64] = ndimage.gaussian_filter(
        values, (sigma, sigma, 0), mode="nearest"
    )
    return blurred


def _gradient(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much the steepest channel of each place rises per pixel, downwards and rightwards."""
    down, right = _sobel(values, 0, 1), _sobel(values, 1, 0)
    steepest = np.hypot(down, right).argmax(axis=2)[..., np.newaxis]
    return (
        np.take_along_axis(down, steepest, axis=2)[..., 0],
        np.take_along_axis(right, steepest, axis=2)[..., 0],
    )


def _sobel(values: NDArray[np.float64], along: int, across: int) -> NDArray[np.float64]:
    """Sobel's derivative in every channel by itself; SciPy's own would blend the channels."""
    derivative = ndimage.correlate1d(values, [-0.5, 0.0, 0.5], along, mode="nearest")
    slope: NDArray[np.float64] = ndimage.correlate1d(
        derivative, [0.25, 0.5, 0.25], across, mode="nearest"
    )
    return slope


def _steepest_across(
    steepness: NDArray[np.float64], down: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether a place is steeper than its two neighbours in the direction of its gradient."""
    height, width = steepness.shape
    padded = np.pad(steepness, 1)
    directions = np.rint(np.arctan2(down, right) / (np.pi / 4)).astype(np.int64) % 4
    ridge = np.zeros(steepness.shape, np.bool_)
    for direction, (below, beside) in enumerate(_ACROSS):
        ahead = padded[1 + below :, 1 + beside :][:height, :width]
        behind = padded[1 - below :, 1 - beside :][:height, :width]
        # One of two equal neighbours must give way, or a symmetric step has two lines.
        steeper = (steepness > ahead) & (steepness >= behind)
        ridge |= steeper & (directions == direction)
    return ridge
