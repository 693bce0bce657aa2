"""What all games with a generator share: latents, and images generated from them."""

from collections.abc import Callable
from typing import cast

from zerosum.games.base import BatchT, Game, evaluating
from zerosum.games.parts.classes import Classes
from zerosum.networks.kinds import Generator
from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import AnyLatents, Images, Labels, Latents

__all__ = ["DISCRIMINATOR", "GENERATOR", "LATENTS", "GeneratingGame", "draw_latents"]

DISCRIMINATOR = "discriminator"
GENERATOR = "generator"

LATENTS: Table[Callable[..., AnyLatents]] = Table(
    "latent distribution",
    {
        "normal": lambda random, *shape: random.normal(*shape),
        "uniform": lambda random, *shape: random.uniform(*shape, low=-1.0, high=1.0),
    },
)


def draw_latents(distribution: str, random: Randomness, n: int, *shape: int) -> AnyLatents:
    """Draw n latent vectors z, N(0, 1) or U(-1, 1) in each coordinate.

    Args:
        distribution: A name in `LATENTS`.
        random: The source of the numbers.
        n: How many.
        shape: The shape of one: its size d, or d, 1, 1 for networks that begin with a
            convolution. The numbers are the same.

    Example:
        >>> draw_latents("normal", Randomness(seed=0), 4, 100, 1, 1).shape
        torch.Size([4, 100, 1, 1])
        >>> draw_latents("uniform", Randomness(seed=0), 4, 100).abs().max() <= 1
        tensor(True)
    """
    return LATENTS[distribution](random, n, *shape)


class GeneratingGame(Game[BatchT]):
    """A game with a player ``generator``, which maps latents to images.

    Attributes:
        latent: The distribution of the latents, of `LATENTS`.
        conditional_on: The classes that both players know, in a conditional game; or None.
    """

    latent: str
    conditional_on: Classes | None = None

    def generate(self, n: int, random: Randomness, labels: Labels | None = None) -> Images:
        """G(z) for n fresh latents; in a conditional game G(z, y) with these classes y."""
        images: Images = self.players[GENERATOR].network(self.fresh_latents(n, random, labels))
        return images.float()

    def fresh_latents(self, n: int, random: Randomness, labels: Labels | None = None) -> Latents:
        """The input of G: n fresh z, in a conditional game joined by classes.

        Without labels, classes are drawn after the z, each as often as in the data.
        """
        latents = draw_latents(self.latent, random, n, self.latent_size)
        classes = self.conditional_on
        if classes is None:
            return latents
        return classes.join(latents, classes.draw(n, random) if labels is None else labels)

    @property
    def latent_size(self) -> int:
        """The number of coordinates of a latent vector z."""
        return cast("Generator", self.players[GENERATOR].network).latent_size

    @property
    def input_size(self) -> int:
        """The size of G's input: that of z, and in a conditional game one number per class."""
        return self.latent_size + len(self.conditional_on or ())

    def preview(self, count: int, random: Randomness, labels: Labels | None = None) -> Images:
        """Images by the best generator from ``random``'s latents."""
        return self.draw(self.fresh_latents(count, random, labels))

    def draw(self, latents: Latents) -> Images:
        """Images by the EMA of the generator, where there is one, in evaluation mode."""
        with evaluating(self.players[GENERATOR].best) as network:
            device = next(network.parameters()).device
            images: Images = network(latents.to(device))
        return images
