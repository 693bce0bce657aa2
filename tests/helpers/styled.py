"""A style-based generator as small as can be, for tests of what works on styles."""

import torch
from torch import Tensor, nn

from helpers.settings import rules
from zerosum.config import DcganGeneratorConfig, MlpDiscriminatorConfig
from zerosum.games import AdversarialGame, Player
from zerosum.types import Images, Latents


class StyledGenerator(nn.Module):
    """w = tanh(A z) + 1, the same in each of three layers; a picture of their mean."""

    mean_style: Tensor

    def __init__(self, *, latent_size: int = 6, layers: int = 3) -> None:
        super().__init__()
        self.latent_size = latent_size
        self.image_shape = (1, 8, 8)
        self.layers = layers
        self.first = nn.Linear(latent_size, 5)
        self.body = DcganGeneratorConfig(latent_size=5, base_channels=4).build(self.image_shape)
        self.register_buffer("mean_style", torch.ones(5))

    def mapping(self, latents: Latents) -> Tensor:
        styles: Tensor = torch.tanh(self.first(latents)) + 1
        return styles[:, None].expand(-1, self.layers, -1)

    def synthesis(self, styles: Tensor) -> Images:
        images: Images = self.body(styles.mean(dim=1))
        return images

    def forward(self, latents: Latents) -> Images:
        return self.synthesis(self.mapping(latents))


def game_of(generator: nn.Module, *, latent: str = "normal") -> AdversarialGame:
    """A game that nobody has played yet."""

    def player(network: nn.Module) -> Player:
        return Player(network=network, optimizer=torch.optim.Adam(network.parameters()))

    return AdversarialGame(
        rules(latent=latent),
        generator=player(generator),
        discriminator=player(MlpDiscriminatorConfig().build((1, 8, 8))),
    )
