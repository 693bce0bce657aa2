"""Colour profiles: numbers of another meaning become those of sRGB, and back."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.profiles import (
    BLUE,
    GREEN,
    RED,
    SRGB,
    SWAPPED,
    cmyk_profile,
    grey_profile,
    rgb_profile,
)
from zerosum.data.colours import describes, from_srgb, to_srgb
from zerosum.data.fitting import convert, fit_image
from zerosum.data.settings import StoreSettings

WIDE = rgb_profile((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
"""Display P3: a wider red, green and blue."""

levels = st.integers(0, 255)


def coloured(mode: str, colour: tuple[int, ...] | int, profile: bytes) -> Image.Image:
    picture = Image.new(mode, (3, 2), colour)
    picture.info["icc_profile"] = profile
    return picture


def rgb(picture: Image.Image, *, srgb: bool = True) -> tuple[int, ...]:
    converted = convert(picture, channels=3, background=(0, 0, 0), srgb=srgb)
    return tuple(np.asarray(converted)[0, 0].tolist())


def near(found: tuple[int, ...], expected: tuple[float, ...], margin: float = 2) -> bool:
    return len(found) == len(expected) and all(
        abs(a - b) <= margin for a, b in zip(found, expected, strict=True)
    )


@settings(max_examples=40, deadline=None)
@given(colour=st.tuples(levels, levels, levels))
def test_numbers_become_those_of_srgb_only_where_it_is_asked_for(
    colour: tuple[int, int, int],
) -> None:
    first, second, third = colour
    picture = coloured("RGB", colour, SWAPPED)  # whose red is green, green is blue, blue is red
    assert near(rgb(picture), (third, first, second))
    assert rgb(picture, srgb=False) == colour
    assert rgb(coloured("RGB", colour, SRGB)) == colour


@settings(max_examples=40, deadline=None)
@given(colour=st.tuples(levels, levels, levels), alpha=levels)
def test_alpha_is_kept_beside_colours(colour: tuple[int, int, int], alpha: int) -> None:
    first, second, third = colour
    picture = coloured("RGBA", (*colour, alpha), SWAPPED)
    found = np.asarray(convert(picture, channels=4, background=(0, 0, 0)))[0, 0]
    assert near(tuple(found.tolist()), (third, first, second, alpha))


@settings(max_examples=30, deadline=None)
@given(shade=levels, alpha=levels)
def test_grey_follows_its_own_curve(shade: int, alpha: int) -> None:
    linear = shade / 255
    light = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    profile = grey_profile(1.0)
    assert near(rgb(coloured("L", shade, profile)), 3 * (255 * light,))
    found = convert(coloured("LA", (shade, alpha), profile), channels=4, background=(0, 0, 0))
    assert near(tuple(np.asarray(found)[0, 0].tolist()), (*3 * (255 * light,), alpha))
    alone = convert(coloured("L", shade, profile), channels=1, background=(0, 0, 0))
    assert near((int(np.asarray(alone)[0, 0]),), (255 * light,))


@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((0, 0, 0, 0), (255, 255, 255)),
        ((255, 0, 0, 0), (0, 255, 255)),
        ((0, 255, 255, 0), (255, 0, 0)),
        ((0, 0, 0, 255), (0, 0, 0)),
    ],
)
def test_ink_becomes_light(ink: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert near(rgb(coloured("CMYK", ink, cmyk_profile())), expected, margin=6)


def test_palettes_and_grey_pictures_with_a_profile_of_colours() -> None:
    palette = coloured("RGB", (200, 10, 60), SWAPPED).convert("P", palette=Image.Palette.ADAPTIVE)
    palette.info["icc_profile"] = SWAPPED
    assert near(rgb(palette), (60, 200, 10))
    assert near(rgb(coloured("L", 77, SWAPPED)), (77, 77, 77))
    clear = coloured("P", 0, SWAPPED)
    clear.putpalette([200, 10, 60])
    clear.info["transparency"] = bytes([128])
    found = np.asarray(convert(clear, channels=4, background=(0, 0, 0)))[0, 0]
    assert near(tuple(found.tolist()), (60, 200, 10, 128))


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b""),
        ("RGB", b"damaged"),
        ("RGB", SWAPPED[:200]),
        ("RGB", SWAPPED[:128] + bytes(len(SWAPPED) - 128)),
        ("RGB", grey_profile(1.0)),
        ("RGB", cmyk_profile()),
        ("L", cmyk_profile()),
        ("CMYK", SWAPPED),
        ("1", SWAPPED),
    ],
)
def test_a_profile_that_is_broken_or_of_something_else_says_nothing(
    mode: str, profile: bytes
) -> None:
    colour = tuple(range(50, 50 + len(Image.new(mode, (1, 1)).getbands())))
    picture = coloured(mode, colour if len(colour) > 1 else 255, profile)
    assert to_srgb(picture) is picture


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_damaged_profiles_are_used_or_passed_over(data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(["RGB", "L", "CMYK"]))
    profile = {"RGB": WIDE, "L": grey_profile(1.0), "CMYK": cmyk_profile()}[mode]
    damaged = bytearray(profile[: data.draw(st.integers(1, len(profile)))])
    for _ in range(3):
        place = data.draw(st.integers(0, min(len(damaged), 300) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    picture = Image.new(mode, (3, 2))
    picture.info["icc_profile"] = bytes(damaged)
    assert convert(picture, channels=3, background=(0, 0, 0)).mode == "RGB"
    back = from_srgb(Image.new("RGB", (3, 2)), bytes(damaged))
    assert back is None or back.mode == "RGB"


@settings(max_examples=40, deadline=None)
@given(colour=st.tuples(levels, levels, levels), alpha=levels)
def test_colours_of_srgb_go_to_a_wider_space_and_back(
    colour: tuple[int, int, int], alpha: int
) -> None:
    picture = Image.new("RGBA", (1, 1), (*colour, alpha))
    wide = from_srgb(picture, WIDE)
    assert wide is not None
    wide.info["icc_profile"] = WIDE
    found = np.asarray(to_srgb(wide))[0, 0].astype(int)
    dark = min(colour) < 48  # near black a level of the one space is several of the other
    assert np.abs(found - np.asarray(picture)[0, 0]).max() <= (14 if dark else 3)


def test_what_a_profile_describes() -> None:
    assert describes(SWAPPED, "RGB")
    assert describes(SWAPPED, "RGBA")
    assert describes(grey_profile(2.2), "L")
    for profile, mode in ((SWAPPED, "L"), (grey_profile(2.2), "RGB"), (cmyk_profile(), "RGB")):
        assert not describes(profile, mode)
        assert from_srgb(Image.new(mode, (1, 1)), profile) is None


def test_many_threads_agree() -> None:
    profiles = [rgb_profile(RED, GREEN, BLUE), SWAPPED, WIDE]

    def work(number: int) -> tuple[int, ...]:
        return rgb(coloured("RGB", (200, 10, 60), profiles[number % 3]))

    alone = [work(number) for number in range(3)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(120))) == 40 * alone
    assert alone[2][0] > 200  # a wider red: out of sRGB's reach
    assert alone[2][1] == 0


def test_the_switch_is_part_of_the_settings() -> None:
    kept, converted = (StoreSettings(size=(2, 3), srgb=srgb) for srgb in (False, True))
    assert kept.as_text() != converted.as_text()
    picture = coloured("RGB", (200, 10, 60), SWAPPED)
    assert fit_image(picture, kept)[0, 0].tolist() == [200, 10, 60]
    assert near(tuple(fit_image(picture, converted)[0, 0].tolist()), (60, 200, 10))
