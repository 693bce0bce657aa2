"""What smoothed edges promise: gone where there were some, and nothing else touched."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from zerosum.data import StoreSettings, build_store, open_source
from zerosum.data.fitting import TooSmallError, fit_image
from zerosum.data.smoothing import EdgeSmoothed, find_edges, smooth_edges
from zerosum.data.sources.arrays import ArraySource
from zerosum.errors import ConfigError

Pixels = NDArray[np.uint8]


def step(height: int = 20, width: int = 30, *, at: int = 15, rise: int = 200) -> Pixels:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, at:] = rise
    return pixels


def disc(size: int = 40, radius: int = 12) -> Pixels:
    rows, columns = np.mgrid[:size, :size] - size // 2
    inside = rows**2 + columns**2 < radius**2
    return np.where(inside, 220, 30).astype(np.uint8)[..., np.newaxis]


def noise(seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (24, 24, 3), np.uint8)


def source_of(pixels: Pixels) -> ArraySource:
    return ArraySource(
        "drawn", origin="here", word="drawn", load=lambda: (pixels[np.newaxis], None)
    )


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_step_is_a_line_of_one_pixel(turn: int, channels: int) -> None:
    pixels = np.rot90(np.repeat(step()[..., :1], channels, axis=2), turn)
    edges = np.rot90(find_edges(pixels), -turn)
    assert (edges.sum(axis=1) == 1).all()
    column = edges[0].argmax()
    assert column in (14, 15)
    assert edges[:, column].all()


def test_a_diagonal_step_is_a_thin_line() -> None:
    edges = find_edges((np.tri(30, dtype=np.uint8) * 200)[..., np.newaxis])
    # A staircase: at most two in each row, and nowhere a block of two by two.
    assert edges.any(axis=1).all()
    assert edges.sum(axis=1).max() <= 2
    assert not ndimage.binary_erosion(edges, np.ones((2, 2))).any()


def test_the_outline_of_a_disc_is_one_closed_line() -> None:
    edges = find_edges(disc())
    distance = np.hypot(*(np.argwhere(edges).T - 20))
    assert (np.abs(distance - 12) < 1.5).all()
    outside, count = ndimage.label(~edges)
    assert count == 2
    assert outside[0, 0] != outside[20, 20]


def test_a_faint_line_counts_only_where_it_goes_on_from_a_clear_one() -> None:
    pixels = np.full((40, 60, 1), 120, np.uint8)
    pixels[:20, :15] = 20
    pixels[20:, :15] = 80  # faint, below a clear one
    pixels[:, 45:] = 160  # faint, on its own
    edges = find_edges(pixels, low=8, high=20)
    assert edges[25:, 14:17].any(axis=1).all()
    assert not edges[:, 40:50].any()
    assert find_edges(pixels, low=8, high=8)[:, 40:50].any(axis=1).all()


def test_edges_between_colours_of_one_brightness_are_found() -> None:
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[:, :15, 0] = 200
    pixels[:, 15:, 1] = 200
    assert (find_edges(pixels).sum(axis=1) == 1).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_steepness_is_measured_in_bytes_per_pixel(channels: int) -> None:
    slope = np.tile(np.arange(0, 200, 4, dtype=np.uint8), (20, 1))
    pixels = np.repeat(slope[..., np.newaxis], channels, axis=2)
    assert not find_edges(pixels, low=4.1, high=4.1).any()
    assert find_edges(pixels, low=3.9, high=3.9).any()
    assert np.array_equal(smooth_edges(pixels), pixels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("rise", "found"), [(60, True), (40, False)])
def test_by_default_a_step_of_fifty_begins_an_edge(rise: int, found: bool, channels: int) -> None:
    pixels = np.ascontiguousarray(step(rise=rise)[..., :channels])
    assert bool(find_edges(pixels).any()) == found


@pytest.mark.parametrize("value", [0, 77, 255])
def test_a_constant_picture_stays_as_it_is(value: int) -> None:
    pixels = np.full((16, 16, 3), value, np.uint8)
    assert np.array_equal(smooth_edges(pixels), pixels)


def test_a_step_becomes_less_steep() -> None:
    before, after = step(), smooth_edges(step())
    steepness = [
        np.abs(np.diff(it.astype(int), axis=1)).max(axis=(1, 2)) for it in (before, after)
    ]
    assert (steepness[1] < steepness[0] / 2).all()
    assert (steepness[1] > 0).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), dilation=st.integers(0, 3))
def test_far_from_edges_nothing_changes(seed: int, dilation: int) -> None:
    pixels = noise(seed)
    pixels[:, 12:] //= 8
    edges = find_edges(pixels)
    far = ndimage.distance_transform_cdt(~edges, "chessboard") > dilation
    after = smooth_edges(pixels, dilation=dilation)
    assert np.array_equal(after[far], pixels[far])
    assert not np.array_equal(after, pixels)


def test_the_same_picture_gives_the_same_bytes_and_is_left_alone() -> None:
    pixels = noise(0)
    before = pixels.copy()
    assert np.array_equal(smooth_edges(pixels), smooth_edges(pixels.copy()))
    assert np.array_equal(pixels, before)
    assert smooth_edges(pixels).dtype == np.uint8


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"sigma": 0.0}, "sigma must be greater"),
        ({"low": 20.0, "high": 10.0}, "low <= high"),
        ({"low": 0.0}, "low <= high"),
        ({"dilation": -1}, "dilation must be at least 0"),
        ({"blur": 0.0}, "blur greater than 0"),
    ],
)
def test_numbers_out_of_range_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        smooth_edges(step(), **bad)


# as a source


def test_pictures_are_smoothed_in_the_size_of_the_store(tmp_path: Path) -> None:
    large = np.kron(step(), np.ones((4, 4, 1), np.uint8))
    store_settings = StoreSettings(size=(20, 30))
    source = EdgeSmoothed(source_of(large), store_settings)
    store = build_store(source, store_settings, cache=tmp_path)
    small = fit_image(source_of(large).read(0), store_settings)
    assert np.array_equal(store.images[0], smooth_edges(small))
    assert not np.array_equal(store.images[0], small)


@pytest.mark.parametrize("channels", [1, 3])
def test_smoothed_pictures_have_the_channels_of_the_store(channels: int, tmp_path: Path) -> None:
    store_settings = StoreSettings(size=(20, 30), channels=channels)
    source = EdgeSmoothed(source_of(step()), store_settings)
    assert source.read(0).mode == {1: "L", 3: "RGB"}[channels]
    assert build_store(source, store_settings, cache=tmp_path).shape == (channels, 20, 30)


def test_the_identity_is_that_of_the_pictures_and_the_settings() -> None:
    first, second = StoreSettings(size=(20, 30)), StoreSettings(size=(10, 15))
    plain = source_of(step())
    identities = [EdgeSmoothed(plain, it).key() for it in (first, second, first)]
    assert identities[0] == identities[2] != identities[1]
    assert identities[0] != plain.key()


def test_small_pictures_are_refused_as_ever() -> None:
    source = EdgeSmoothed(source_of(step()), StoreSettings(size=(64, 64)))
    with pytest.raises(TooSmallError):
        source.read(0)


def test_real_cartoons_lose_their_edges_and_keep_their_colours(real: Path) -> None:
    emoji = open_source(str(real / "emoji_noto2twemoji.zip"), split="trainB")
    opaque = StoreSettings(size=(64, 64))
    smoothed = EdgeSmoothed(emoji, opaque)
    for index in range(0, len(emoji), 400):
        before = fit_image(emoji.read(index), opaque)
        after = np.asarray(smoothed.read(index))
        steep, less = (np.abs(np.diff(it.astype(int), axis=0)).max() for it in (before, after))
        assert less < 0.8 * steep
        assert np.abs(before.mean(axis=(0, 1)) - after.mean(axis=(0, 1))).max() < 2
