"""How DCGAN's generator doubles: any size, and where a checkerboard can come from."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv_transpose2d

from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.networks.building import build_generator
from zerosum.networks.dcgan import UPSAMPLINGS
from zerosum.networks.kinds import count_parameters
from zerosum.nn.convolution import Upsample
from zerosum.types import ImageShape

ENLARGED = sorted(set(UPSAMPLINGS) - {"transposed"})


def interior(maps: Tensor) -> Tensor:
    return maps[..., 2:-2, 2:-2]


@pytest.mark.parametrize("name", UPSAMPLINGS)
@pytest.mark.parametrize("shape", [(1, 4, 4), (1, 28, 28), (3, 32, 32), (3, 48, 36), (4, 64, 8)])
def test_any_size_is_drawn_and_every_weight_has_a_slope(name: Any, shape: ImageShape) -> None:
    generator = DcganGeneratorConfig(latent_size=6, base_channels=4, upsampling=name).build(shape)
    images = generator(torch.randn(3, 6, generator=torch.Generator().manual_seed(0)))
    assert images.shape == (3, *shape)
    images.square().sum().backward()
    for weight in generator.parameters():
        assert weight.grad is not None
        assert bool(weight.grad.isfinite().all())
        assert bool((weight.grad != 0).any())


@pytest.mark.parametrize("name", UPSAMPLINGS)
def test_a_constant_stays_constant_unless_each_place_has_its_own_weights(name: Any) -> None:
    torch.manual_seed(0)
    layer = UPSAMPLINGS[name](3, 5)
    drawn = interior(layer(torch.ones(1, 3, 8, 8)))
    uneven = (drawn - drawn[..., :1, :1]).abs().amax().item()
    assert (uneven > 0.01) == (name == "transposed")
    assert uneven < 1e-5 or name == "transposed"
    # A board of 2 x 2 pixels, not a slope: every other pixel is alike.
    torch.testing.assert_close(drawn[..., ::2, ::2], drawn[..., :1, :1].expand(-1, -1, 6, 6))


@pytest.mark.parametrize(("kernel", "even"), [(3, False), (4, True), (5, False), (6, True)])
def test_kernels_that_the_stride_divides_overlap_evenly(kernel: int, even: bool) -> None:
    """So of all transposed convolutions kernel 4 is among those that need not draw a board."""
    ones = torch.ones(1, 1, kernel, kernel)
    counts = conv_transpose2d(torch.ones(1, 1, 8, 8), ones, stride=2)[..., 5:-5, 5:-5]
    assert bool((counts == counts.flatten()[0]).all()) == even


def test_the_default_is_the_papers() -> None:
    generator = DcganGeneratorConfig(latent_size=100, base_channels=64).build((3, 32, 32))
    assert sum(isinstance(layer, Upsample) for layer in generator.modules()) == 3
    assert DcganGeneratorConfig().upsampling == "transposed"


@pytest.mark.parametrize("name", ENLARGED)
def test_the_setting_is_built_with_nine_weights_for_sixteen(name: Any) -> None:
    build = {"latent_size": 8, "base_channels": 4, "initialisation": "normal"}
    both = [
        build_generator(DcganGeneratorConfig(**build, upsampling=kind), (3, 16, 16))  # type: ignore[arg-type]
        for kind in ("transposed", name)
    ]
    assert not any(isinstance(layer, Upsample) for layer in both[1].modules())
    pairs = 8 * 4 + 4 * 3  # Of channels, in the two upsamplings.
    assert count_parameters(both[0]) - count_parameters(both[1]) == 7 * pairs
    for layer in both[1].modules():
        if isinstance(layer, nn.Conv2d):
            assert layer.weight.std().item() == pytest.approx(0.02, rel=0.25)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'nearest'"):
        _ = UPSAMPLINGS["nearst"]
    assert issubclass(UnknownNameError, ConfigError)
