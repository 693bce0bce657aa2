from itertools import product
from math import gcd

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zerosum.data.fitting import TooSmallError, crop_box, fit_image, pad_size
from zerosum.data.settings import Filter, Fit, StoreSettings
from zerosum.errors import ConfigError, DataError
from zerosum.recipes import RECIPES

FILTERS: tuple[Filter, ...] = ("lanczos", "bicubic", "bilinear", "box", "nearest")


def halves(width: int, height: int) -> Image.Image:
    """Black at the left, white in the middle third, black at the right."""
    pixels = np.zeros((height, width), np.uint8)
    pixels[:, width // 3 : 2 * width // 3] = 255
    return Image.fromarray(pixels)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    channels=st.sampled_from([1, 3]),
    fit=st.sampled_from(["crop", "pad", "stretch"]),
)
def test_every_size_and_fit_gives_the_shape_asked_for_and_keeps_a_plain_colour(
    width: int, height: int, size: tuple[int, int], channels: int, fit: Fit
) -> None:
    plain = Image.new("RGB", (width, height), (77, 77, 77))
    wanted = StoreSettings(
        size=size, channels=channels, fit=fit, enlarge=True, background=(77, 77, 77)
    )
    pixels = fit_image(plain, wanted)
    assert pixels.shape == (*size, channels)
    assert set(np.unique(pixels)) == {77}


def test_crop_keeps_the_middle_and_pad_keeps_all() -> None:
    wide = halves(30, 10)
    cropped = fit_image(wide, StoreSettings(size=(10, 10), channels=1))
    assert set(np.unique(cropped)) == {255}
    padded = fit_image(wide, StoreSettings(size=(10, 10), channels=1, fit="pad", filter="box"))
    assert set(np.unique(padded[:3])) == {255}
    assert padded[5, 0, 0] == 0
    assert padded[5, 5, 0] == 255


def test_pad_frames_small_pictures_without_touching_them() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    frame = StoreSettings(size=(32, 32), channels=1, fit="pad", background=(0, 0, 0))
    framed = fit_image(Image.fromarray(pixels), frame)[..., 0]
    assert np.array_equal(framed[2:30, 2:30], pixels)
    assert framed.sum() == pixels.sum()


@pytest.mark.parametrize("filter_", FILTERS)
def test_the_right_size_is_left_alone_by_every_filter(filter_: Filter) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    kept = fit_image(Image.fromarray(pixels), StoreSettings(size=(9, 7), filter=filter_))
    assert np.array_equal(kept, pixels)


@pytest.mark.parametrize("filter_", FILTERS)
def test_all_filters_but_nearest_are_antialiased(filter_: Filter) -> None:
    """A fine chessboard becomes grey when it is shrunk, unless every second pixel is dropped."""
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = fit_image(
        Image.fromarray(board), StoreSettings(size=(16, 16), channels=1, filter=filter_)
    )
    grey = np.abs(small[2:-2, 2:-2].astype(int) - 127).max() < 30
    assert grey == (filter_ != "nearest")


@pytest.mark.parametrize("fit", ["crop", "stretch"])
def test_smaller_pictures_are_refused_unless_enlarging_is_allowed(fit: Fit) -> None:
    small = Image.new("RGB", (31, 64))
    with pytest.raises(TooSmallError, match="64x31"):
        fit_image(small, StoreSettings(size=(32, 32), fit=fit))
    fit_image(small, StoreSettings(size=(32, 31), fit=fit))
    fit_image(small, StoreSettings(size=(32, 32), fit=fit, enlarge=True))


def test_grey_becomes_rgb_by_repeating_and_rgb_grey_by_luma() -> None:
    grey = Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8))
    rgb = fit_image(grey, StoreSettings(size=(8, 8)))
    assert np.array_equal(rgb, np.asarray(grey)[..., None].repeat(3, axis=2))
    red = fit_image(Image.new("RGB", (8, 8), (255, 0, 0)), StoreSettings(size=(8, 8), channels=1))
    assert set(np.unique(red)) == {76}


@pytest.mark.parametrize("channels", [1, 3])
def test_transparent_pictures_are_laid_on_the_background(channels: int) -> None:
    clear = Image.new("RGBA", (8, 8), (9, 9, 9, 0))
    wanted = StoreSettings(size=(8, 8), channels=channels, background=(50, 50, 50))
    assert set(np.unique(fit_image(clear, wanted))) == {50}
    half = Image.new("RGBA", (8, 8), (250, 250, 250, 128))
    assert 149 <= int(fit_image(half, wanted)[0, 0, 0]) <= 151


def test_alpha_is_kept_where_it_is_asked_for() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 4), np.uint8)
    kept = fit_image(Image.fromarray(pixels), StoreSettings(size=(8, 8), channels=4))
    assert np.array_equal(kept, pixels)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "CMYK"])
def test_alpha_is_not_made_up(mode: str) -> None:
    with pytest.raises(DataError, match=f"mode {mode} without alpha"):
        fit_image(Image.new(mode, (8, 8)), StoreSettings(size=(8, 8), channels=4))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV"])
@pytest.mark.parametrize("channels", [1, 3])
def test_every_common_mode_is_converted(mode: str, channels: int) -> None:
    wanted = StoreSettings(size=(8, 8), channels=channels)
    assert fit_image(Image.new(mode, (8, 8)), wanted).shape == (8, 8, channels)


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    deep = Image.fromarray(np.array([[0, 257], [32768, 65535]], np.uint16))
    pixels = fit_image(deep, StoreSettings(size=(2, 2), channels=1))
    assert pixels[..., 0].tolist() == [[0, 1], [128, 255]]


def test_modes_without_a_range_are_refused() -> None:
    with pytest.raises(DataError, match="mode F has no range"):
        fit_image(Image.new("F", (8, 8)), StoreSettings(size=(8, 8)))


def test_a_transparent_colour_of_a_palette_counts_as_alpha() -> None:
    image = Image.new("P", (8, 8), 3)
    image.info["transparency"] = 3
    wanted = StoreSettings(size=(8, 8), background=(1, 2, 3))
    assert fit_image(image, wanted)[0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    "bad",
    [
        {"size": (0, 8)},
        {"size": (8, 100_000)},
        {"size": (8, 8), "channels": 2},
        {"size": (8, 8), "fit": "squash"},
        {"size": (8, 8), "filter": "cubic"},
        {"size": (8, 8), "background": (0, 0, 256)},
    ],
)
def test_settings_cannot_hold_nonsense(bad: dict[str, object]) -> None:
    with pytest.raises((ConfigError, TypeError)):
        StoreSettings(**bad)  # type: ignore[arg-type]


# the boxes, in whole numbers

HEIGHTS = (
    1,
    2,
    3,
    5,
    17,
    28,
    31,
    64,
    89,
    100,
    109,
    225,
    333,
    480,
    601,
    768,
    1080,
    2048,
    3999,
    4000,
)
WIDTHS = range(1, 4001)


def targets() -> set[tuple[int, int]]:
    """(width, height) of every size that a recipe uses, and of some that are no squares."""
    used = {
        (size[1], size[0])
        for recipe in RECIPES.values()
        for size in (recipe().pictures.size, recipe().pictures.crop_from)
        if size is not None
    }
    return used | {(96, 64), (100, 180), (1, 7)}


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_crop_is_inside_centred_and_cuts_the_whole_overhang(height: int) -> None:
    # The part depends on the proportions alone, and most sizes are squares.
    proportions = {
        (width // gcd(width, height), height // gcd(width, height)) for width, height in targets()
    }
    for width, (across, down) in product(WIDTHS, proportions):
        left, top, right, bottom = crop_box((width, height), (across, down))
        part_width, part_height = right - left, bottom - top
        inside = 0 <= left < right <= width and 0 <= top < bottom <= height
        centred = 0 <= width - right - left <= 1 and 0 <= height - bottom - top <= 1
        # One side is the picture's; the other is what the proportions ask for, to half a pixel.
        off = abs(2 * part_width * down - 2 * part_height * across)
        largest = (part_height == height and (off <= down or part_width == 1)) or (
            part_width == width and (off <= across or part_height == 1)
        )
        assert inside, (width, across, down)
        assert centred, (width, across, down)
        assert largest, (width, across, down)


@pytest.mark.parametrize("height", HEIGHTS[::2])
def test_a_padded_picture_fits_its_frame_and_touches_it(height: int) -> None:
    for width, frame in product(WIDTHS, targets()):
        enlarge = width % 2 == 0
        inner = pad_size((width, height), frame, enlarge=enlarge)
        if enlarge or width > frame[0] or height > frame[1]:
            fits = 1 <= inner[0] <= frame[0] and 1 <= inner[1] <= frame[1]
            assert fits, (width, frame)
            assert inner[0] == frame[0] or inner[1] == frame[1], (width, frame)
        else:
            assert inner == (width, height)


@pytest.mark.parametrize("size", [(225, 225), (3999, 225), (101, 2047), (133, 134)])
def test_sizes_whose_boxes_do_not_come_out_even_are_cut(size: tuple[int, int]) -> None:
    picture = Image.new("L", size, 9)
    for side in (28, 44, 52, 60, 100):
        pixels = fit_image(picture, StoreSettings(size=(side, side), channels=1))
        assert set(np.unique(pixels)) == {9}
