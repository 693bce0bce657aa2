"""The space in which a generator's pictures lie beside each other, whatever the generator.

For a plain generator G(z) it is the space of z itself. A style-based one draws in two steps,
G(z) = synthesis(mapping(z)), and its space is that of the styles w = mapping(z), which is less
bent (Karras et al. 2019, section 4, https://arxiv.org/abs/1812.04948). Walks, projections,
truncation and edits are written for a `LatentSpace` and know nothing else of the generator.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.errors import ConfigError
from zerosum.games import GeneratingGame
from zerosum.games.generating import GENERATOR
from zerosum.latent.base import LatentSpace
from zerosum.latent.interpolation import angles, lerp, slerp
from zerosum.networks.kinds import StyledGenerator
from zerosum.registry import Table
from zerosum.types import Images, Latents, PerSample, Points, Scalar, Time

__all__ = [
    "SPACES",
    "ClassSpace",
    "LatentSpace",
    "NormalSpace",
    "Points",
    "StyleSpace",
    "UniformSpace",
    "has_styles",
    "input_space",
    "latent_space",
]

_STYLE_PARTS = ("mapping", "synthesis", "mean_style")


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
        >>> from zerosum.families.building import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
        >>> space = latent_space(build_game(narrow, Engine(device=torch.device("cpu"))))
        >>> z = space.latents(range(2), seed=7)
        >>> space.symbol, space.draw(space.points(z)).shape
        ('z', torch.Size([2, 1, 28, 28]))
        >>> space.truncate(z, 0.5).abs().max() <= 0.5
        tensor(True)
    """

    way = "slerp"

    def between(self, start: Points, end: Points, time: Time) -> Points:
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

    def between(self, start: Points, end: Points, time: Time) -> Points:
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


class ClassSpace(_InputSpace):
    """z and the classes behind it, for generators that are told the class and have no styles.

    Of points that differ in class, those in between are mixtures of classes. All else that is
    done to z leaves the class as it is.

    Args:
        game: A conditional game.
        labels: The classes of the pictures of a seed.
    """

    def __init__(self, game: GeneratingGame[Any], labels: Sequence[int] = ()) -> None:
        super().__init__(game, labels)
        self.plain = SPACES[game.latent](game)
        self.way = self.plain.way

    def between(self, start: Points, end: Points, time: Time) -> Points:
        """Z as without classes, the shares of the classes straight on."""
        (z, classes), (other, others) = self._parts(start), self._parts(end)
        moved = self.plain.between(z, other, time)
        return torch.cat([moved, lerp(classes, others, time)], dim=1)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Those of the ways of z."""
        return self.plain.lengths(self._parts(start)[0], self._parts(end)[0])

    def truncate(self, points: Points, truncation: float) -> Points:
        """Points with their z truncated."""
        z, classes = self._parts(points)
        return torch.cat([self.plain.truncate(z, truncation), classes], dim=1)

    def check_truncation(self, truncation: float | None) -> None:
        """As for the z alone."""
        self.plain.check_truncation(truncation)

    def keep(self, points: Points) -> Points:
        """Z where the generator knows it, and one class: that of the greatest share."""
        z, classes = self._parts(points)
        one = functional.one_hot(classes.argmax(dim=1), classes.shape[1])
        return torch.cat([self.plain.keep(z), one.to(classes.dtype)], dim=1)

    @property
    def centre(self) -> Tensor:
        """The mean z, and each class with its share."""
        assert self.game.conditional_on is not None
        counts = torch.tensor(self.game.conditional_on.pictures, dtype=torch.float32)
        if self.labels:
            counts = torch.bincount(torch.tensor(self.labels), minlength=len(counts)).float()
        return torch.cat([self.plain.centre, (counts / counts.sum()).to(self.device)])

    @property
    def deviation(self) -> Scalar:
        """That of z."""
        drawn = self.points(self.latents(range(200), seed=0))
        return self.plain.deviation_of(self._parts(drawn)[0])

    def _parts(self, points: Points) -> tuple[Points, Points]:
        z, classes = points.tensor_split([self.game.latent_size], dim=1)
        return z, classes


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
        return cast("StyledGenerator", self.network).mapping(latents)

    def render(self, points: Points) -> Images:
        """synthesis(w)."""
        return cast("StyledGenerator", self.network).synthesis(points)

    @property
    def centre(self) -> Tensor:
        """The mean style, in each layer."""
        one = self.points(torch.zeros(1, self.game.input_size))[0]
        return cast("StyledGenerator", self.network).mean_style.expand_as(one)

    @property
    def step_shape(self) -> tuple[int, ...]:
        """(1, d): the same step in all layers."""
        return 1, self.centre.shape[-1]

    def between(self, start: Points, end: Points, time: Time) -> Points:
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


def latent_space(game: GeneratingGame[Any], labels: Sequence[int] = ()) -> LatentSpace:
    """The space to work in: that of the styles where the generator has them, else that of z.

    Args:
        game: Whose generator draws.
        labels: The classes of the pictures of a seed, in a conditional game.

    Example:
        >>> from zerosum.families.building import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> game = build_game(recipe("dcgan-svhn"), Engine(device=torch.device("cpu")))
        >>> type(latent_space(game)).__name__
        'UniformSpace'
    """
    if has_styles(game.players[GENERATOR].best):
        return StyleSpace(game, labels)
    return input_space(game, labels)


def input_space(game: GeneratingGame[Any], labels: Sequence[int] = ()) -> LatentSpace:
    """The space of z, also where the generator has styles.

    Args:
        game: Whose generator draws.
        labels: The classes of the pictures of a seed, in a conditional game.
    """
    return SPACES[game.latent](game) if game.conditional_on is None else ClassSpace(game, labels)


def has_styles(network: nn.Module) -> bool:
    """Whether a generator draws in two steps, by mapping and synthesis.

    Example:
        >>> has_styles(nn.Linear(2, 2))
        False
    """
    return all(hasattr(network, name) for name in _STYLE_PARTS)
