"""The base class of latent spaces: the operations of walks, projections, truncation and edits."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, cast

import torch
from jaxtyping import Float
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
    """A latent space: points, their images, and paths between points.

    Args:
        game: The game of the generator, or of its EMA where there is one.
        labels: The classes of a seed's images, in conditional games: image i has label i, and
            labels repeat. Empty: classes are as frequent as in the data.

    Attributes:
        symbol: The papers' symbol of a point: ``z`` or ``w``.
        way: The interpolation: ``slerp`` or ``lerp``.
    """

    symbol: str
    way: str = "lerp"

    def __init__(self, game: GeneratingGame[Any], labels: Sequence[int] = ()) -> None:
        self.game = game
        self.labels = tuple(labels)

    @property
    def network(self) -> nn.Module:
        """The generator."""
        return self.game.players[GENERATOR].best

    @property
    def device(self) -> torch.device:
        """The device of the generator."""
        return next(self.network.parameters()).device

    @property
    def image_shape(self) -> ImageShape:
        """The shape (c, h, w) of the images."""
        return cast("Generator", self.network).image_shape

    @property
    def step_shape(self) -> tuple[int, ...]:
        """The shape of a step that moves a point."""
        return tuple(self.centre.shape)

    def as_steps(self, points: Points) -> Float[Tensor, "n ..."]:
        """Average styles over the layers, so that points have the shape of steps.

        Args:
            points: Points (n, ...), or differences of points.
        """
        rows: Tensor = points.flatten(1).view(len(points), -1, self.step_shape[-1]).mean(dim=1)
        return rows.view(-1, *self.step_shape)

    def latents(self, indices: Iterable[int], *, seed: int) -> Latents:
        """Draw the z of a seed's images, one by one: number i does not depend on the others.

        In a conditional game a one-hot class follows each z, as in the generator's input; number
        i of a seed has the same z for any class.

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
        """Return the class of an image of a seed; None where the game has no classes."""
        one_hot = self.latents([index], seed=seed)[0, self.game.latent_size :]
        return int(one_hot.argmax()) if len(one_hot) else None

    def at_stop(self, number: int) -> "LatentSpace":
        """Return the space with all images of the class ``labels[number]``; labels repeat."""
        space = copy(self)
        space.labels = self.labels and (self.labels[number % len(self.labels)],)
        return space

    def _label(self, index: int) -> Labels | None:
        return torch.tensor([self.labels[index % len(self.labels)]]) if self.labels else None

    @torch.no_grad()
    def points(self, latents: Latents) -> Points:
        """Compute the points of latents z, on the device."""
        with evaluating(self.network):
            return self.locate(latents.to(self.device))

    def draw(self, points: Points) -> Images:
        """Generate the images of points, in evaluation mode, without gradients."""
        with evaluating(self.network):
            return self.render(points.to(self.device)).float()

    @abstractmethod
    def locate(self, latents: Latents) -> Points:
        """Compute the points of latents z, with gradients, in the generator's mode."""

    @abstractmethod
    def render(self, points: Points) -> Images:
        """Generate the images of points, with gradients, in the generator's mode."""

    @property
    @abstractmethod
    def centre(self) -> Tensor:
        """The mean of all points; it has the shape of one point."""

    @property
    def deviation(self) -> Scalar:
        """The standard deviation of random points in an average direction."""
        return self.deviation_of(self.points(self.latents(range(200), seed=0)))

    def deviation_of(self, points: Points) -> Scalar:
        """Compute the standard deviation of points about the centre."""
        return (points - self.centre).square().mean().sqrt()

    @abstractmethod
    def between(self, start: Points, end: Points, time: Time) -> Points:
        """Interpolate from start (time 0) to end (time 1) at constant speed."""

    @abstractmethod
    def lengths(self, start: Points, end: Points) -> PerSample:
        """Compute the lengths of these paths."""

    @abstractmethod
    def truncate(self, points: Points, truncation: float) -> Points:
        """Move points towards the centre: less diverse images, more of them good.

        Raises:
            ConfigError: The truncation is out of range.
        """

    def check_truncation(self, truncation: float | None) -> None:
        """Refuse a truncation that is out of range; None is no truncation.

        Raises:
            ConfigError: The truncation is out of range.
        """
        if truncation is not None:
            _require_share(truncation)

    def keep(self, points: Points) -> Points:
        """Project points onto the region where the generator was trained."""
        return points


def _require_share(truncation: float) -> None:
    if not 0 < truncation <= 1:
        raise ConfigError(
            f"expected a truncation above 0 and at most 1, got {truncation:g}: 1 changes nothing, "
            "0.7 makes pictures less varied and more of them good."
        )
