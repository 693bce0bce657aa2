"""Where a game of points in the plane stands: what D says, where G leads, how far apart they are.

Points are images of two pixels (`zerosum.data.planar`). A look is taken in evaluation mode, with
random numbers of its own and without augmentation, so that it changes nothing in the game.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.data.planar import Centres, PlanarTarget, as_images, as_points
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.base import evaluating
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, draw_latents
from zerosum.games.parts.discrimination import generator_loss
from zerosum.metrics.cells import (
    cell_counts,
    cell_probabilities,
    jensen_shannon,
    kullback_leibler,
)
from zerosum.metrics.estimate import Estimate
from zerosum.objectives.losses import Hinge, LeastSquares, Minimax, Relativistic
from zerosum.randomness import Randomness
from zerosum.types import Latents, PlanarPoints

__all__ = ["PlanarLook", "PlanarObserver", "centres_reached", "latent_lattice", "opinions"]

Map = Float[Tensor, "g g"]

_MARGINS: dict[type, float] = {LeastSquares: 0.5, Hinge: 1.0}
"""How far beyond undecided an objective wants logits to be; others know no such bound."""


@dataclass(frozen=True, kw_only=True)
class PlanarLook:
    """A game of points as it stands.

    Attributes:
        opinions: D's opinion at the middle of each of g x g cells of [-1, 1]², x changing
            slowest: see `opinions`.
        lattice: G at a lattice of latents, in its order, shape (m, 2).
        samples: G at fixed latents.
        downhill: Minus the gradient of each sample's cost by its place: whither G's cost falls
            fastest, if samples could move freely.
        distance: JS of target and generator, both cut into cells, in nats.
        divergence: KL(target ‖ generator) of the same cells, in nats, with half a point more in
            each: it would be infinite without, as long as one cell gets none.
    """

    opinions: Map
    lattice: Float[Tensor, "m 2"]
    samples: Float[Tensor, "s 2"]
    downhill: Float[Tensor, "s 2"]
    distance: Estimate
    divergence: float


class PlanarObserver:
    """Looks at games of points, always with the same latents and real points.

    Args:
        target: What G is to learn.
        latent: The distribution of the latents, of `LATENTS`.
        latent_size: Numbers in a latent, 1 or 2.
        resolution: Cells in a row of the map of opinions.
        samples: Samples whose cost is differentiated.
        points: Generated points that are counted in cells.
        bins: Cells in a row, of those.
        random: Draws latents and real points.

    Attributes:
        floor: The JS of the target and as many points of its own: what is left of the distance
            where G has learnt everything.

    Example:
        >>> from zerosum.data.planar import Circle
        >>> ring = Circle(radius=0.7, deviation=0.05)
        >>> random = Randomness(seed=0)
        >>> observer = PlanarObserver(ring, latent="normal", latent_size=2, random=random)
        >>> 0 < observer.floor < 0.02
        True
    """

    def __init__(
        self,
        target: PlanarTarget,
        *,
        latent: str,
        latent_size: int,
        random: Randomness,
        resolution: int = 24,
        samples: int = 100,
        points: int = 4000,
        bins: int = 20,
    ) -> None:
        self.lattice = latent_lattice(latent, latent_size)
        self.latents = draw_latents(latent, random, points, latent_size)
        self.real = target.sample(points, random)
        self.samples = samples
        self.bins = bins
        steps = (torch.arange(resolution) + 0.5) / resolution * 2 - 1
        self.plane = torch.cartesian_prod(steps, steps)
        self.resolution = resolution
        self.shares = cell_probabilities(target.density, bins=bins)
        self.floor = self.distance_of(self.real).value

    def look(self, game: AdversarialGame) -> PlanarLook:
        """See where the game stands."""
        made = points_of(game, self.latents)
        samples = made[: self.samples]
        return PlanarLook(
            opinions=opinions(game, self.plane, real=self.real, made=made).view(
                self.resolution, self.resolution
            ),
            lattice=points_of(game, self.lattice),
            samples=samples,
            downhill=downhill(game, samples, self.real[: self.samples]),
            distance=self.distance_of(made),
            divergence=self.divergence_of(made),
        )

    def distance_of(self, points: PlanarPoints) -> Estimate:
        """The JS of the target and these points, in cells."""
        counts = cell_counts(points, bins=self.bins).double()
        return jensen_shannon(self.shares, counts / counts.sum(), samples=len(points))

    def divergence_of(self, points: PlanarPoints) -> float:
        """The KL of the target from these points, in cells that each hold half a point more."""
        counts = cell_counts(points, bins=self.bins) + 0.5
        return kullback_leibler(self.shares, counts.double() / counts.sum())


def points_of(game: AdversarialGame, latents: Latents) -> PlanarPoints:
    """G at these latents, as points."""
    with evaluating(game.players[GENERATOR].network) as generator:
        return as_points(generator(latents))


def opinions(
    game: AdversarialGame,
    points: PlanarPoints,
    *,
    real: Float[Tensor, "r 2"],
    made: Float[Tensor, "m 2"],
) -> Float[Tensor, " n"]:
    """D's opinion of each point: 0 generated, ½ undecided, 1 real.

    Where the objective reads logits as probabilities, it is that probability. Elsewhere it rises
    linearly with the logit, up to the margin that the objective asks for, or up to the largest
    logit here where it asks for none. Where only differences of logits count, undecided is the
    logit between the means of real and of generated points.

    Args:
        game: Whose D is asked.
        points: What it is asked about.
        real: Real points.
        made: Generated points.
    """
    with evaluating(game.players[DISCRIMINATOR].network):
        logits, of_real, of_made = (game.logits(as_images(each)) for each in (points, real, made))
    objective = game.objective
    undecided = (
        (of_real.mean() + of_made.mean()) / 2 if objective.is_relative else objective.undecided
    )
    apart = logits - undecided
    if isinstance(objective, Minimax | Relativistic):
        return apart.sigmoid()
    margin = _MARGINS.get(type(objective)) or max(float(apart.abs().max()), 1e-12)
    return (apart / margin).clamp(-1, 1) / 2 + 0.5


def downhill(
    game: AdversarialGame, points: PlanarPoints, real: Float[Tensor, "r 2"]
) -> PlanarPoints:
    """Minus the gradient of each point's cost to G by its place.

    G's cost is the mean over its points; this is the gradient of each point's own part, not
    divided by their number.

    Args:
        game: Whose D and objective say what a generated point costs.
        points: Generated points.
        real: As many real ones, with which some objectives compare them.
    """
    images = as_images(points).detach().requires_grad_()
    with evaluating(game.players[DISCRIMINATOR].network), torch.enable_grad():
        cost = generator_loss(
            game.objective, game.logits(images), lambda: game.logits(as_images(real))
        )
        (gradient,) = torch.autograd.grad(cost * len(points), images)
    return -as_points(gradient)


def latent_lattice(latent: str, size: int) -> Latents:
    """Latents in a regular order, each of which stands for the same share of all.

    21 x 21 of two numbers, the second changing fastest, or 200 of one: the quantiles of N(0, 1)
    or U(-1, 1) in the middle of shares of the same size.

    Args:
        latent: ``normal`` or ``uniform``.
        size: Numbers in a latent, 1 or 2.

    Example:
        >>> latent_lattice("uniform", 1)[[0, -1]].tolist()
        [[-0.995...], [0.995...]]
    """
    assert size in (1, 2), size
    count = 200 if size == 1 else 21
    shares = (torch.arange(count) + 0.5) / count
    steps = 2 * shares - 1 if latent == "uniform" else torch.special.ndtri(shares)
    return steps[:, None] if size == 1 else torch.cartesian_prod(steps, steps)


def centres_reached(points: PlanarPoints, target: Centres) -> tuple[int, float]:
    """Count the centres with a point within 3σ, and the share of points within 3σ of some centre.

    Of the target's own points 98.9 % are: the rest are not counted against a generator.

    Args:
        points: Generated points.
        target: The mixture.

    Paper:
        Srivastava et al. 2017, section 4.1, https://arxiv.org/abs/1705.07761

    Example:
        >>> pair = Centres(centres=((-0.5, 0.0), (0.5, 0.0)), deviation=0.1)
        >>> centres_reached(torch.tensor([[0.5, 0.1], [0.5, 0.0], [0.0, 0.0]]), pair)
        (1, 0.666...)
    """
    near = torch.cdist(points, torch.tensor(target.centres)) < 3 * target.deviation
    return int(near.any(dim=0).sum()), float(near.any(dim=1).float().mean())
