"""Images number by number, and how likely they are: what a fully visible belief network is for."""

from collections.abc import Iterator
from typing import ClassVar

import torch

from zerosum.arguments import require_images, require_sampling
from zerosum.errors import ConfigError
from zerosum.evaluation.likelihood import quantised
from zerosum.export import Part, takes_images
from zerosum.games.autoregressive import AutoregressiveGame
from zerosum.models.base import RANGE, rows
from zerosum.models.sampler import Sampler
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.types import Images, PerSample, Progress

__all__ = ["Autoregressive"]


class Autoregressive(Sampler):
    """A trained fully visible belief network."""

    does: ClassVar[str] = "makes pictures number by number, without latents"
    way_there: ClassVar[str] = "zerosum train fvbn-digits --data FOLDER"

    def __init__(self, *, run: Run, game: AutoregressiveGame, images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: AutoregressiveGame = game

    def batches(
        self,
        count: int,
        *,
        seed: int = 0,
        batch_size: int = 64,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Images]:
        """The images of `sample` in pieces, for counts that do not fit into memory.

        Raises:
            ConfigError: A number is out of range, or there is a truncation.
        """
        require_sampling(count, seed=seed, batch_size=batch_size)
        if truncation is not None:
            raise ConfigError(
                f"truncation is for runs with latents, and {self.run.path} has none; leave it out."
            )
        return self._batches(count, seed, batch_size, progress)

    def _batches(
        self, count: int, seed: int, batch_size: int, progress: Progress | None
    ) -> Iterator[Images]:
        random, dimensions = Randomness(seed=seed, stream="sample"), self.game.dimensions
        total = count * dimensions
        for start in range(0, count, batch_size):
            numbers = range(start, min(start + batch_size, count))
            uniform = [random.at(number).uniform(1, *self.image_shape) for number in numbers]
            tell = progress and _told_of_all(progress, len(uniform), start * dimensions, total)
            yield self.game.draw(torch.cat(uniform), progress=tell).cpu()

    def log_likelihood(self, images: Images, *, seed: int = 0, batch_size: int = 250) -> PerSample:
        """The exact log p(x) of images in nats, shape (n,), on the CPU.

        A number between two of the run's levels is rounded to one of them by chance, as for the
        scores: of image i of a seed always to the same. What is at a level stays there.

        Args:
            images: Images of the run's shape, in [-1, 1].
            seed: From which the levels follow.
            batch_size: How many are looked at at once.

        Raises:
            DataError: The images do not have the run's shape, or are no floats in that range.
            ConfigError: The batch size is less than 1.
        """
        channels, *size = self.image_shape
        images = require_images(images, channels=channels, size=(size[0], size[1]), bound=1.0)
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {batch_size}.")
        images = quantised(images, levels=self.game.settings.levels, seed=seed)
        return torch.cat(
            [self.game.log_likelihood(part).cpu() for part in torch.split(images, batch_size)]
        )

    def part(self, direction: str | None = None) -> Part:
        """Its network, and what is to be known of what goes in and comes out.

        Raises:
            ConfigError: A direction is named.
        """
        self.refuse(direction)
        network, settings = self.game.players["model"].best, self.game.settings
        shape = self.image_shape
        meant = (
            "the logit of white"
            if settings.levels == 2
            else "of a mixture of logistics for numbers in [0, 1], log weights, shifts of the "
            "evenly spread means, and log scales"
        )
        return Part(
            network=network,
            takes=takes_images(shape),
            gives="parameters",
            facts={
                "zerosum:input": f"pictures {rows(shape)}, {RANGE}, at {settings.levels} levels",
                "zerosum:output": (
                    f"parameters {rows((self.game.dimensions, self.game.distribution.outputs))} "
                    f"of each number given those before it: {meant}"
                ),
            },
        )


def _told_of_all(progress: Progress, each: int, before: int, total: int) -> Progress:
    """Tells of the numbers of all images, where it is told of those of each in a batch."""
    return lambda done, _: progress(before + done * each, total)
