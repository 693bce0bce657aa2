"""The likelihood of test images."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import torch

from zerosum.data import scale
from zerosum.evaluation.extraction import ImageSubset
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.games.autoregressive import AutoregressiveGame, quantise
from zerosum.metrics import Estimate
from zerosum.randomness import Randomness
from zerosum.types import Images, PerSample, Progress

__all__ = ["TestImages", "likelihood_scores", "quantised", "score_likelihood"]

_AT_ONCE = 250


@dataclass(frozen=True, kw_only=True)
class TestImages:
    """Test images, which no training has used.

    Attributes:
        images: The n images.
        about: Facts on them for the protocol.
        seed: From which the level of each number between two follows, once and for all.
    """

    __test__ = False  # No tests of pytest's.

    images: ImageSubset
    about: Mapping[str, Any]
    seed: int = 0

    def __len__(self) -> int:
        return len(self.images)


def score_likelihood(
    game: AutoregressiveGame,
    test: TestImages,
    *,
    subject: Mapping[str, Any],
    diagnostics: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Scores:
    """The exact likelihood of test images by a game's best network.

    Args:
        game: Whose network.
        test: The images.
        subject: Whose scores they are.
        diagnostics: Signs of the game's health.
        progress: Called as it goes.
    """
    levels, done, found = game.settings.levels, 0, []
    for batch in test.images.batches(_AT_ONCE, progress=progress):
        images = quantised(scale(batch), levels=levels, seed=test.seed, first=done)
        found.append(game.log_likelihood(images).cpu())
        done += len(batch)
    drawn = f"one draw for each number, seed {test.seed}" if levels < 256 else "none to draw"
    return Scores(
        subject=subject,
        protocol=Protocol(
            network={"network": "its own", "levels drawn": drawn},
            real=test.about,
            generated=0,
            seed=test.seed,
        ),
        scores=likelihood_scores(torch.cat(found), dimensions=game.dimensions),
        diagnostics=diagnostics or {},
    )


def quantised(images: Images, *, levels: int, seed: int, first: int = 0) -> Images:
    """Images at so many levels, each number drawn once: image i of a seed is always the same.

    Args:
        images: Floats in [-1, 1].
        levels: How many there are.
        seed: From which the draw follows.
        first: The number of the first image.

    Example:
        >>> grey = torch.zeros(3, 1, 4, 4)
        >>> whole = quantised(grey, levels=2, seed=0)
        >>> torch.equal(quantised(grey[1:], levels=2, seed=0, first=1), whole[1:])
        True
    """
    random = Randomness(seed=seed, stream="levels")
    shape = images.shape[1:]
    draws = [random.at(first + index).uniform(1, *shape) for index in range(len(images))]
    return quantise(images, torch.cat(draws).to(images.device), levels=levels)


def likelihood_scores(log_likelihoods: PerSample, *, dimensions: int) -> dict[str, Score]:
    """The mean of −log p, in nats of an image and in bits of each of its numbers.

    Args:
        log_likelihoods: In nats, shape (n,), of at least two images.
        dimensions: Numbers in an image, D; bits are nats / (D log 2).

    Example:
        >>> found = likelihood_scores(torch.tensor([-3.0, -5.0]), dimensions=4)
        >>> [str(score) for score in found.values()]
        ['4.0 ± 1.0', '1.44 ± 0.36']
    """
    nats = -log_likelihoods.double()
    value, error = nats.mean().item(), nats.std().item() / len(nats) ** 0.5
    unit = dimensions * log(2)
    how = f"exact, in nats for an image; mean of {len(nats):,}"
    return {
        "negative log-likelihood": Score(
            estimate=Estimate(value=value, error=error), how=how, lower_is_better=True
        ),
        "bits per dimension": Score(
            estimate=Estimate(value=value / unit, error=error / unit),
            how=f"the same, for each of {dimensions:,} numbers",
            lower_is_better=True,
        ),
    }
