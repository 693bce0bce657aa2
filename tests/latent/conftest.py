import pytest
import torch
from torch import nn

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.latent.spaces import LatentSpace, latent_space


@pytest.fixture(params=["normal", "uniform", "styles"])
def space(request: pytest.FixtureRequest) -> LatentSpace:
    torch.manual_seed(0)
    if request.param == "styles":
        generator = StyledGenerator()
        lively(generator)
        return latent_space(game_of(generator))
    plain = DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8))
    lively(plain)
    return latent_space(game_of(plain, latent=request.param))


def lively(generator: nn.Module) -> None:
    """Let its pictures differ in more than their last digits, as they do not at the beginning."""
    with torch.no_grad():
        for layer in generator.modules():
            if isinstance(layer, nn.ConvTranspose2d):
                layer.weight.mul_(8)
