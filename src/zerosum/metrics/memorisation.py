"""Memorisation: near copies of training images among generated ones."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.neighbours import nearest, radii
from zerosum.metrics.shares import share
from zerosum.types import Features, Labels

__all__ = ["NearCopies", "near_copies"]


@dataclass(frozen=True, kw_only=True)
class NearCopies:
    """The generated images that are suspiciously near to a training image.

    Attributes:
        share: Their share; near ``expected`` where nothing is copied.
        expected: The share of real images that are as near to another.
        threshold: The greatest distance of a near copy.
        fakes: Indices of near copies, nearest first, shape (k,).
        originals: Indices of the training images that they resemble, shape (k,).
    """

    share: Estimate
    expected: float
    threshold: float
    fakes: Labels
    originals: Labels


def near_copies(
    fake: Features,
    train: Float[Tensor, "m _"],
    *,
    held_out: Float[Tensor, "h _"] | None = None,
    expected: float = 0.01,
) -> NearCopies:
    """Find generated images that are nearer to a training image than real ones usually are.

    The threshold is a quantile of the distances of real images to their nearest training
    image: of images held out, if there are any; else of each training image to its nearest
    other. By construction about a share ``expected`` of new images is below it; a greater share
    is a sign of copying. Where as many training images have exact duplicates the threshold is 0,
    and only exact copies count.

    Args:
        fake: Features of the generated images, shape (n, d).
        train: Features of the training images, shape (m, d).
        held_out: Features of real images not trained on, shape (h, d).
        expected: The quantile, between 0 and 1.

    Raises:
        ConfigError: ``expected`` is out of range, or there is no other image to compare with.
        DataError: A set is empty or has numbers that are not finite; or the sets differ in d.

    Example:
        >>> import torch
        >>> random = torch.Generator().manual_seed(0)
        >>> train, new = torch.randn(2, 1000, 8, generator=random)
        >>> found = near_copies(torch.cat([new[:900], train[:100]]), train)
        >>> print(found.share)
        0.1100 ± 0.0099
    """
    if not 0 < expected < 1:
        raise ConfigError(f"expected a quantile between 0 and 1, found {expected}.")
    reference = radii(train, 1) if held_out is None else nearest(held_out, train)[0][:, 0]
    # The lower of two neighbours, so that no more than the share is below.
    threshold = reference.quantile(expected, interpolation="lower")
    distances, which = (part[:, 0] for part in nearest(fake, train))
    fakes = distances.argsort(stable=True)
    fakes = fakes[distances[fakes] <= threshold]
    return NearCopies(
        share=share(distances <= threshold),
        expected=expected,
        threshold=threshold.item(),
        fakes=fakes,
        originals=which[fakes],
    )
