"""Maximum likelihood, a game with one player: an autoregressive model of images."""

from collections.abc import Iterator
from math import log
from typing import cast

from torch import Tensor

from zerosum.games.autoregressive_settings import AutoregressiveConfig
from zerosum.games.base import Game, Player, Round, Turn, evaluating
from zerosum.networks.made import Made
from zerosum.objectives.likelihood import level_distribution
from zerosum.types import Batch, Images, PerSample, Progress

__all__ = ["AutoregressiveGame", "quantise"]

MODEL = "model"


class AutoregressiveGame(Game[Batch]):
    """A fully visible belief network, whose cost is −log p(x), the mean over the images.

        p(x) = Π_d p(x_d | x_1 ... x_{d−1}),

    with the numbers x_d of an image in the order of the network. No latent has to be guessed, so
    the likelihood is exact; but an image is drawn number by number.

    Args:
        settings: Which levels the numbers have.
        model: Player whose network gives the parameters of each number's distribution.

    Paper:
        Germain et al. 2015, section 3, https://arxiv.org/abs/1502.03509

    Example:
        >>> import torch
        >>> from zerosum.randomness import Randomness
        >>> network = AutoregressiveConfig().network.build((1, 2, 2), outputs=1)
        >>> optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        >>> game = AutoregressiveGame(
        ...     AutoregressiveConfig(), model=Player(network=network, optimizer=optimizer))
        >>> batch = Batch(images=torch.zeros(3, 1, 2, 2))
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [(turn.player, sorted(turn.scores)) for turn in game.turns(batch, now)]
        [('model', ['bits per dimension'])]
    """

    def __init__(self, settings: AutoregressiveConfig, *, model: Player) -> None:
        self.settings = settings
        self.players = {MODEL: model}
        self.distribution = level_distribution(settings.levels, components=settings.components)

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """The model lowers its negative log-likelihood, in nats per image."""
        uniform = now.random.uniform(*batch.images.shape)
        images = quantise(batch.images, uniform, levels=self.settings.levels)
        cost = -self._log_likelihood(self._network, images).mean()
        bits = cost.detach() / (self.dimensions * log(2))
        yield Turn(player=MODEL, cost=cost, scores={"bits per dimension": bits})

    @property
    def _network(self) -> Made:
        return cast("Made", self.players[MODEL].network)

    @property
    def dimensions(self) -> int:
        """Numbers in an image."""
        return self._network.dimensions

    def _log_likelihood(self, network: Made, images: Images) -> PerSample:
        parameters = network(images).float()
        return self.distribution.log_probability(network.numbers(images), parameters).sum(dim=1)

    def log_likelihood(self, images: Images) -> PerSample:
        """The exact log p(x) of images at the game's levels, in nats, by the best network."""
        with evaluating(cast("Made", self.players[MODEL].best)) as network:
            device = network.last.weight.device
            return self._log_likelihood(network, images.to(device))

    def draw(self, uniform: Images, *, progress: Progress | None = None) -> Images:
        """Sample images by inverse transform sampling of uniform numbers, with the best network.

        Args:
            uniform: Numbers in [0, 1) of the images' shape (n, c, h, w), one for each to be drawn.
            progress: Called with the numbers drawn of each image, and how many there are.
        """
        return self.complete(uniform, uniform, rows=0, progress=progress)

    def complete(
        self,
        images: Images,
        uniform: Images,
        *,
        rows: int,
        progress: Progress | None = None,
    ) -> Images:
        """Sample what lies below the first rows of images, given these rows.

        It is exact, without any search: the numbers of an image come row by row from the top, and
        the network gives the distribution of each, given all before it.

        Args:
            images: At the game's levels, shape (n, c, h, w); only the first rows are looked at.
            uniform: Numbers in [0, 1) of the images' shape.
            rows: How many are given.
            progress: As `draw`.
        """
        with evaluating(cast("Made", self.players[MODEL].best)) as network:
            device = network.last.weight.device
            chances = uniform.to(device).permute(0, 2, 3, 1).flatten(1)
            given = network.numbers(images[:, :, :rows].to(device))

            def choose(dimension: int, parameters: Tensor) -> Tensor:
                if progress is not None:
                    progress(dimension + 1, network.dimensions)
                if dimension < given.shape[1]:
                    return given[:, dimension]
                chance = chances[:, dimension : dimension + 1]
                return self.distribution.draw(parameters.unsqueeze(1), chance).squeeze(1)

            return network.generate(len(uniform), choose)


def quantise(images: Images, uniform: Images, *, levels: int) -> Images:
    """Round each number of images at random to one of the two nearest levels, without bias.

    Level k of L is 2 k / (L − 1) − 1. Two levels make stochastic binarisation: white with the
    probability that the grey says. What is at a level stays there, as all does with 256.

    Args:
        images: What `zerosum.data.scale` makes of bytes.
        uniform: Numbers in [0, 1) of the same shape.
        levels: L.

    Paper:
        Salakhutdinov & Murray 2008, for two levels

    Example:
        >>> import torch
        >>> grey = torch.tensor([-1.0, 0.2, 0.2, 1.0]).view(1, 1, 1, 4)
        >>> quantise(grey, torch.tensor([0.0, 0.5, 0.7, 0.9]).view(1, 1, 1, 4), levels=2)
        tensor([[[[-1.,  1., -1.,  1.]]]])
    """
    # In whole bytes first: then the fraction is exactly 0 for what is at a level.
    places = ((images + 1) * 127.5).round() * (levels - 1) / 255
    lower = places.floor()
    return (lower + (uniform < places - lower)) * 2 / (levels - 1) - 1
