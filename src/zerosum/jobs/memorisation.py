"""Whether a run repeats its training images: near copies, and the nearest pairs to look at."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64
from numpy.typing import NDArray
from torch import Tensor

from zerosum.data import Store, unscale
from zerosum.errors import ConfigError
from zerosum.evaluation.extraction import extract, extract_from_store, kept_on_disk
from zerosum.evaluation.pairs import NearestPairs, nearest_pairs
from zerosum.families.image_scorer import choose_features
from zerosum.families.preparation import prepare_store, refuse_other_images, size_to_train_on
from zerosum.features.loading import load_features
from zerosum.files import cache_folder
from zerosum.metrics import NearCopies, near_copies, nearest
from zerosum.models.sampler import Sampler
from zerosum.types import Images, Progress

__all__ = ["Memorised", "NearestOriginals", "memorised", "nearest_originals", "training_images"]

_REAL_IMAGES = 10_000
"""Training images at most, as while training."""
_MOST_ORIGINALS = 50_000
"""Training images among which those nearest to one image are looked for."""


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
    store = training_images(model)
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


def training_images(model: Sampler) -> Store:
    """The images that a run was trained on, in the size of those that it generates.

    Args:
        model: Of the run.

    Raises:
        ZerosumError: They are not there, or others now.
    """
    config = model.run.config()
    learnt = prepare_store(config, size=size_to_train_on(config), quiet=True)
    refuse_other_images(config, model.run.load()["data"], learnt)
    return learnt if config.pictures.crop_from is None else prepare_store(config, quiet=True)


@dataclass(frozen=True, kw_only=True)
class NearestOriginals:
    """The training images that are nearest to an image, the nearest first.

    Attributes:
        images: The training images, bytes (k, h, w, c).
        numbers: Which they are of those that were compared, shape (k,).
        distances: Of their features from the image's, shape (k,).
        usual: Of their features from those of their own nearest other training image, shape (k,),
            for a sense of scale.
        compared: Number of training images that were looked at.
    """

    images: NDArray[np.uint8]
    numbers: Int64[Tensor, " k"]
    distances: Float64[Tensor, " k"]
    usual: Float64[Tensor, " k"]
    compared: int


def nearest_originals(
    image: Images,
    store: Store,
    *,
    features: str = "pixels",
    count: int = 6,
    progress: Progress | None = None,
) -> NearestOriginals:
    """Find the training images that are nearest to an image, among at most 50,000.

    Args:
        image: Shape (1, c, h, w), in [-1, 1].
        store: The training images.
        features: The network in whose features images are compared, or ``pixels``.
        count: How many to find; all, if there are fewer.
        progress: Is told how many training images were looked at, and of how many, the first time.

    Raises:
        ConfigError: There is one training image alone.
        FileError: The features of the training images cannot be kept.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> from zerosum.data import StoreSettings, build_store, open_source, scale
        >>> settings = StoreSettings(size=(28, 28), channels=1)
        >>> digits = build_store(open_source("digits"), settings, cache=cache_folder())
        >>> pixels = torch.from_numpy(digits.images[7:8].copy()).permute(0, 3, 1, 2)
        >>> float(nearest_originals(scale(pixels), digits).distances[0]) < 1e-3
        True
    """
    cache = cache_folder()
    network = load_features(features, cache=cache)
    real = extract_from_store(
        store, network, count=_MOST_ORIGINALS, seed=0, cache=cache, progress=progress
    )
    query, most = network(unscale(image)).features, min(count, len(real))
    distances, numbers = nearest(query, real.features, count=most)
    found = numbers[0]
    others, _ = nearest(real.features[found], real.features, count=2)  # The first is itself.
    return NearestOriginals(
        images=real.images[found.numpy()],
        numbers=found,
        distances=distances[0],
        usual=others[:, 1],
        compared=len(real),
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
