"""Colours and sizes against PIL, and TensorFlow 1's resize against torch-fidelity's."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from jaxtyping import TypeCheckError
from PIL import Image
from torch import Tensor

from zerosum.errors import ConfigError, DataError
from zerosum.features.preparation import (
    Preparation,
    recolour,
    resize_antialiased,
    resize_tf1,
)

ImageMaker = Callable[..., Tensor]


def pil(picture: Tensor, mode: str) -> Image.Image:
    array = picture.permute(1, 2, 0).numpy()
    return Image.fromarray(array[:, :, 0] if mode == "L" else array, mode=None)


def test_luma_is_that_of_pil(pictures: ImageMaker) -> None:
    (colourful,) = shown = pictures(1, 3, 40, 30)
    expected = torch.from_numpy(np.array(pil(colourful, "RGB").convert("L"), np.float32))
    torch.testing.assert_close(recolour(shown, 1)[0, 0], expected, rtol=0, atol=0.51)
    assert recolour(shown, 1).frac().any()


def test_transparency_is_laid_on_white_as_in_pil(pictures: ImageMaker) -> None:
    (clear,) = shown = pictures(1, 4, 40, 30)
    image = pil(clear, "RGBA")
    white = Image.new("RGBA", image.size, "white")
    expected = np.array(Image.alpha_composite(white, image).convert("RGB"), np.float32)
    found = recolour(shown, 3)[0].permute(1, 2, 0)
    torch.testing.assert_close(found, torch.from_numpy(expected), rtol=0, atol=1.01)


@pytest.mark.parametrize("value", [0, 100, 255])
@pytest.mark.parametrize("channels", [1, 3])
def test_grey_is_the_same_grey_in_every_form(value: int, channels: int) -> None:
    grey = torch.full((2, 1, 3, 5), value, dtype=torch.uint8)
    opaque = torch.full_like(grey, 255)
    rgb = grey.repeat(1, 3, 1, 1)
    expected = torch.full((2, channels, 3, 5), float(value))
    for form in (grey, rgb, torch.cat([rgb, opaque], dim=1)):
        assert channels == 1 or channels == 3
        prepare = Preparation(channels=1 if channels == 1 else 3, size=None, spread=(1.0,))
        torch.testing.assert_close(prepare(form), expected, rtol=0, atol=1e-4)


def test_colours_may_be_kept_as_they_come(pictures: ImageMaker) -> None:
    prepare = Preparation(channels=None, size=None)
    assert [prepare(pictures(1, c, 4)).shape[1] for c in (1, 3, 4)] == [1, 3, 3]


@pytest.mark.parametrize("size", [(16, 16), (7, 13), (60, 50), (40, 12)])
def test_antialiased_is_pils_bilinear_without_rounding(
    pictures: ImageMaker, size: tuple[int, int]
) -> None:
    floats = pictures(1, 1, 40, 30).float()
    image = Image.fromarray(floats[0, 0].numpy())
    assert image.mode == "F"
    expected = np.array(image.resize(size[::-1], Image.Resampling.BILINEAR))
    found = resize_antialiased(floats, size)[0, 0]
    torch.testing.assert_close(found, torch.from_numpy(expected), rtol=0, atol=2e-3)


def test_only_the_antialiased_resize_sees_every_pixel() -> None:
    stripes = torch.zeros(1, 1, 64, 64)
    stripes[..., ::4] = 255.0
    antialiased, aliased = resize_antialiased(stripes, (16, 16)), resize_tf1(stripes, (16, 16))
    assert antialiased[..., 2:-2].sub(255 / 4).abs().max() < 8
    assert torch.equal(aliased, torch.full_like(aliased, 255.0))


@pytest.mark.parametrize(("source", "size"), [((32, 32), (299, 299)), ((31, 53), (20, 70))])
def test_tf1_is_torch_fidelitys(source: tuple[int, int], size: tuple[int, int]) -> None:
    compat = pytest.importorskip("torch_fidelity.interpolate_compat_tensorflow")
    images = torch.rand(2, 3, *source, generator=torch.Generator().manual_seed(0)) * 255
    expected = compat.interpolate_bilinear_2d_like_tensorflow1x(images, size, align_corners=False)
    torch.testing.assert_close(resize_tf1(images, size), expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("resized", [resize_antialiased, resize_tf1])
def test_a_picture_of_the_right_size_is_left_alone(
    pictures: ImageMaker, resized: Callable[..., Tensor]
) -> None:
    floats = pictures(2, 3, 20, 30).float()
    torch.testing.assert_close(resized(floats, (20, 30)), floats, rtol=0, atol=1e-4)


def test_scale_is_per_channel_in_units_of_bytes() -> None:
    prepare = Preparation(channels=3, size=None, shift=(0.0, 127.5, 255.0), spread=(255.0,))
    white = torch.full((1, 3, 1, 1), 255, dtype=torch.uint8)
    assert prepare(white).flatten().tolist() == [1.0, 0.5, 0.0]


def test_what_was_done_is_said_in_words() -> None:
    sized = Preparation(channels=1, size=(28, 28), resize="tf1")
    free = Preparation(channels=None, size=None)
    assert sized.resize_text == "bilinear as in TensorFlow 1, not antialiased"
    assert free.resize_text == "none"
    assert "601" in sized.colour_text
    assert "as they come" in free.colour_text


@pytest.mark.parametrize("channels", [2, 5])
def test_other_numbers_of_channels_are_refused(channels: int) -> None:
    with pytest.raises(DataError, match=rf"found the shape \(1, {channels}, 4, 4\)"):
        recolour(torch.zeros(1, channels, 4, 4, dtype=torch.uint8), 3)


def test_floats_are_refused() -> None:
    with pytest.raises((DataError, TypeCheckError), match=r"uint8|UInt8"):
        recolour(torch.zeros(1, 3, 4, 4), 3)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ConfigError, match="divided by 0"):
        Preparation(channels=3, size=None, spread=(1.0, 0.0, 1.0))
