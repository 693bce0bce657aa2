"""The space in which a generator's pictures lie beside each other, whatever the generator.

For a plain generator G(z) it is the space of z itself. A style-based one draws in two steps,
G(z) = synthesis(mapping(z)), and its space is that of the styles w = mapping(z), which is less
bent (Karras et al. 2019, section 4, https://arxiv.org/abs/1812.04948). Walks, projections,
truncation and edits are written for a `LatentSpace` and know nothing else of the generator.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.games import GeneratingGame
from zerosum.games.base import evaluating
from zerosum.games.generating import GENERATOR, draw_latents
from zerosum.latent.interpolation import angles, lerp, slerp
from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import Images, Latents, PerSample

__all__ = [
    "SPACES",
    "LatentSpace",
    "NormalSpace",
    "Points",
    "StyleSpace",
    "UniformSpace",
    "has_styles",
    "latent_space",
]

Points = Float[Tensor, "n ..."]
"""Points of a latent space: z (n, d), or styles w (n, layers, d)."""

_STYLE_PARTS = ("mapping", "synthesis", "mean_style")


class LatentSpace(ABC):
    """Points, the pictures that they stand for, and the ways between them.

    Args:
        game: The game whose generator draws; its averaged copy, where there is one.

    Attributes:
        symbol: What papers call a point: ``z`` or ``w``.
    """

    symbol: str

    def __init__(self, game: GeneratingGame[Any]) -> None:
        self.game = game

    @property
    def network(self) -> nn.Module:
        """The generator that draws."""
        return self.game.players[GENERATOR].best

    @property
    def device(self) -> torch.device:
        """Where the generator is."""
        return next(self.network.parameters()).device

    @property
    def step_shape(self) -> tuple[int, ...]:
        """The shape of a step that moves all of a point."""
        return tuple(self.centre.shape)

    def latents(self, indices: Iterable[int], *, seed: int) -> Latents:
        """The z of pictures of a seed, drawn one by one: number i is the same in any company."""
        random = Randomness(seed=seed, stream="sample")
        return torch.cat(
            [
                draw_latents(self.game.latent, random.at(index), 1, self.game.latent_size)
                for index in indices
            ]
        )

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

    @abstractmethod
    def between(self, start: Points, end: Points, time: float) -> Points:
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


class _InputSpace(LatentSpace):
    """The points are the z themselves."""

    symbol = "z"

    def locate(self, latents: Latents) -> Points:
        """The z as they are."""
        return latents

    def render(self, points: Points) -> Images:
        """G(z)."""
        images: Images = self.network(points)
        return images

    @property
    def centre(self) -> Tensor:
        """0."""
        return torch.zeros(self.game.latent_size, device=self.device)


class NormalSpace(_InputSpace):
    """z ~ N(0, 1) in each coordinate: nearly all z lie near the sphere of radius √d.

    Ways run along spheres, at one angle a step.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.config.build import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.width": 4})
        >>> space = latent_space(build_game(narrow, Engine(device=torch.device("cpu"))))
        >>> z = space.latents(range(2), seed=7)
        >>> space.symbol, space.draw(space.points(z)).shape
        ('z', torch.Size([2, 1, 28, 28]))
        >>> space.truncate(z, 0.5).abs().max() <= 0.5
        tensor(True)
    """

    def between(self, start: Points, end: Points, time: float) -> Points:
        """Spherical interpolation."""
        return slerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Angles."""
        return angles(start, end)

    def truncate(self, points: Points, truncation: float) -> Points:
        """The truncation trick: normal numbers of which none is greater than T.

        Brock et al. draw each z_i again until |z_i| ≤ T. Here it moves to its quantile of the
        same truncated distribution, with Φ the cumulative normal distribution,

            z_i' = Φ⁻¹(Φ(−T) + Φ(z_i) (Φ(T) − Φ(−T))),

        so that the pictures are distributed as theirs, and picture i of a seed stays
        recognisable and becomes the untruncated one as T grows.

        Paper:
            Brock et al. 2019, section 3.1, https://arxiv.org/abs/1809.11096
        """
        self.check_truncation(truncation)
        z = points.double()
        low = torch.special.ndtr(torch.tensor(-truncation, dtype=torch.float64))
        moved = torch.special.ndtri(low + torch.special.ndtr(z) * (1 - 2 * low))
        truncated: Points = moved.clamp(-truncation, truncation).to(points.dtype)
        return truncated

    def check_truncation(self, truncation: float | None) -> None:
        """T is a number of standard deviations, from 0.01 to 5."""
        if truncation is not None and not 0.01 <= truncation <= 5.0:
            raise ConfigError(
                f"expected a truncation from 0.01 to 5, got {truncation:g}: for this run's normal "
                "latents it is the greatest |z| that is drawn, in standard deviations; 2 changes "
                "little, 0.5 much."
            )

    def keep(self, points: Points) -> Points:
        """Not outside the ball of radius √d + 2, beyond which next to no z are drawn.

        ‖z‖ has mean √d and standard deviation 1/√2, nearly, whatever d is.
        """
        radius = self.game.latent_size**0.5 + 2
        kept: Points = points * (radius / points.norm(dim=1, keepdim=True)).clamp_max(1.0)
        return kept


class UniformSpace(_InputSpace):
    """z ~ U(−1, 1) in each coordinate: points of a cube, in which every straight way stays.

    Its points lie on no sphere, and the way along one would lead out of the cube.
    """

    def between(self, start: Points, end: Points, time: float) -> Points:
        """Linear interpolation."""
        return lerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Euclidean distances."""
        distances: PerSample = (start - end).norm(dim=1)
        return distances

    def truncate(self, points: Points, truncation: float) -> Points:
        """T z: what is left of U(−1, 1) when each z_i is drawn again until |z_i| ≤ T ≤ 1."""
        self.check_truncation(truncation)
        return truncation * points

    def keep(self, points: Points) -> Points:
        """In the cube."""
        return points.clamp(-1.0, 1.0)


class StyleSpace(LatentSpace):
    """The styles w = mapping(z), one for each layer, of shape (n, layers, d).

    The generator has the methods ``mapping(latents (n, d)) -> styles (n, layers, d)`` and
    ``synthesis(styles) -> images``, and the buffer ``mean_style (d,)``.

    Paper:
        Karras et al. 2019, https://arxiv.org/abs/1812.04948
    """

    symbol = "w"

    def locate(self, latents: Latents) -> Points:
        """mapping(z)."""
        styles: Points = self.network.mapping(latents)  # type: ignore[operator]
        return styles

    def render(self, points: Points) -> Images:
        """synthesis(w)."""
        images: Images = self.network.synthesis(points)  # type: ignore[operator]
        return images

    @property
    def centre(self) -> Tensor:
        """The mean style, in each layer."""
        mean: Tensor = self.network.mean_style  # type: ignore[assignment]
        one = self.points(torch.zeros(1, self.game.latent_size))[0]
        return mean.expand_as(one)

    @property
    def step_shape(self) -> tuple[int, ...]:
        """(1, d): the same step in all layers."""
        return 1, self.centre.shape[-1]

    def between(self, start: Points, end: Points, time: float) -> Points:
        """Linear interpolation: the mapping was learnt so that straight ways lead through."""
        return lerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Euclidean distances."""
        distances: PerSample = (start - end).flatten(1).norm(dim=1)
        return distances

    def truncate(self, points: Points, truncation: float) -> Points:
        """The mean style w̄ and a part of the way from it: w' = w̄ + T (w − w̄).

        Paper:
            Karras et al. 2019, appendix B, https://arxiv.org/abs/1812.04948
        """
        self.check_truncation(truncation)
        return lerp(self.centre.expand_as(points), points, truncation)


SPACES: Table[Callable[[GeneratingGame[Any]], LatentSpace]] = Table(
    "latent distribution", {"normal": NormalSpace, "uniform": UniformSpace}
)
"""The space of a plain generator by the distribution of its z."""


def latent_space(game: GeneratingGame[Any]) -> LatentSpace:
    """The space to work in: that of the styles where the generator has them, else that of z.

    Example:
        >>> from zerosum.config.build import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> game = build_game(recipe("dcgan-svhn"), Engine(device=torch.device("cpu")))
        >>> type(latent_space(game)).__name__
        'UniformSpace'
    """
    if has_styles(game.players[GENERATOR].best):
        return StyleSpace(game)
    return SPACES[game.latent](game)


def has_styles(network: nn.Module) -> bool:
    """Whether a generator draws in two steps, by mapping and synthesis.

    Example:
        >>> has_styles(nn.Linear(2, 2))
        False
    """
    return all(hasattr(network, name) for name in _STYLE_PARTS)


def _require_share(truncation: float) -> None:
    if not 0 < truncation <= 1:
        raise ConfigError(
            f"expected a truncation above 0 and at most 1, got {truncation:g}: 1 changes nothing, "
            "0.7 makes pictures less varied and more of them good."
        )
