"""Networks that grow as a run goes on: how far, as a function of the images seen."""

from dataclasses import dataclass
from math import ceil

from zerosum.games.base import Player
from zerosum.games.parts.settings import GrowthConfig
from zerosum.types import Images

__all__ = ["Growth", "grow", "simplify"]


@dataclass(frozen=True)
class Growth:
    """A size is held for so many images, then the next one fades in over so many.

    Large sizes have the run's own number of images in a round, for their maps are large.

    Attributes:
        settings: How many images.

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

    def progress(self, images: int) -> float:
        """Sizes beyond the smallest after so many images; 1.3: the third fades in with 0.3."""
        hold, fade = self.settings.hold, self.settings.fade
        whole, rest = divmod(images, hold + fade)
        return whole + max(0, rest - hold) / max(1, fade)

    def batch_size(self, images: int, usual: int) -> int:
        """Images in the round that begins after so many; ``usual``: the run's own number.

        Example:
            >>> from zerosum.config import GrowthConfig
            >>> growth = Growth(GrowthConfig(hold=100, fade=100, batch_sizes=(64, 32)))
            >>> [growth.batch_size(images, 16) for images in (0, 100, 101, 300, 301)]
            [64, 64, 32, 32, 16]
        """
        stage = ceil(self.progress(images))
        sizes = self.settings.batch_sizes
        return sizes[stage] if stage < len(sizes) else usual


def grow(player: Player, progress: float) -> None:
    """Tell a player's network and its average how far they have grown, if they can grow.

    Example:
        >>> import torch
        >>> from zerosum.config import ProganGeneratorConfig
        >>> network = ProganGeneratorConfig(base_channels=4).build((1, 16, 16))
        >>> grow(Player(network=network, optimizer=torch.optim.Adam(network.parameters())), 0.25)
        >>> network.stage
        (1, 0.25)
    """
    for network in (player.network, player.average):
        hook = getattr(network, "grow", None)
        if hook is not None:
            hook(progress)


def simplify(discriminator: Player, images: Images) -> Images:
    """Real pictures with no more detail than a growing discriminator is ready for.

    Example:
        >>> import torch
        >>> network = torch.nn.Linear(1, 1)  # does not grow
        >>> player = Player(network=network, optimizer=torch.optim.Adam(network.parameters()))
        >>> simplify(player, torch.ones(1, 1, 2, 2)).sum()
        tensor(4.)
    """
    coarsen = getattr(discriminator.network, "coarsen", None)
    if coarsen is None:
        return images
    coarse: Images = coarsen(images)
    return coarse
