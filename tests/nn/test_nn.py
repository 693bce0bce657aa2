"""What the shared parts of the networks promise."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from zerosum.errors import ConfigError, UnknownNameError
from zerosum.networks.kinds import count_parameters
from zerosum.networks.sizes import count_downsamplings, doubled_channels
from zerosum.nn import (
    INITIALISATIONS,
    NORMALISATIONS,
    EqualisedConv2d,
    EqualisedLinear,
    GaussianNoise,
    MinibatchDiscrimination,
    ModulatedConv2d,
    NormedLinear,
    VirtualBatchNorm,
    add_spectral_norm,
    initialise_he,
    initialise_normal,
    initialise_xavier,
    needs_batch,
    normalisation,
)

PRINTED: dict[str, Callable[[], nn.Module]] = {
    "3, kernels=4, size=5": lambda: MinibatchDiscrimination(3, kernels=4, size=5),
    "3, 4, scale=0.5774, bias=True": lambda: EqualisedLinear(3, 4),
    "3, 4, 3, keep, scale=0.1925, bias=True": lambda: EqualisedConv2d(3, 4, 3),
    "6, reference=2": lambda: VirtualBatchNorm(6, reference=2),
    "0.5": lambda: GaussianNoise(0.5),
    "(4, 3), learn_length=True": lambda: NormedLinear(3, 4, learn_length=True),
    "3, 4, 3, demodulate=True, upsampling=False": lambda: ModulatedConv2d(3, 4, 3),
}
"""Layers, and what is printed of them between the brackets."""

SIDES = st.integers(1, 64).map(lambda quarter: 4 * quarter)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("printed", PRINTED)
def test_layers_tell_their_sizes(printed: str) -> None:
    layer = PRINTED[printed]()
    assert repr(layer) == f"{type(layer).__name__}({printed})"


@pytest.mark.parametrize(
    ("size", "smallest"),
    [
        ((28, 28), (7, 7)),
        ((32, 32), (4, 4)),
        ((64, 64), (4, 4)),
        ((128, 128), (4, 4)),
        ((48, 36), (12, 9)),
        ((36, 48), (9, 12)),
        ((64, 32), (8, 4)),
        ((8, 8), (2, 2)),
    ],
)
def test_pictures_are_halved_to_a_map_of_about_four(
    size: tuple[int, int], smallest: tuple[int, int]
) -> None:
    count = count_downsamplings(*size)
    assert (size[0] >> count, size[1] >> count) == smallest


@given(height=SIDES, width=SIDES)
def test_every_multiple_of_four_can_be_halved_without_rest(height: int, width: int) -> None:
    count = count_downsamplings(height, width)
    assert count >= 2
    assert height % 2**count == width % 2**count == 0


@given(height=st.integers(-3, 200), width=st.integers(-3, 200))
def test_other_sizes_are_refused_and_the_named_ones_work(height: int, width: int) -> None:
    if min(height, width) >= 4 and height % 4 == width % 4 == 0:
        return
    with pytest.raises(ConfigError, match=f"got {height}x{width}") as refusal:
        count_downsamplings(height, width)
    named = str(refusal.value).partition("work: ")[2].rstrip(".").split(" or ")
    sizes = [tuple(map(int, size.split("x"))) for size in named]
    assert all(count_downsamplings(*size) >= 2 for size in sizes)
    assert any(abs(height - h) < 8 and abs(width - w) < 8 for h, w in sizes)


def test_widths_double_up_to_the_cap() -> None:
    assert doubled_channels(32, 3, max_channels=512) == [32, 64, 128]
    assert doubled_channels(64, 6, max_channels=256) == [64, 128, 256, 256, 256, 256]


def test_parameters_are_counted_without_the_frozen_ones() -> None:
    network = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    assert count_parameters(network) == 3 * 2 + 2 + 2 * 2
    network[0].weight.requires_grad_(False)
    assert count_parameters(network) == 2 + 2 * 2


def test_normal_initialisation_draws_as_dcgan_does() -> None:
    network = nn.Sequential(
        nn.Conv2d(64, 64, 4),
        nn.ConvTranspose2d(64, 64, 4),
        nn.Linear(256, 256),
        nn.BatchNorm2d(4096),
        nn.GroupNorm(1, 4096),
        nn.InstanceNorm2d(4096, affine=True),
        nn.InstanceNorm2d(4096),
    )
    initialise_normal(network)
    for name, parameter in network.named_parameters():
        layer = network[int(name[0])]
        if name.endswith("bias"):
            assert torch.equal(parameter, torch.zeros_like(parameter)), name
            continue
        mean = 0.0 if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)) else 1.0
        assert parameter.std().item() == pytest.approx(0.02, rel=0.05), name
        assert parameter.mean().item() == pytest.approx(mean, abs=0.002), name


def test_the_standard_deviation_can_be_chosen() -> None:
    layer = nn.Linear(256, 256)
    initialise_normal(layer, std=0.5)
    assert layer.weight.std().item() == pytest.approx(0.5, rel=0.05)


def test_xavier_goes_by_both_ends_of_a_layer() -> None:
    convolution, linear, norm = nn.Conv2d(64, 128, 3), nn.Linear(300, 500), nn.BatchNorm2d(8)
    initialise_xavier(nn.Sequential(convolution, linear, norm))
    for layer, both_ends in ((convolution, 9 * (64 + 128)), (linear, 300 + 500)):
        expected = 0.02 * (2 / both_ends) ** 0.5
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.05)
        assert layer.bias is not None
        assert not layer.bias.any()
    assert torch.equal(norm.weight, torch.ones(8))


def test_he_keeps_the_mean_square_through_many_relu_layers() -> None:
    layers = [layer for _ in range(10) for layer in (nn.Linear(512, 512), nn.ReLU())]
    network = nn.Sequential(*layers[:-1])
    x = torch.randn(64, 512)
    with torch.no_grad():
        plain = network(x).square().mean().item()
        initialise_he(network)
        he = network(x).square().mean().item()
    assert he == pytest.approx(2.0, rel=0.3)  # the last layer has no ReLU to halve it
    assert plain < 0.01


def test_default_leaves_the_weights() -> None:
    layer = nn.Linear(3, 2)
    before = layer.weight.clone()
    INITIALISATIONS["default"](layer)
    assert torch.equal(layer.weight, before)


@pytest.mark.parametrize(
    ("name", "axes"), [("batch", (0, 2, 3)), ("instance", (2, 3)), ("layer", (1, 2, 3))]
)
def test_a_normalisation_brings_its_own_axes_to_zero_and_one(
    name: str, axes: tuple[int, ...]
) -> None:
    maps = torch.randn(4, 5, 6, 7) * (1 + 3 * torch.rand(4, 5, 1, 1)) + torch.randn(4, 5, 1, 1)
    out = normalisation(name, 5)(maps)
    mean, variance = out.mean(dim=axes), out.var(dim=axes, correction=0)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-5, rtol=0)
    torch.testing.assert_close(variance, torch.ones_like(variance), atol=1e-2, rtol=0)
    for other in {(0, 2, 3), (2, 3), (1, 2, 3)} - {axes}:
        if not set(other) > set(axes):
            assert out.mean(dim=other).abs().max() > 1e-2


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "axes"), [("batch", (0, 2, 3)), ("instance", (2, 3)), ("layer", (1, 2, 3))]
)
def test_gradients_are_right_in_every_memory_format(
    name: str, axes: tuple[int, ...], n: int, order: torch.memory_format
) -> None:
    layer = normalisation(name, 4).double()
    scale, shift = (weight.view(-1, 1, 1) for weight in layer.parameters())

    def by_hand(maps: Tensor) -> Tensor:
        variance, mean = torch.var_mean(maps, dim=axes, keepdim=True, correction=0)
        return scale * (maps - mean) / (variance + 1e-5).sqrt() + shift

    maps = torch.randn(n, 4, 5, 6, dtype=torch.float64).to(memory_format=order)
    slope = torch.randn(n, 4, 5, 6, dtype=torch.float64).to(memory_format=torch.channels_last)
    variables = [maps.requires_grad_(), *layer.parameters()]
    ours = torch.autograd.grad(layer(maps), variables, slope)
    theirs = torch.autograd.grad(by_hand(maps), variables, slope)
    for found, expected in zip(ours, theirs, strict=True):
        assert torch.allclose(found, expected, atol=1e-10)
    assert layer(maps).is_contiguous(memory_format=order)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_every_normalisation_but_none_has_a_scale_and_a_shift(name: str) -> None:
    assert count_parameters(normalisation(name, 5)) == (0 if name == "none" else 10)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_a_batch_is_needed_exactly_where_pictures_depend_on_each_other(name: str) -> None:
    layer = normalisation(name, 3)
    images = torch.randn(4, 3, 5, 5)
    alone = torch.cat([layer(image[None]) for image in images])
    independent = torch.allclose(alone, layer(images), atol=1e-5)
    assert needs_batch(nn.Sequential(layer)) is not independent


def test_an_unknown_normalisation_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'batch'"):
        normalisation("bach", 3)


def largest_stretch(layer: nn.Module) -> float:
    """The largest singular value of the weight as a matrix (outputs, everything else)."""
    weight = dict(layer.named_parameters(recurse=False)).get("weight", layer.weight)
    assert isinstance(weight, Tensor)
    rows = weight.transpose(0, 1) if isinstance(layer, nn.ConvTranspose2d) else weight
    return float(torch.linalg.matrix_norm(rows.flatten(1).detach(), 2))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Linear(12, 7), (2, 12)),
        (nn.Conv2d(3, 8, 4, 2, 1), (2, 3, 8, 8)),
        (nn.ConvTranspose2d(3, 8, 4, 2, 1), (2, 3, 4, 4)),
    ],
)
def test_spectral_norm_brings_the_largest_singular_value_to_one(
    layer: nn.Module, shape: tuple[int, ...]
) -> None:
    initialise_normal(layer, std=0.5)
    assert largest_stretch(layer) > 1.5
    add_spectral_norm(layer)
    for _ in range(200):
        layer(torch.zeros(shape))
    assert largest_stretch(layer) == pytest.approx(1, abs=1e-3)


def test_spectral_norm_of_a_network_leaves_other_layers_alone() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Flatten(), nn.Linear(8, 1))
    names = {name for name, _ in network[1].named_parameters()}
    parameters = count_parameters(network)
    add_spectral_norm(network)
    assert {name for name, _ in network[1].named_parameters()} == names
    assert count_parameters(network) == parameters
    assert [nn.utils.parametrize.is_parametrized(layer) for layer in network] == [
        True,
        False,
        False,
        True,
    ]


def test_spectral_norm_draws_a_weight_of_zeros_anew() -> None:
    layer = nn.Conv2d(4, 8, 3, bias=False)
    nn.init.zeros_(layer.weight)
    add_spectral_norm(layer)
    assert layer(torch.rand(1, 4, 5, 5)).isfinite().all()
    assert largest_stretch(layer) > 0.5


def test_spectral_norm_is_part_of_the_state() -> None:
    layer, copy = nn.Linear(6, 4), nn.Linear(6, 4)
    for each in (layer, copy):
        add_spectral_norm(each)
    layer(torch.zeros(1, 6))
    copy.load_state_dict(layer.state_dict())
    x = torch.randn(3, 6)
    assert torch.equal(layer(x), copy(x))
