"""Where a game of points in the plane stands: what D says, where G leads, how far apart they are.

Points are images of two pixels (`zerosum.data.planar`). A look is taken in evaluation mode, with
random numbers of its own and without augmentation, so that it changes nothing in the game.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.data.planar import Centres, PlanarTarget, as_images, as_points
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.base import evaluating
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, draw_latents
from zerosum.metrics.cells import (
    cell_counts,
    cell_probabilities,
    jensen_shannon,
    kullback_leibler,
)
from zerosum.metrics.estimate import Estimate
from zerosum.objectives.losses import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Relativistic,
)
from zerosum.randomness import Randomness
from zerosum.types import Latents, Logits, PerSample, PlanarPoints

__all__ = [
    "PlanarLook",
    "PlanarObserver",
    "centres_reached",
    "cost_of_best",
    "costs_of",
    "downhill",
    "latent_lattice",
    "opinions",
    "points_of",
]

Map = Float[Tensor, "g g"]

_MARGINS: dict[type, float] = {LeastSquares: 0.5, Hinge: 1.0}
"""How far beyond undecided an objective wants logits to be; others know no such bound."""


@dataclass(frozen=True, kw_only=True)
class PlanarLook:
    """A game of points as it stands.

    Attributes:
        logits: D's logit at the middle of each of g x g cells of [-1, 1]², x changing slowest.
        opinions: The same as opinions: see `opinions`.
        lattice: G at a lattice of latents, in its order, shape (m, 2).
        made: G at fixed latents.
        samples: The first of them.
        downhill: Minus the gradient of each sample's cost by its place: whither G's cost falls
            fastest, if samples could move freely.
        distance: JS of target and generator, both cut into cells, in nats.
        divergence: KL(target ‖ generator) of the same cells, in nats, with half a point more in
            each: it would be infinite without, as long as one cell gets none.
    """

    logits: Map
    opinions: Map
    lattice: Float[Tensor, "m 2"]
    made: Float[Tensor, "k 2"]
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
        """See where the game stands.

        Raises:
            DataError: It has diverged so far that points are not finite.
        """
        made = points_of(game, self.latents)
        samples = made[: self.samples]
        logits = logits_at(game, self.plane)
        shape = (self.resolution, self.resolution)
        return PlanarLook(
            logits=logits.view(shape),
            opinions=opinions(game, logits, real=self.real, made=made).view(shape),
            lattice=points_of(game, self.lattice),
            made=made,
            samples=samples,
            downhill=downhill(game, samples, self.real[: self.samples]),
            distance=self.distance_of(made),
            divergence=self.divergence_of(made),
        )

    def distance_of(self, points: PlanarPoints) -> Estimate:
        """The JS of the target and these points, in cells."""
        return jensen_shannon(self.shares, self.shares_of(points), samples=len(points))

    def shares_of(self, points: PlanarPoints) -> Float64[Tensor, " k"]:
        """The share of these points in each cell."""
        counts = cell_counts(points, bins=self.bins).double()
        return counts / counts.sum()

    def filled_shares_of(self, points: PlanarPoints) -> Float64[Tensor, " k"]:
        """The same with half a point more in each cell, so that no share is 0."""
        counts = cell_counts(points, bins=self.bins).double() + 0.5
        return counts / counts.sum()

    def divergence_of(self, points: PlanarPoints) -> float:
        """The KL of the target from these points, in cells that each hold half a point more."""
        return kullback_leibler(self.shares, self.filled_shares_of(points))


def points_of(game: AdversarialGame, latents: Latents) -> PlanarPoints:
    """G at these latents, as points."""
    with evaluating(game.players[GENERATOR].network) as generator:
        return as_points(generator(latents))


def logits_at(game: AdversarialGame, points: PlanarPoints) -> Logits:
    """D's logit of each point, without a graph."""
    with evaluating(game.players[DISCRIMINATOR].network):
        return game.logits(as_images(points))


def opinions(
    game: AdversarialGame,
    logits: Logits,
    *,
    real: Float[Tensor, "r 2"],
    made: Float[Tensor, "m 2"],
) -> Logits:
    """D's opinions, of logits: 0 generated, ½ undecided, 1 real.

    Where the objective reads logits as probabilities, it is that probability. Elsewhere it rises
    linearly with the logit, up to the margin that the objective asks for, or up to the largest
    logit here where it asks for none. Where only differences of logits count, undecided is the
    logit between the means of real and of generated points.

    Args:
        game: Whose D is asked.
        logits: D's logits of some points.
        real: Real points.
        made: Generated points.
    """
    objective, undecided = game.objective, game.objective.undecided
    if objective.is_relative:
        undecided = sum(float(logits_at(game, each).mean()) for each in (real, made)) / 2
    apart = logits - undecided
    if isinstance(objective, Minimax | Relativistic):
        return apart.sigmoid()
    margin = _MARGINS.get(type(objective)) or max(float(apart.abs().max()), 1e-12)
    return (apart / margin).clamp(-1, 1) / 2 + 0.5


def costs_of(game: AdversarialGame, points: PlanarPoints, real: Float[Tensor, "n 2"]) -> PerSample:
    """What each generated point costs G, with a graph to the points.

    Args:
        game: Whose D and objective say so.
        points: Generated points.
        real: As many real ones, with which some objectives compare them.
    """
    with evaluating(game.players[DISCRIMINATOR].network):
        of_real = game.logits(as_images(real))
        with torch.enable_grad():
            return game.objective.generator(game.logits(as_images(points)), of_real)


def downhill(
    game: AdversarialGame, points: PlanarPoints, real: Float[Tensor, "n 2"]
) -> PlanarPoints:
    """Minus the gradient of each point's cost to G by its place.

    G's cost is the mean over its points; this is the gradient of each point's own part, not
    divided by their number. Where D compares points with each other, it is that of the sum.

    Args:
        game: Whose D and objective say what a generated point costs.
        points: Generated points.
        real: As many real ones.
    """
    places = points.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(costs_of(game, places, real).sum(), places)
    return -gradient


def latent_lattice(latent: str, size: int) -> Latents:
    """Latents in a regular order, each of which stands for the same share of all.

    13 x 13 of two numbers, the second changing fastest, or 150 of one: the quantiles of N(0, 1)
    or U(-1, 1) in the middle of shares of the same size.

    Args:
        latent: ``normal`` or ``uniform``.
        size: Numbers in a latent, 1 or 2.

    Example:
        >>> latent_lattice("uniform", 1)[[0, -1]].tolist()
        [[-0.993...], [0.993...]]
    """
    assert size in (1, 2), size
    count = 150 if size == 1 else 13
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


def cost_of_best(p: Float64[Tensor, " k"], q: Float64[Tensor, " k"]) -> float:
    """What a discriminator pays that knows how often each cell is real and generated.

    Its logit in a cell is log(p / q), so it pays −Σ p log σ(logit) − Σ q log(1 − σ(logit)), which
    is log 4 − 2 JS. A discriminator that sees more than cells may pay less.

    Args:
        p: The share of real points in each cell.
        q: That of generated ones.

    Paper:
        Goodfellow et al. 2014, proposition 1, https://arxiv.org/abs/1406.2661

    Example:
        >>> same = torch.tensor([0.5, 0.5], dtype=torch.float64)
        >>> round(cost_of_best(same, same), 4)  # log 4
        1.3863
    """
    logits = p.log() - q.log()
    objective = NonSaturating()
    costs = p * objective.real_cost(logits) + q * objective.fake_cost(logits)
    # Who knows that all points of a cell are of one kind pays nothing there.
    return float(torch.where((p > 0) & (q > 0), costs, 0.0).sum())
