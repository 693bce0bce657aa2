"""What walks, projections, truncation and edits need of any latent space."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, cast

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.games import GeneratingGame
from zerosum.games.base import evaluating
from zerosum.games.generating import GENERATOR
from zerosum.networks.kinds import Generator
from zerosum.randomness import Randomness
from zerosum.types import Images, ImageShape, Labels, Latents, PerSample, Points, Scalar, Time

__all__ = ["LatentSpace", "Points"]


class LatentSpace(ABC):
    """Points, the pictures that they stand for, and the ways between them.

    Args:
        game: The game whose generator draws; its EMA, where there is one.
        labels: The classes of the pictures of a seed, for conditional games: picture i is of
            number i, and from the beginning again. None: as often as they occur in the data.

    Attributes:
        symbol: What papers call a point: ``z`` or ``w``.
        way: How points are joined: ``slerp`` or ``lerp``.
    """

    symbol: str
    way: str = "lerp"

    def __init__(self, game: GeneratingGame[Any], labels: Sequence[int] = ()) -> None:
        self.game = game
        self.labels = tuple(labels)

    @property
    def network(self) -> nn.Module:
        """The generator that draws."""
        return self.game.players[GENERATOR].best

    @property
    def device(self) -> torch.device:
        """Where the generator is."""
        return next(self.network.parameters()).device

    @property
    def image_shape(self) -> ImageShape:
        """(c, h, w) of the pictures that it draws."""
        return cast("Generator", self.network).image_shape

    @property
    def step_shape(self) -> tuple[int, ...]:
        """The shape of a step that moves all of a point."""
        return tuple(self.centre.shape)

    def latents(self, indices: Iterable[int], *, seed: int) -> Latents:
        """The z of pictures of a seed, drawn one by one: number i is the same in any company.

        In a conditional game each tells its class besides, as the generator is given it; number i
        of a seed has the same z, whatever the class.

        Raises:
            ConfigError: The seed is negative.
        """
        if seed < 0:
            raise ConfigError(f"expected a seed from 0, got {seed}.")
        random = Randomness(seed=seed, stream="sample")
        return torch.cat(
            [self.game.fresh_latents(1, random.at(index), self._label(index)) for index in indices]
        )

    def label(self, index: int, *, seed: int) -> int | None:
        """The class of a picture of a seed; None where the game has no classes."""
        told = self.latents([index], seed=seed)[0, self.game.latent_size :]
        return int(told.argmax()) if len(told) else None

    def at_stop(self, number: int) -> "LatentSpace":
        """The space with all pictures of the class that ``labels`` have at that place."""
        space = copy(self)
        space.labels = self.labels and (self.labels[number % len(self.labels)],)
        return space

    def _label(self, index: int) -> Labels | None:
        return torch.tensor([self.labels[index % len(self.labels)]]) if self.labels else None

    @torch.no_grad()
    def points(self, latents: Latents) -> Points:
        """The points of some z, on the device."""
        with evaluating(self.network):
            return self.locate(latents.to(self.device))

    def draw(self, points: Points) -> Images:
        """The pictures of points, by the generator in evaluation mode, without gradients."""
        with evaluating(self.network):
            return self.render(points.to(self.device)).float()

    @abstractmethod
    def locate(self, latents: Latents) -> Points:
        """The points of some z, with gradients, in whatever mode the generator is."""

    @abstractmethod
    def render(self, points: Points) -> Images:
        """The pictures of points, with gradients, in whatever mode the generator is."""

    @property
    @abstractmethod
    def centre(self) -> Tensor:
        """The mean of all points: the shape of one point."""

    @property
    def deviation(self) -> Scalar:
        """The standard deviation of random points in an average direction."""
        return self.deviation_of(self.points(self.latents(range(200), seed=0)))

    def deviation_of(self, points: Points) -> Scalar:
        """The standard deviation of these points."""
        return (points - self.centre).square().mean().sqrt()

    @abstractmethod
    def between(self, start: Points, end: Points, time: Time) -> Points:
        """The points on the way from start (time 0) to end (time 1), walked at one speed."""

    @abstractmethod
    def lengths(self, start: Points, end: Points) -> PerSample:
        """How long these ways are."""

    @abstractmethod
    def truncate(self, points: Points, truncation: float) -> Points:
        """Points nearer to the centre: less varied pictures, of which more are good.

        Raises:
            ConfigError: The truncation is out of range.
        """

    def check_truncation(self, truncation: float | None) -> None:
        """Refuse a truncation that is out of range; None is no truncation.

        Raises:
            ConfigError: It is.
        """
        if truncation is not None:
            _require_share(truncation)

    def keep(self, points: Points) -> Points:
        """The nearest points that are not farther out than those that the generator knows."""
        return points


def _require_share(truncation: float) -> None:
    if not 0 < truncation <= 1:
        raise ConfigError(
            f"expected a truncation above 0 and at most 1, got {truncation:g}: 1 changes nothing, "
            "0.7 makes pictures less varied and more of them good."
        )
