"""Small GANs on the digits that come with zerosum, trained by its own loop for experiments.

They are DCGAN's in the settings of the paper, with few channels: no penalty and no EMA, which
would hide what an experiment is to show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from zerosum.config import RunConfig, change
from zerosum.data import Batches, Store, unscale
from zerosum.evaluation.extraction import extract_from_store
from zerosum.families.players import build_player
from zerosum.families.preparation import prepare_store
from zerosum.features.digits import load_digits
from zerosum.files import cache_folder
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.lessons.base import silent
from zerosum.lessons.figures import Gallery
from zerosum.metrics import frechet_distance_of_features
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.settings import Norm
from zerosum.randomness import Randomness, derive_seed
from zerosum.recipes import recipe
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop, Record
from zerosum.types import Batch, Images, Progress

__all__ = [
    "CHANNELS",
    "FAST_BATCH",
    "FAST_LATENTS",
    "SHAPE",
    "Costs",
    "SmallGan",
    "dcgan_pair",
    "digits_distance",
    "digits_store",
    "experiment_title",
    "fast_settings",
    "over_seeds",
    "samples_of",
    "train_small_gan",
]

SHAPE = (1, 28, 28)
"""Of one digit."""

CHANNELS = 16
"""Of the layer next to the image; twice as many behind it."""

FAST_BATCH, FAST_LATENTS, _FAST_CHANNELS = 16, 32, 12
"""Of `fast_settings`."""

_BATCH = 64
_AT_ONCE = 250
_POINTS = 60
"""Of a curve of costs."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What the players paid, round by round.

    Attributes:
        images: Real images seen up to the end of each round, shape (rounds,).
        discriminator: The discriminator's costs, shape (rounds,).
        generator: The generator's costs, shape (rounds,).
    """

    images: NDArray[np.float64]
    discriminator: NDArray[np.float64]
    generator: NDArray[np.float64]

    def curve(self, player: Literal["generator", "discriminator"]) -> dict[str, Any]:
        """A player's costs as ``x`` and ``y`` of a line: means of some rounds after each other.

        Example:
            >>> rows = np.array([64.0, 128.0])
            >>> costs = Costs(images=rows, discriminator=np.ones(2), generator=np.ones(2))
            >>> costs.curve("generator")["y"]
            [1.0, 1.0]
        """
        parts = min(_POINTS, len(self.images))
        x, y = (np.array_split(each, parts) for each in (self.images, getattr(self, player)))
        return {"x": [float(each.mean()) for each in x], "y": [float(each.mean()) for each in y]}


@dataclass(frozen=True, kw_only=True)
class SmallGan:
    """A pair that was trained.

    Attributes:
        game: The players as they are after it.
        costs: What they paid.
    """

    game: AdversarialGame
    costs: Costs

    def draw(self, count: int, seed: int) -> Images:
        """Images by the generator in evaluation mode, as it gives them."""
        random = Randomness(seed=derive_seed(seed, "samples"))
        latents = random.normal(count, self.game.latent_size)
        return torch.cat([self.game.draw(each) for each in torch.split(latents, _AT_ONCE)])


class _Ledger:
    """A hook that writes down the costs."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.rows: list[tuple[int, float, float]] = []
        self.progress = progress

    def started(self, loop: Loop[Any]) -> None: ...

    def played(self, loop: Loop[Any], record: Record) -> None:
        first, second = (float(record[name]["cost"]) for name in (DISCRIMINATOR, GENERATOR))
        self.rows.append((loop.images_seen, first, second))
        self.progress(loop.images_seen)

    def stopped(self, loop: Loop[Any]) -> None: ...


class Changed:
    """Batches whose images pass through a function.

    Args:
        batches: Whence they come.
        change: What is done to images in [-1, 1].
    """

    def __init__(self, batches: Batches, change: Callable[[Images], Images]) -> None:
        self._batches, self._change = batches, change

    def size_at(self, position: int) -> int:
        """How many images the batch at a position has."""
        return self._batches.size_at(position)

    def at(self, position: int) -> Batch:
        """The batch at a position."""
        batch = self._batches.at(position)
        return Batch(images=self._change(batch.images))


def dcgan_pair(*, norm: Norm = "batch") -> tuple[nn.Module, nn.Module]:
    """DCGAN's generator and discriminator for digits, with few channels.

    Args:
        norm: The discriminator's normalisation.

    Example:
        >>> generator, discriminator = dcgan_pair()
        >>> discriminator(generator(torch.zeros(2, 100))).shape
        torch.Size([2])
    """
    generator = DcganGeneratorConfig(base_channels=CHANNELS).build(SHAPE)
    return generator, DcganDiscriminatorConfig(base_channels=CHANNELS, norm=norm).build(SHAPE)


def train_small_gan(
    pair: Callable[[], tuple[nn.Module, nn.Module]],
    *,
    images: int,
    seed: int,
    learning_rate: float = 2e-4,
    change: Callable[[Images], Images] = lambda images: images,
    progress: Progress = silent,
) -> SmallGan:
    """Train a pair on the digits: non-saturating cost, Adam with (0.5, 0.999), batches of 64.

    Args:
        pair: Makes a generator, with a ``latent_size``, and a discriminator.
        images: Real images to show.
        seed: From which weights, order of the images and latents follow.
        learning_rate: Of both players; the paper's is 2e-4.
        change: What is done to real images, which are in [-1, 1].
        progress: Told the number of images after each round, and that of all.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        generator, discriminator = pair()
    settings = AdversarialConfig(
        generator=DcganGeneratorConfig(), discriminator=DcganDiscriminatorConfig()
    )
    engine, optimizer = (
        Engine(device=torch.device("cpu")),
        OptimizerConfig(learning_rate=learning_rate),
    )
    game = AdversarialGame(
        settings,
        generator=build_player(generator, optimizer, engine),
        discriminator=build_player(discriminator, optimizer, engine),
    )
    batches = Changed(Batches(digits_store(), batch_size=_BATCH, seed=seed), change)
    ledger = _Ledger(lambda seen: progress(min(seen, images), images))
    Loop(game=game, batches=batches, engine=engine, seed=seed, hooks=[ledger]).run(until=images)
    seen, *costs = (
        np.array([float(each) for each in row]) for row in zip(*ledger.rows, strict=True)
    )
    return SmallGan(
        game=game, costs=Costs(images=seen, discriminator=costs[0], generator=costs[1])
    )


def fast_settings(seed: int) -> RunConfig:
    """A small and fast DCGAN: R1, and no normalisation in D, whose answers hold for one image.

    Example:
        >>> fast_settings(3).batch_size, fast_settings(3).seed
        (16, 3)
    """
    fast: dict[str, Any] = {}
    for player in (GENERATOR, DISCRIMINATOR):
        fast[f"game.{player}.base_channels"] = _FAST_CHANNELS
        fast[f"game.{player}_optimizer.learning_rate"] = 4e-3
    fast |= {"game.generator.latent_size": FAST_LATENTS, "game.discriminator.norm": "none"}
    plain = {"game.ema_half_life": None, "batch_size": FAST_BATCH, "seed": seed}
    return change(recipe("dcgan-digits"), fast | plain)


@cache
def digits_store() -> Store:
    """The 5,000 digits that come with zerosum, decoded."""
    return prepare_store(recipe("dcgan-digits"), quiet=True)


def digits_distance(images: Images) -> float:
    """FD-digits of n images against the digits that come with zerosum, 5 n of them or all.

    Args:
        images: In [-1, 1], shape (n, 1, 28, 28); n more than the 64 features.
    """
    network, store = load_digits(), digits_store()
    real = extract_from_store(store, network, count=5 * len(images), seed=0, cache=cache_folder())
    seen = [network(unscale(each)).features for each in torch.split(images, _AT_ONCE)]
    return frechet_distance_of_features(torch.cat(seen), real.features).value


def experiment_title(*, seeds: int, images: int, learning_rate: float, scored: int) -> str:
    """How pairs were trained and scored, as the title of a table of them.

    Example:
        >>> experiment_title(seeds=1, images=5_000, learning_rate=1e-3, scored=500)
        'One pair of each kind, 5,000 pictures, learning rate 0.001; 500 generated pictures scored'
    """
    pairs = "One pair" if seeds == 1 else f"{seeds} pairs"
    return (
        f"{pairs} of each kind, {images:,} pictures, learning rate {learning_rate:g}; "
        f"{scored:,} generated pictures scored"
    )


def samples_of(
    gans: Sequence[tuple[str, SmallGan]], title: str, *, shown: int, seed: int
) -> Gallery:
    """Some images of each pair, from equal latents, a row for each.

    Args:
        gans: The pairs and what to call them; at least one.
        title: Of the figure.
        shown: Images of each.
        seed: From which the latents follow.
    """
    images = torch.cat([gan.draw(shown, seed) for _, gan in gans])
    return Gallery(
        title=title,
        images=unscale(images)[:, 0].numpy(),
        captions=[name for name, _ in gans for _ in range(shown)],
        columns=shown,
    )


def over_seeds(values: NDArray[np.float64], *, digits: int = 2) -> str:
    """The mean over seeds, and their standard deviation where there are several.

    Example:
        >>> over_seeds(np.array([1.0])), over_seeds(np.array([1.0, 3.0]))
        ('1.00', '2.00 ± 1.41')
    """
    mean = f"{values.mean():.{digits}f}"
    return mean if len(values) == 1 else f"{mean} ± {values.std(ddof=1):.{digits}f}"
