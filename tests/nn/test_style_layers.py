"""What the layers of ProGAN's and StyleGAN's networks promise."""

from itertools import product

import pytest
import torch
from torch import nn
from torch.autograd import grad, gradgradcheck
from torch.nn import functional

from zerosum.errors import UnknownNameError
from zerosum.nn.equalised import HE_GAIN, EqualisedConv2d, EqualisedLinear, PixelNorm
from zerosum.nn.minibatch import MinibatchStd
from zerosum.nn.modulation import FORMS, ModulatedConv2d, fastest_form
from zerosum.nn.resampling import Resize, blur, convolve, downsample, upsample


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("gain", [1.0, HE_GAIN])
@pytest.mark.parametrize("rate", [1.0, 0.01])
def test_an_equalised_linear_layer_gives_its_gain_at_the_start(gain: float, rate: float) -> None:
    layer = EqualisedLinear(512, 512, gain=gain, rate=rate)
    deviation = layer(torch.randn(256, 512)).std().item()
    assert deviation == pytest.approx(gain, rel=0.02)
    assert layer.weight.std().item() == pytest.approx(1 / rate, rel=0.02)


@pytest.mark.parametrize("kernel", [1, 3])
def test_an_equalised_convolution_gives_variance_one_at_the_start(kernel: int) -> None:
    layer = EqualisedConv2d(128, 256, kernel)
    inside = layer(torch.randn(8, 128, 12, 12))[..., 1:-1, 1:-1]
    assert inside.var().item() == pytest.approx(1, rel=0.05)


def test_the_gain_of_he_keeps_the_mean_square_through_leaky_relus() -> None:
    layers = [
        layer
        for _ in range(10)
        for layer in (EqualisedLinear(512, 512, gain=HE_GAIN), nn.LeakyReLU(0.2))
    ]
    with torch.no_grad():
        power = nn.Sequential(*layers)(torch.randn(64, 512)).square().mean().item()
    assert power == pytest.approx(1.04**10, rel=0.3)


def test_a_rate_slows_weights_and_bias_down() -> None:
    """A step of sign(gradient), as Adam's first, moves the output by the rate."""
    x = torch.randn(1, 64)
    moved = {}
    for rate in (1.0, 0.01):
        layer = EqualisedLinear(64, 1, rate=rate)
        before = layer(x)
        gradients = grad(before.sum(), list(layer.parameters()))
        with torch.no_grad():
            for weight, gradient in zip(layer.parameters(), gradients, strict=True):
                weight.add_(gradient.sign())
        moved[rate] = (layer(x) - before).item()
    assert moved[0.01] == pytest.approx(0.01 * moved[1.0], rel=1e-3)


@pytest.mark.parametrize("rate", [1.0, 0.01])
def test_a_bias_starts_where_it_is_told(rate: float) -> None:
    layer = EqualisedLinear(8, 4, bias=1.0, rate=rate)
    torch.testing.assert_close(layer(torch.zeros(2, 8)), torch.ones(2, 4))
    assert EqualisedLinear(8, 4, bias=None).bias is None


@pytest.mark.parametrize("shape", [(6, 32), (6, 32, 4, 5)])
def test_pixel_norm_makes_the_mean_square_of_the_channels_one(shape: tuple[int, ...]) -> None:
    out = PixelNorm()(5 * torch.randn(shape))
    power = out.square().mean(dim=1)
    torch.testing.assert_close(power, torch.ones_like(power))
    assert torch.equal(PixelNorm()(torch.zeros(shape)), torch.zeros(shape))


def test_blurring_is_the_binomial_filter_along_both_axes() -> None:
    dot = torch.zeros(1, 1, 4, 4)
    dot[..., 1, 2] = 64.0
    line = torch.tensor([1.0, 3.0, 3.0, 1.0])
    out = blur(dot, padding=3)[0, 0]
    assert torch.equal(out[1:5, 2:6], line[:, None] * line)
    assert out.sum() == 64 * 64 / 64


@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_a_constant_passes_the_filter_with_its_gain(gain: float) -> None:
    constant = torch.full((2, 3, 8, 10), 0.7)
    inside = blur(constant, padding=0, gain=gain)
    torch.testing.assert_close(inside, torch.full_like(inside, 0.7 * gain))
    torch.testing.assert_close(
        upsample(constant)[..., 1:-1, 1:-1], torch.full((2, 3, 14, 18), 0.7)
    )
    torch.testing.assert_close(
        downsample(constant)[..., 1:-1, 1:-1], torch.full((2, 3, 2, 3), 0.7)
    )


@pytest.mark.parametrize("kind", ["bfloat16", "autocast"])
def test_in_half_precision_downsampling_gives_the_same_up_to_rounding(kind: str) -> None:
    images = torch.randn(2, 3, 8, 10).bfloat16().float().requires_grad_()
    given = images.bfloat16() if kind == "bfloat16" else images
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "autocast"):
        halved = downsample(given)
    (slope,) = torch.autograd.grad(halved.float().square().sum(), images)
    exact = downsample(images)
    (expected,) = torch.autograd.grad(exact.square().sum(), images)
    assert halved.dtype == given.dtype
    torch.testing.assert_close(halved.float(), exact, atol=1e-2, rtol=1e-2)
    torch.testing.assert_close(slope, expected, atol=2e-2, rtol=2e-2)


def test_the_highest_frequency_is_gone() -> None:
    stripes = torch.tensor([1.0, -1.0]).repeat(4).expand(1, 1, 8, 8)
    assert blur(stripes, padding=0).abs().max() == 0


def test_upsampling_is_zeros_between_the_pixels_and_a_blur() -> None:
    images = torch.randn(2, 3, 5, 6)
    apart = torch.zeros(2, 3, 10, 12)
    apart[..., ::2, ::2] = images
    expected = blur(functional.pad(apart, (1, 1, 1, 1)), padding=1, gain=4.0)[..., :-1, :-1]
    torch.testing.assert_close(upsample(images), expected)


def test_beyond_the_border_of_what_is_doubled_there_is_nothing() -> None:
    side = torch.tensor([0.75, 1, 1, 1, 1, 0.75])
    assert torch.equal(upsample(torch.ones(1, 2, 3, 3))[0, 1], side[:, None] * side)
    assert torch.equal(upsample(torch.ones(1, 1, 1, 1)), torch.full((1, 1, 2, 2), 9 / 16))


@pytest.mark.parametrize(("resize", "factor"), [("keep", 1), ("up", 2), ("down", 0.5)])
@pytest.mark.parametrize("size", [(4, 4), (7, 7), (6, 10)])
def test_a_convolution_resizes(resize: Resize, factor: float, size: tuple[int, int]) -> None:
    if resize == "down" and size == (7, 7):
        size = (14, 14)
    maps, weight = torch.randn(2, 3, *size), torch.randn(5, 3, 3, 3)
    plain = convolve(maps, weight, resize=resize)
    assert plain.shape == (2, 5, *(int(factor * side) for side in size))
    bias = torch.randn(5)
    torch.testing.assert_close(
        convolve(maps, weight, bias, resize=resize), plain + bias.view(-1, 1, 1)
    )


def test_a_upsampling_convolution_blurs_what_a_transposed_one_gives() -> None:
    """With a filter of its middle alone, upsampling is all that is left."""
    maps = torch.randn(2, 1, 6, 6)
    middle = torch.zeros(1, 1, 3, 3)
    middle[..., 1, 1] = 1
    torch.testing.assert_close(convolve(maps, middle, resize="up"), upsample(maps))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8, 11])
@pytest.mark.parametrize("features", [1, 2])
def test_the_spread_of_a_batch_has_its_closed_form(n: int, features: int) -> None:
    maps = torch.randn(n, 4, 3, 2, dtype=torch.float64)
    out = MinibatchStd(group=4, features=features)(maps)
    assert out.shape == (n, 4 + features, 3, 2)
    assert torch.equal(out[:, :4], maps)
    begin = 0
    for part in torch.tensor_split(maps, -(-n // 4)):
        spread = (part.var(dim=0, correction=0) + 1e-8).sqrt()
        for number, channels in enumerate(spread.chunk(features)):
            found = out[begin : begin + len(part), 4 + number]
            torch.testing.assert_close(found, channels.mean().expand_as(found))
        begin += len(part)


def test_the_spread_of_equal_pictures_is_nothing_and_has_a_gradient() -> None:
    maps = torch.ones(4, 2, 3, 3, requires_grad=True)
    out = MinibatchStd()(maps)
    assert out[:, 2].max().item() == pytest.approx(1e-4)
    (slope,) = grad(out.sum(), maps)
    assert torch.isfinite(slope).all()


def modulated(form: str, *, demodulate: bool, upsampling: bool) -> ModulatedConv2d:
    torch.manual_seed(1)
    return ModulatedConv2d(6, 5, 3, demodulate=demodulate, upsampling=upsampling, form=form)


@pytest.mark.parametrize(("demodulate", "upsampling"), list(product([True, False], repeat=2)))
@pytest.mark.parametrize("form", ["grouped", "scaled"])
@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
def test_the_forms_agree_in_values_and_gradients(
    form: str, demodulate: bool, upsampling: bool, order: torch.memory_format
) -> None:
    maps = torch.randn(3, 6, 8, 7).to(memory_format=order).requires_grad_()
    style = (1 + torch.randn(3, 6)).requires_grad_()
    slope = None
    found = []
    for each in (form, "looped"):
        layer = modulated(each, demodulate=demodulate, upsampling=upsampling)
        out = layer(maps, style)
        slope = torch.randn_like(out) if slope is None else slope
        found.append([out, *grad(out, [maps, style, layer.weight], slope)])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("spread", [0.1, 1.0, 100.0])
@pytest.mark.parametrize("form", FORMS)
def test_demodulated_maps_have_variance_one_whatever_the_style(form: str, spread: float) -> None:
    layer = ModulatedConv2d(64, 64, 3, form=form)
    style = spread * torch.randn(4, 64)
    with torch.no_grad():
        out = layer(torch.randn(4, 64, 20, 20), style)[..., 1:-1, 1:-1]
    torch.testing.assert_close(out.var(dim=(1, 2, 3)), torch.ones(4), atol=0.05, rtol=0)


def test_without_demodulation_the_style_scales_the_maps() -> None:
    layer = ModulatedConv2d(8, 4, 3, demodulate=False)
    maps, style = torch.randn(2, 8, 5, 5), torch.randn(2, 8)
    torch.testing.assert_close(layer(maps, 3 * style), 3 * layer(maps, style))


def test_demodulation_takes_a_common_factor_of_the_style_away() -> None:
    layer = ModulatedConv2d(8, 4, 3)
    maps, style = torch.randn(2, 8, 5, 5), torch.randn(2, 8)
    torch.testing.assert_close(layer(maps, 3 * style), layer(maps, style))


@pytest.mark.parametrize("upsampling", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_modulation_can_be_differentiated_twice(form: str, upsampling: bool) -> None:
    layer = ModulatedConv2d(2, 2, 3, upsampling=upsampling, form=form).double()
    maps = torch.randn(2, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    style = torch.rand(2, 2, dtype=torch.float64, requires_grad=True)
    assert gradgradcheck(layer, (maps, style))


@pytest.mark.parametrize("resize", ["keep", "up", "down"])
def test_equalised_convolutions_can_be_differentiated_twice(resize: Resize) -> None:
    layer = EqualisedConv2d(2, 2, 3, resize=resize).double()
    maps = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert gradgradcheck(lambda x: layer(x).square(), maps)


def test_an_unknown_form_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'grouped'"):
        ModulatedConv2d(2, 2, 3, form="groupt")


@pytest.mark.parametrize(
    ("device", "learns", "form"),
    [("cuda", True, "scaled"), ("cuda", False, "grouped"), ("cpu", False, "scaled")],
)
def test_groups_are_for_finished_networks_on_cuda(device: str, learns: bool, form: str) -> None:
    """The gradient of a gradient of a grouped convolution takes longest of all."""
    with torch.set_grad_enabled(learns):
        assert fastest_form(torch.device(device)) == form
