"""Whether a run repeats its training images: near copies, and the nearest pairs to look at."""

from collections.abc import Callable
from dataclasses import dataclass

from zerosum.data import unscale
from zerosum.errors import ConfigError
from zerosum.evaluation.extraction import extract, extract_from_store, kept_on_disk
from zerosum.evaluation.pairs import NearestPairs, nearest_pairs
from zerosum.families.image_scorer import choose_features
from zerosum.families.preparation import prepare_store, refuse_other_images
from zerosum.features.loading import load_features
from zerosum.files import cache_folder
from zerosum.metrics import NearCopies, near_copies
from zerosum.models.sampler import Sampler
from zerosum.types import Progress

__all__ = ["Memorised", "memorised"]

_REAL_IMAGES = 10_000
"""Training images at most, as while training."""


@dataclass(frozen=True, kw_only=True)
class Memorised:
    """What `memorised` found.

    Attributes:
        copies: How many of the generated images are near copies, and which.
        pairs: Those nearest to a training image, the nearest first.
        features: The network that compared them.
        generated: Number of generated images.
        compared: Number of training images.
    """

    copies: NearCopies
    pairs: NearestPairs
    features: str
    generated: int
    compared: int


def memorised(
    model: Sampler,
    *,
    count: int = 1_000,
    pairs: int = 24,
    seed: int = 0,
    progress: Progress | None = None,
) -> Memorised:
    """Look for training images among those that a run generates.

    They are compared by the features that score the run while it trains, those of digits or small
    pictures. Nothing is written.

    Args:
        model: Of the run.
        count: Number of images to generate.
        pairs: How many pairs to give.
        seed: From which the images follow.
        progress: Is told how many images were looked at, and of how many.

    Raises:
        ConfigError: A number is less than 1.
        ZerosumError: The training images are not there, or others now.

    Example:
        >>> from zerosum.families.loading import load
        >>> memorised(load("runs/no-such", kind=Sampler))
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: there is no folder runs/no-such; ...
    """
    if min(count, pairs) < 1:
        raise ConfigError(f"expected at least one picture and one pair, got {count} and {pairs}.")
    config, cache = model.run.config(), cache_folder()
    store = prepare_store(config, quiet=True)
    refuse_other_images(config, model.run.load()["data"], store)
    real_count = min(_REAL_IMAGES, len(store))
    steps = _Steps(progress, real_count + 2 * count)
    network = load_features(choose_features(config.data), cache=cache)
    real = extract_from_store(
        store, network, count=real_count, seed=0, cache=cache, progress=steps.part(0)
    )
    batches = map(unscale, model.batches(count, seed=seed))
    with kept_on_disk(batches, count, progress=steps.part(real_count)) as images:
        fake = extract(images, network, progress=steps.part(real_count + count))
        return Memorised(
            copies=near_copies(fake.features, real.features),
            pairs=nearest_pairs(fake, real, count=pairs),
            features=network.name,
            generated=count,
            compared=real_count,
        )


@dataclass(frozen=True)
class _Steps:
    """Several counts as one."""

    progress: Progress | None
    total: int

    def part(self, before: int) -> Callable[[int, int], None] | None:
        """What is told of a part that comes after ``before`` steps of others."""
        tell, total = self.progress, self.total
        return None if tell is None else lambda done, _: tell(before + done, total)
