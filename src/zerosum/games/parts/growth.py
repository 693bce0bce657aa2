"""Progressive growing: the sizes that networks have reached after so many images."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from zerosum.games.base import Player, Round
from zerosum.games.generating import DISCRIMINATOR
from zerosum.games.parts.settings import GrowthConfig
from zerosum.types import Images

__all__ = ["Growth"]


@dataclass(frozen=True)
class Growth:
    """A size is held for a number of images, then the next one fades in over another number.

    Large sizes have the run's own batch size, since their maps are large.

    Attributes:
        settings: The two numbers, and the batch sizes of small sizes.

    Paper:
        Karras et al. 2018, section 2 and appendix A.1, https://arxiv.org/abs/1710.10196: both
        are 800,000, for sizes from 4 to 1024 pixels.

    Example:
        >>> from zerosum.config import GrowthConfig
        >>> growth = Growth(GrowthConfig(hold=100, fade=200))
        >>> [growth.progress(images) for images in (0, 100, 200, 300, 350, 450)]
        [0.0, 0.0, 0.5, 1.0, 1.0, 1.25]
    """

    settings: GrowthConfig

    def progress(self, images_seen: int) -> float:
        """The sizes beyond the smallest after so many images; 1.3: the third fades in with 0.3."""
        hold, fade = self.settings.hold, self.settings.fade
        whole, rest = divmod(images_seen, hold + fade)
        return whole + max(0, rest - hold) / max(1, fade)

    def batch_size(self, images_seen: int, usual: int) -> int:
        """The batch size of the round that begins after so many images.

        Args:
            images_seen: Real images seen before the round.
            usual: The run's own batch size.

        Example:
            >>> from zerosum.config import GrowthConfig
            >>> growth = Growth(GrowthConfig(hold=100, fade=100, batch_sizes=(64, 32)))
            >>> [growth.batch_size(images, 16) for images in (0, 100, 101, 300, 301)]
            [64, 64, 32, 32, 16]
        """
        stage = ceil(self.progress(images_seen))
        sizes = self.settings.batch_sizes
        return sizes[stage] if stage < len(sizes) else usual

    def prepare(self, players: Mapping[str, Player], images: Images, now: Round) -> Images:
        """Grow the players' networks to the size of this round, and coarsen images to match.

        Args:
            players: Their networks and EMAs grow, if they can. The discriminator's network
                knows how much detail it is ready for.
            images: Real images.
            now: The round.

        Example:
            >>> import torch
            >>> from zerosum.config import GrowthConfig, ProganDiscriminatorConfig
            >>> from zerosum.randomness import Randomness
            >>> network = ProganDiscriminatorConfig(base_channels=4).build((1, 16, 16))
            >>> optimizer = torch.optim.Adam(network.parameters())
            >>> players = {"discriminator": Player(network=network, optimizer=optimizer)}
            >>> growth = Growth(GrowthConfig(hold=100, fade=100))
            >>> now = Round(number=0, images_seen=125, random=Randomness(seed=0))
            >>> images = growth.prepare(players, torch.rand(2, 1, 16, 16), now)
            >>> images.shape, network.stage
            (torch.Size([2, 1, 16, 16]), (1, 0.25))
        """
        progress = self.progress(now.images_seen)
        for player in players.values():
            for network in (player.network, player.ema):
                grow = getattr(network, "grow", None)
                if grow is not None:
                    grow(progress)
        coarsen = getattr(players[DISCRIMINATOR].network, "coarsen", None)
        coarse: Images = images if coarsen is None else coarsen(images)
        return coarse
