"""Latent spaces of all generators.

The space of a plain generator G(z) is that of z. A style-based one has two steps,
G(z) = synthesis(mapping(z)), and its space is that of the styles w = mapping(z), which is less
curved (Karras et al. 2019, section 4, https://arxiv.org/abs/1812.04948). Walks, projections,
truncation and edits use a `LatentSpace` and nothing else of the generator.
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
    """Spaces whose points are the z themselves."""

    symbol = "z"

    def locate(self, latents: Latents) -> Points:
        """Return the latents z as they are."""
        return latents

    def render(self, points: Points) -> Images:
        """Compute G(z)."""
        images: Images = self.network(points)
        return images

    @property
    def centre(self) -> Tensor:
        """The origin."""
        return torch.zeros(self.game.latent_size, device=self.device)


class NormalSpace(_InputSpace):
    """z ~ N(0, 1) in each coordinate: nearly all z lie near the sphere of radius √d.

    Paths run along spheres, at constant angular speed.

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
        """Interpolate spherically."""
        return slerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Compute angles."""
        return angles(start, end)

    def truncate(self, points: Points, truncation: float) -> Points:
        """Truncate the normal distribution at T (truncation trick).

        Brock et al. draw each z_i again until |z_i| ≤ T. Here it moves to its quantile of the
        same truncated distribution, with Φ the cumulative normal distribution,

            z_i' = Φ⁻¹(Φ(−T) + Φ(z_i) (Φ(T) − Φ(−T))),

        so that the distribution is theirs, while image i of a seed stays similar and tends to
        the untruncated one as T grows.

        Paper:
            Brock et al. 2019, section 3.1, https://arxiv.org/abs/1809.11096
        """
        self.check_truncation(truncation)
        z = points.double()
        # In 64 bits: near ±T the quantiles are close to 0 and 1.
        low = torch.special.ndtr(torch.tensor(-truncation, dtype=torch.float64))
        moved = torch.special.ndtri(low + torch.special.ndtr(z) * (1 - 2 * low))
        truncated: Points = moved.clamp(-truncation, truncation).to(points.dtype)
        return truncated

    def check_truncation(self, truncation: float | None) -> None:
        """Refuse a T, in standard deviations, that is not from 0.01 to 5."""
        if truncation is not None and not 0.01 <= truncation <= 5.0:
            raise ConfigError(
                f"expected a truncation from 0.01 to 5, got {truncation:g}: for this run's normal "
                "latents it is the greatest |z| that is drawn, in standard deviations; 2 changes "
                "little, 0.5 much."
            )

    def keep(self, points: Points) -> Points:
        """Project onto the ball of radius √d + 2, which holds nearly all z.

        ‖z‖ has a mean near √d and a standard deviation near 1/√2, for any d.
        """
        radius = self.game.latent_size**0.5 + 2
        kept: Points = points * (radius / points.norm(dim=1, keepdim=True)).clamp_max(1.0)
        return kept


class UniformSpace(_InputSpace):
    """z ~ U(−1, 1) in each coordinate: points of a cube, which is convex.

    So paths are straight; a spherical one would leave the cube.
    """

    def between(self, start: Points, end: Points, time: Time) -> Points:
        """Interpolate linearly."""
        return lerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Compute Euclidean distances."""
        distances: PerSample = (start - end).norm(dim=1)
        return distances

    def truncate(self, points: Points, truncation: float) -> Points:
        """Compute T z: U(−1, 1) with each z_i drawn again until |z_i| ≤ T is U(−T, T)."""
        self.check_truncation(truncation)
        return truncation * points

    def keep(self, points: Points) -> Points:
        """Clamp points to the cube."""
        return points.clamp(-1.0, 1.0)


class ClassSpace(_InputSpace):
    """z and a one-hot class, for conditional generators without styles.

    Points between two classes are mixtures of classes. All other operations act on z alone.

    Args:
        game: A conditional game.
        labels: The classes of a seed's images.
    """

    def __init__(self, game: GeneratingGame[Any], labels: Sequence[int] = ()) -> None:
        super().__init__(game, labels)
        self.plain = SPACES[game.latent](game)
        self.way = self.plain.way

    def between(self, start: Points, end: Points, time: Time) -> Points:
        """Interpolate z as without classes, and the classes linearly."""
        (start_z, start_class), (end_z, end_class) = self._parts(start), self._parts(end)
        z = self.plain.between(start_z, end_z, time)
        return torch.cat([z, lerp(start_class, end_class, time)], dim=1)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Compute the lengths of the paths of z."""
        return self.plain.lengths(self._parts(start)[0], self._parts(end)[0])

    def truncate(self, points: Points, truncation: float) -> Points:
        """Truncate z."""
        z, classes = self._parts(points)
        return torch.cat([self.plain.truncate(z, truncation), classes], dim=1)

    def check_truncation(self, truncation: float | None) -> None:
        """Check as for z alone."""
        self.plain.check_truncation(truncation)

    def keep(self, points: Points) -> Points:
        """Project z, and replace a mixture by the class of the greatest share."""
        z, classes = self._parts(points)
        one = functional.one_hot(classes.argmax(dim=1), classes.shape[1])
        return torch.cat([self.plain.keep(z), one.to(classes.dtype)], dim=1)

    @property
    def centre(self) -> Tensor:
        """The mean z, and the frequency of each class."""
        assert self.game.conditional_on is not None
        counts = torch.tensor(self.game.conditional_on.counts, dtype=torch.float32)
        if self.labels:
            counts = torch.bincount(torch.tensor(self.labels), minlength=len(counts)).float()
        return torch.cat([self.plain.centre, (counts / counts.sum()).to(self.device)])

    @property
    def deviation(self) -> Scalar:
        """The standard deviation of z."""
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
        """Compute mapping(z)."""
        return cast("StyledGenerator", self.network).mapping(latents)

    def render(self, points: Points) -> Images:
        """Compute synthesis(w)."""
        return cast("StyledGenerator", self.network).synthesis(points)

    @property
    def centre(self) -> Tensor:
        """The mean style, in each layer."""
        one = self.points(torch.zeros(1, self.game.input_size))[0]
        return cast("StyledGenerator", self.network).mean_style.expand_as(one)

    @property
    def step_shape(self) -> tuple[int, ...]:
        """The shape (1, d) of one step for all layers."""
        return 1, self.centre.shape[-1]

    def between(self, start: Points, end: Points, time: Time) -> Points:
        """Interpolate linearly: the mapping is trained to make w less curved."""
        return lerp(start, end, time)

    def lengths(self, start: Points, end: Points) -> PerSample:
        """Compute Euclidean distances."""
        distances: PerSample = (start - end).flatten(1).norm(dim=1)
        return distances

    def truncate(self, points: Points, truncation: float) -> Points:
        """Interpolate from the mean style w̄: w' = w̄ + T (w − w̄).

        Paper:
            Karras et al. 2019, appendix B, https://arxiv.org/abs/1812.04948
        """
        self.check_truncation(truncation)
        return lerp(self.centre.expand_as(points), points, truncation)


SPACES: Table[Callable[[GeneratingGame[Any]], LatentSpace]] = Table(
    "latent distribution", {"normal": NormalSpace, "uniform": UniformSpace}
)
"""Spaces of plain generators by the distribution of z."""


def latent_space(game: GeneratingGame[Any], labels: Sequence[int] = ()) -> LatentSpace:
    """Return the latent space of a generator: that of styles where it has them, else that of z.

    Args:
        game: The game of the generator.
        labels: The classes of a seed's images, in a conditional game.

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
    """Return the space of z, also where the generator has styles.

    Args:
        game: The game of the generator.
        labels: The classes of a seed's images, in a conditional game.
    """
    return SPACES[game.latent](game) if game.conditional_on is None else ClassSpace(game, labels)


def has_styles(network: nn.Module) -> bool:
    """Tell whether a generator has two steps, mapping and synthesis.

    Example:
        >>> has_styles(nn.Linear(2, 2))
        False
    """
    return all(hasattr(network, name) for name in _STYLE_PARTS)
