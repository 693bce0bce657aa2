"""What a picture in tiles promises: that nobody sees that it was in tiles."""

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from zerosum.config import ResnetTranslatorConfig
from zerosum.errors import ConfigError
from zerosum.networks import tiles
from zerosum.networks.statistics import NormStatistics, measure_statistics, normalising_by
from zerosum.networks.tiles import translate_any_size


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def local(norm: type[nn.Module] | None = None) -> nn.Module:
    """A network that sees 8 pixels far, with halving and doubling, and multiples of 2."""

    def normal() -> nn.Module:
        if norm is nn.GroupNorm:
            return nn.GroupNorm(2, 6)
        return norm(6, affine=True) if norm else nn.Identity()

    network = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1),
        normal(),
        nn.ReLU(inplace=True),
        nn.Conv2d(6, 6, 4, 2, 1),
        normal(),
        nn.ReLU(inplace=True),
        nn.Conv2d(6, 6, 3, padding=1, padding_mode="reflect"),
        normal(),
        nn.ConvTranspose2d(6, 3, 4, 2, 1),
    )
    for name, parameter in network.named_parameters():
        if name.endswith("weight") and parameter.dim() == 1:
            nn.init.uniform_(parameter, 0.5, 1.5)
    return network.eval()


def padded(images: Tensor, multiple: int) -> Tensor:
    height, width = images.shape[2:]
    return functional.pad(images, (0, -width % multiple, 0, -height % multiple), mode="reflect")


def picture(height: int, width: int) -> Tensor:
    """Plain at the left and noisy at the right, dark above and light below."""
    across = torch.linspace(0, 1, width)
    down = torch.linspace(-0.6, 0.6, height)[:, None]
    return (down + 0.8 * across * torch.randn(1, 3, height, width)).clamp(-1, 1)


@given(height=st.integers(4, 150), width=st.integers(4, 150), tile=st.integers(64, 75))
@settings(max_examples=25, deadline=None)
@torch.no_grad()
def test_tiles_of_a_network_without_normalisation_are_the_whole(
    height: int, width: int, tile: int
) -> None:
    network, images = local(), torch.randn(2, 3, height, width)
    whole = network(padded(images, 2))[:, :, :height, :width]
    tiled = translate_any_size(network, images, multiple=2, tile=tile, overlap=32)
    assert torch.allclose(tiled, whole, atol=1e-5)


@pytest.mark.parametrize("norm", [nn.InstanceNorm2d, nn.GroupNorm])
@pytest.mark.parametrize("size", [(150, 201), (71, 300), (20, 400)])
@torch.no_grad()
def test_tiles_are_the_whole_picture_normalised_by_the_same_statistics(
    norm: type[nn.Module], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[list[NormStatistics]] = []

    def spy(*args: Any, **keywords: Any) -> list[NormStatistics]:
        found.append(measure_statistics(*args, **keywords))
        return found[-1]

    monkeypatch.setattr(tiles, "measure_statistics", spy)
    network, images = local(norm), picture(*size)
    tiled = translate_any_size(network, images, multiple=2, tile=64, overlap=32)
    (statistics,) = found
    assert len(statistics) == 3
    with normalising_by(network, statistics):
        whole = network(padded(images, 2))[:, :, : size[0], : size[1]]
    assert torch.allclose(tiled, whole, atol=1e-5)


@pytest.mark.parametrize("norm", [nn.InstanceNorm2d, nn.GroupNorm])
@torch.no_grad()
def test_the_statistics_of_one_piece_that_is_the_whole_change_nothing(
    norm: type[nn.Module],
) -> None:
    network, images = local(norm), picture(40, 50)
    statistics = measure_statistics(network, images)
    expected = network(images)
    with normalising_by(network, statistics):
        found = network(images)
    assert torch.allclose(found, expected, atol=1e-5)


def test_pieces_are_normalised_together() -> None:
    layer = nn.InstanceNorm2d(2)
    pieces = torch.randn(3, 2, 8, 8) + torch.arange(3.0)[:, None, None, None]
    (moments,) = measure_statistics(layer, pieces, margin=2)
    inner = pieces[:, :, 2:-2, 2:-2]
    assert torch.allclose(moments.mean, inner.mean(dim=(0, 2, 3)), atol=1e-6)
    assert torch.allclose(moments.variance, inner.var(dim=(0, 2, 3), correction=0), atol=1e-6)


@torch.no_grad()
def test_a_layer_that_is_used_twice_has_two_statistics() -> None:
    layer = nn.InstanceNorm2d(3)
    network = nn.Sequential(layer, nn.Conv2d(3, 3, 3, padding=1), nn.ReLU(), layer).eval()
    images = picture(30, 30)
    statistics = measure_statistics(network, images)
    assert len(statistics) == 2
    expected = network(images)
    with normalising_by(network, statistics):
        assert torch.allclose(network(images), expected, atol=1e-5)


def test_running_statistics_stay_what_they_are() -> None:
    network = nn.InstanceNorm2d(3, track_running_stats=True).eval()
    assert measure_statistics(network, picture(8, 8)) == []


def test_the_network_is_restored_whatever_happens() -> None:
    network = nn.Sequential(nn.InstanceNorm2d(3), nn.Conv2d(3, 1, 1), nn.Conv2d(3, 1, 1)).eval()
    images = picture(40, 40)
    expected = network[0](images)
    with pytest.raises(RuntimeError, match="channels"):
        translate_any_size(network, images, tile=16, overlap=8)
    with pytest.raises(ZeroDivisionError), normalising_by(network, []):
        _ = 1 / 0
    assert torch.equal(network[0](images), expected)


@torch.no_grad()
def test_a_picture_that_fits_goes_through_whole() -> None:
    network = ResnetTranslatorConfig(base_channels=4, blocks=1).build((3, 32, 32)).eval()
    images = picture(32, 48)
    found = translate_any_size(network, images, multiple=4, tile=40, overlap=16)
    assert torch.equal(found, network(images))
    odd = picture(33, 46)
    expected = network(padded(odd, 4))[:, :, :33, :46]
    found = translate_any_size(network, odd, multiple=4, tile=40, overlap=16)
    assert torch.allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("row", "multiple", "expected"),
    [
        ([1.0, 2.0, 3.0], 4, [1.0, 2.0, 3.0, 2.0]),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 8, [1.0, 2.0, 3.0, 4.0, 5.0, 4.0, 3.0, 2.0]),
        ([1.0, 2.0], 8, [1.0, *[2.0] * 7]),
        ([1.0], 4, [1.0] * 4),
    ],
)
def test_sides_are_filled_up_by_reflection_where_there_is_enough_to_reflect(
    row: list[float], multiple: int, expected: list[float]
) -> None:
    inputs: list[Tensor] = []

    class Spy(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            inputs.append(images)
            return images

    images = torch.tensor(row).reshape(1, 1, 1, -1)
    found = translate_any_size(Spy().eval(), images, multiple=multiple, tile=64, overlap=16)
    assert torch.equal(found, images)
    assert inputs[0][0, 0].tolist() == [expected] * multiple


@torch.no_grad()
def test_every_picture_of_a_batch_has_its_own_statistics() -> None:
    network, images = local(nn.InstanceNorm2d), torch.cat([picture(90, 80), -picture(90, 80)])
    both = translate_any_size(network, images, multiple=2, tile=48, overlap=16)
    for image, found in zip(images, both, strict=True):
        alone = translate_any_size(network, image[None], multiple=2, tile=48, overlap=16)
        assert torch.equal(found[None], alone)


@pytest.mark.parametrize("size", [(64, 1000), (1000, 3), (513, 487), (65, 64)])
def test_the_network_is_never_given_more_than_a_tile(size: tuple[int, int]) -> None:
    areas: list[int] = []

    class Spy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.InstanceNorm2d(3)

        def forward(self, images: Tensor) -> Tensor:
            areas.append(images.shape[0] * images.shape[2] * images.shape[3])
            normal: Tensor = self.norm(images)
            return normal

    images = picture(*size)
    found = translate_any_size(Spy().eval(), images, multiple=4, tile=64, overlap=16)
    assert found.shape == images.shape
    assert max(areas) <= 64 * 64
    assert areas[0] >= 64 * 64 / 4 or areas[0] >= images.shape[2] * images.shape[3] / 4


@pytest.mark.parametrize(
    ("multiple", "tile", "overlap", "least"), [(1, 100, 64, 128), (256, 1000, 128, 1024)]
)
def test_tiles_that_are_too_small(multiple: int, tile: int, overlap: int, least: int) -> None:
    with pytest.raises(ConfigError, match=f"expected at least {least}"):
        translate_any_size(local(), picture(8, 8), multiple=multiple, tile=tile, overlap=overlap)


def test_a_network_in_training_mode_is_our_own_mistake() -> None:
    with pytest.raises(AssertionError, match="evaluation"):
        translate_any_size(local().train(), picture(8, 8))


TILE, OVERLAP = 128, 32
STEP = TILE - OVERLAP


def naive(network: nn.Module, images: Tensor) -> Tensor:
    """Tiles side by side, each by its own statistics."""
    found = torch.zeros_like(images)
    for top, left in product(*(range(0, side - OVERLAP, STEP) for side in images.shape[2:])):
        piece = images[:, :, top : top + TILE, left : left + TILE]
        found[:, :, top : top + TILE, left : left + TILE] = network(piece)
    return found


def steps_at_borders(images: Tensor) -> float:
    """How much larger steps are where naive tiles meet than elsewhere.

    Between means of 4x4 pixels: transposed convolutions draw a chessboard that is finer.
    """
    steps = functional.avg_pool2d(images, 4).diff(dim=3).abs().mean(dim=(0, 1, 2))
    borders = torch.zeros(len(steps), dtype=torch.bool)
    borders[STEP // 4 - 1 :: STEP // 4] = True
    return (steps[borders].mean() / steps[~borders].mean()).item()


@pytest.mark.parametrize("seed", [0, 1])
@torch.no_grad()
def test_there_is_no_seam_where_naive_tiles_have_one(seed: int) -> None:
    torch.manual_seed(seed)
    network = ResnetTranslatorConfig(base_channels=8, blocks=3).build((3, 64, 64)).eval()
    across, down = torch.linspace(-1, 1, 480), torch.linspace(-1, 1, 320)[:, None]
    images = torch.stack([across * down, down + 0 * across, across + 0 * down])[None]
    tiled = translate_any_size(network, images, multiple=4, tile=TILE, overlap=OVERLAP)
    beside, whole = naive(network, images), network(images)
    assert steps_at_borders(beside) > 2
    assert steps_at_borders(tiled) < 1.2
    assert (tiled - whole).abs().mean() < 0.7 * (beside - whole).abs().mean()
