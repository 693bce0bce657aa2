"""Small networks and an objective such as users write, named in tests as FILE.py:NAME."""

from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.objectives import NonSaturating

Shape = tuple[int, int, int]


class Generator(nn.Sequential):
    def __init__(self, *, image_shape: Shape, latent_size: int, width: int = 4) -> None:
        super().__init__(
            nn.Linear(latent_size, width),
            nn.LeakyReLU(),
            nn.Dropout(),
            nn.Linear(width, prod(image_shape)),
            nn.Tanh(),
            nn.Unflatten(1, image_shape),
        )


class Discriminator(nn.Sequential):
    def __init__(self, *, image_shape: Shape, outputs: int) -> None:
        layer = nn.Linear(prod(image_shape), outputs)
        super().__init__(nn.Flatten(), layer, nn.Flatten(0 if outputs == 1 else 1))


def patches(*, image_shape: Shape, outputs: int) -> nn.Module:
    return nn.Conv2d(image_shape[0], outputs, 4, stride=2)


def normalised(*, image_shape: Shape, outputs: int) -> nn.Module:
    norm = nn.BatchNorm2d(image_shape[0])
    return nn.Sequential(norm, Discriminator(image_shape=image_shape, outputs=outputs))


class Translator(nn.Sequential):
    multiple = 2

    def __init__(self, *, image_shape: Shape) -> None:
        channels = image_shape[0]
        super().__init__(
            nn.Conv2d(channels, 4, 4, stride=2, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(4, channels, 4, stride=2, padding=1),
            nn.Tanh(),
        )


def classifier(*, image_shape: Shape, classes: int) -> nn.Module:
    return nn.Sequential(nn.Flatten(), nn.Linear(prod(image_shape), classes))


class Observer(nn.Module):
    def __init__(self, *, image_shape: Shape, classes: int, width: int = 6) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(prod(image_shape), width), nn.ReLU())
        self.head = nn.Linear(width, classes)

    def features(self, images: Tensor) -> Tensor:
        features: Tensor = self.body(images)
        return features

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(images))
        return logits


class Objective(NonSaturating):
    """A dataclass as its base is, and so made with its fields as arguments."""

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        return 2 * super().generator(fake)


class Greedy(nn.Module):
    """Draws noise, and has statistics that move and others that do not."""

    def __init__(self, *, image_shape: Shape, latent_size: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.scale = nn.Parameter(torch.ones(1))
        self.norm = nn.BatchNorm1d(latent_size)
        self.still = nn.BatchNorm1d(latent_size).eval()

    def forward(self, latents: Tensor) -> Tensor:
        self.still(self.norm(latents))
        return self.scale * torch.randn(len(latents), *self.image_shape)


def number(**_: Any) -> int:
    return 3


def fails(**_: Any) -> nn.Module:
    raise RuntimeError("no such weights")


def still(**_: Any) -> nn.Module:
    return nn.Flatten()


def flat(**_: Any) -> nn.Module:
    return nn.Linear(100, 100)


def narrow(**_: Any) -> nn.Module:
    return nn.Linear(3, 3)


def costless() -> NonSaturating:
    class Costless(NonSaturating):
        def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
            return super().generator(fake).mean()

    return Costless()


def fruitless() -> object:
    return object()
