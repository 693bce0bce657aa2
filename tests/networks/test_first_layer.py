"""The filters by which networks look at pictures."""

import pytest
import torch
from torch import nn

from zerosum.config import DcganDiscriminatorConfig
from zerosum.errors import ConfigError
from zerosum.networks.first_layer import first_layer
from zerosum.nn import EqualisedConv2d, NormedConv2d


@pytest.mark.parametrize("convolution", [nn.Conv2d, EqualisedConv2d, NormedConv2d])
def test_any_kind_of_convolution(convolution: type[nn.Module]) -> None:
    layer = convolution(3, 8, 3)
    name, weight = first_layer(nn.Sequential(nn.Conv2d(7, 3, 1), layer, nn.Conv2d(8, 8, 3)))
    assert name == "1"
    assert torch.equal(weight, layer.weight)  # type: ignore[arg-type]
    assert not weight.requires_grad


def test_spectral_norm_is_part_of_the_weights() -> None:
    discriminator = DcganDiscriminatorConfig(base_channels=4, spectral_norm=True).build((1, 8, 8))
    name, weight = first_layer(discriminator.eval())
    assert (name, weight.shape) == ("layers.0", (4, 1, 4, 4))


def test_what_does_not_look_at_pictures_is_refused() -> None:
    others = nn.Sequential(
        nn.Linear(3, 3), nn.ConvTranspose2d(8, 3, 4), nn.Conv2d(8, 8, 3, groups=8)
    )
    with pytest.raises(ConfigError, match="Sequential has no convolution that takes pictures"):
        first_layer(others)
