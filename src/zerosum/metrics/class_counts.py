"""Shares of classes among images, corrected for a classifier's mistakes, and compared.

Shares of k classes that are counted among n images have the multinomial covariance
(diag(p) − ppᵀ)/(n + 4). For p in it four images are added that are spread evenly over the classes,
so that the error of a class without an image is not 0; with two classes that is Agresti and
Coull's interval, as in `zerosum.metrics.shares.share`.
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float64, Int
from torch import Tensor

from zerosum.errors import DataError
from zerosum.metrics.estimate import Estimate
from zerosum.types import Labels

__all__ = [
    "ClassShares",
    "SharesCompared",
    "class_shares",
    "compare_shares",
    "confusion_counts",
    "corrected_shares",
]

_ADDED = 4
"""Images that are added, evenly spread, for the covariance."""

_CERTAIN = 0.05
"""Probability of naming any class wrongly where all shares are equal."""

_TINY = 1e-12
"""An error that is 0, of a class that neither side has."""

_WORST = 1e3
"""Condition of a confusion matrix beyond which mistakes would be multiplied, not mended."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassShares:
    """Shares of k classes, which sum to 1.

    Attributes:
        values: Shape (k,); corrected ones may be negative by chance.
        size: How many images were counted.
        confusion: What the classifier that counted takes images of each class for, where the
            values are corrected for that; see `confusion_counts`.

    Example:
        >>> shares = class_shares(torch.tensor([90, 10]))
        >>> [str(each) for each in shares.estimates]
        ['0.900 ± 0.031', '0.100 ± 0.031']
    """

    values: Float64[Tensor, " k"]
    size: int
    confusion: Int[Tensor, "k k"] | None = None

    @property
    def covariance(self) -> Float64[Tensor, "k k"]:
        """Of the values, shape (k, k)."""
        return self.from_counting(self.values, added=_ADDED) + self.from_testing(self.values)

    @property
    def errors(self) -> Float64[Tensor, " k"]:
        """Standard errors, shape (k,)."""
        return _errors(self.covariance)

    @property
    def estimates(self) -> list[Estimate]:
        """Each share with its standard error."""
        return _estimates(self.values, self.errors)

    def from_counting(
        self, shares: Float64[Tensor, " k"], *, added: int = 0
    ) -> Float64[Tensor, "k k"]:
        """The covariance that comes from counting few images, if these are the true shares.

        Args:
            shares: The true shares, shape (k,).
            added: Images that are added, evenly spread over the classes.

        Example:
            >>> fair = torch.tensor([0.5, 0.5], dtype=torch.float64)
            >>> class_shares(torch.tensor([100, 0])).from_counting(fair).diagonal()
            tensor([0.0025, 0.0025], dtype=torch.float64)
        """
        if self.confusion is None:
            return _multinomial(self.size * shares, added)
        chances = _chances(self.confusion)
        inverse = torch.linalg.inv(chances.T)
        counted = _multinomial(self.size * (chances.T @ shares), added)
        covariance: Tensor = inverse @ counted @ inverse.T
        return covariance

    def from_testing(self, shares: Float64[Tensor, " k"]) -> Float64[Tensor, "k k"]:
        """The covariance that comes from testing the classifier on few images; else zeros.

        Args:
            shares: The true shares; or the difference of two sets that one classifier counts.

        Example:
            >>> shares = class_shares(torch.tensor([96, 0]))
            >>> shares.from_testing(shares.values)
            tensor([[0., 0.],
                    [0., 0.]], dtype=torch.float64)
        """
        if self.confusion is None:
            return torch.zeros(len(shares), len(shares), dtype=torch.float64)
        of_rows = torch.stack([_multinomial(row, _ADDED) for row in self.confusion.double()])
        spread = torch.einsum("i,ijk->jk", shares.square(), of_rows)
        inverse = torch.linalg.inv(_chances(self.confusion).T)
        covariance: Tensor = inverse @ spread @ inverse.T
        return covariance


@dataclass(frozen=True, eq=False, kw_only=True)
class SharesCompared:
    """How the shares of one set differ from those of another.

    Attributes:
        differences: Second less first, of each class.
        probabilities: Of a difference as large or larger where the shares are equal, for each
            class by itself, shape (k,): by the normal distribution, less half an image on each
            side.
        total_variation: ½ Σ |difference|: the least part of the images that would have to be of
            another class.
        by_chance: What the total variation would be on average if the shares were equal.
        statistic: dᵀ Σ⁺ d of the differences d with their covariance Σ: χ² with k − 1 degrees of
            freedom where the shares are equal.
        p: The probability of such a statistic or a greater one, where they are equal.
    """

    differences: list[Estimate]
    probabilities: Float64[Tensor, " k"]
    total_variation: float
    by_chance: float
    statistic: float
    p: float

    @property
    def beyond_chance(self) -> list[int]:
        """The sign of each difference that is beyond chance, and 0 for the others.

        k classes give k occasions to be wrong: p is multiplied by k (Bonferroni), so that one
        audit in twenty names a class though all shares are equal.
        """
        count = len(self.probabilities)
        pairs = zip(self.differences, self.probabilities.tolist(), strict=True)
        return [
            int(math.copysign(1, each.value)) if count * p < _CERTAIN else 0 for each, p in pairs
        ]


def class_shares(counts: Int[Tensor, " k"]) -> ClassShares:
    """Compute the shares of classes among images, with their covariance.

    Args:
        counts: How many images are of each class, shape (k,).

    Raises:
        DataError: There are fewer than two classes, or no image.

    Example:
        >>> class_shares(torch.tensor([3, 1, 0])).values
        tensor([0.7500, 0.2500, 0.0000], dtype=torch.float64)
    """
    if len(counts) < 2 or not int(counts.sum()):
        raise DataError(
            f"expected pictures of two classes or more, found {int(counts.sum())} pictures and "
            f"{len(counts)} classes."
        )
    numbers = counts.double()
    return ClassShares(values=numbers / numbers.sum(), size=int(counts.sum()))


def confusion_counts(labels: Labels, taken: Labels, *, classes: int) -> Int[Tensor, "k k"]:
    """Count for each class what its images are taken for.

    Args:
        labels: The true classes, shape (n,).
        taken: What a classifier takes the images for, shape (n,).
        classes: k.

    Returns:
        Row i holds what images of class i are taken for, shape (k, k).

    Example:
        >>> confusion_counts(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), classes=2)
        tensor([[1, 1],
                [0, 1]])
    """
    cells = (labels * classes + taken).bincount(minlength=classes**2)
    return cells.reshape(classes, classes)


def corrected_shares(counts: Int[Tensor, " k"], confusion: Int[Tensor, "k k"]) -> ClassShares:
    """Correct the shares that a classifier counts for the mistakes that it makes.

    If M_ij is the probability that an image of class i is taken for j, and p are the true shares,
    then q = Mᵀp are those that are counted. So p = M⁻ᵀ q: for two classes Rogan and Gladen's
    estimate. The covariance is that of the delta method, of q and of M, which is counted too:

        M⁻ᵀ (cov q + Σ_i p_i² cov M_i) M⁻¹,   M_i row i of M.

    It presumes that the classifier mistakes the images in the way in which it mistook those with
    labels; images unlike all of them it may mistake otherwise.

    Args:
        counts: How many images are taken for each class, shape (k,).
        confusion: Of other images, whose classes are known; see `confusion_counts`.

    Raises:
        DataError: Of some class there is no image with a label, or the classifier tells the
            classes apart too badly; or as `class_shares`.

    Paper:
        Rogan & Gladen 1978, https://doi.org/10.1093/oxfordjournals.aje.a112510

    Example:
        >>> often_wrong = torch.tensor([[800, 200], [100, 900]])
        >>> corrected_shares(torch.tensor([450, 550]), often_wrong).values
        tensor([0.5000, 0.5000], dtype=torch.float64)
    """
    counted = class_shares(counts)
    rows = confusion.double()
    if not bool((rows.sum(dim=1) > 0).all()):
        missing = int((rows.sum(dim=1) == 0).nonzero()[0])
        raise DataError(
            "the classifier's mistakes are not known: there is no picture with a label of class "
            f"number {missing} (from 0) to test it on."
        )
    chances = _chances(confusion)
    condition = float(torch.linalg.cond(chances))
    if not condition < _WORST:
        raise DataError(
            "the classifier confuses the classes too much for its counts to be corrected (the "
            f"condition of its confusion matrix is {condition:.3g}); train a better one."
        )
    shares = torch.linalg.inv(chances.T) @ counted.values
    return ClassShares(values=shares, size=counted.size, confusion=confusion)


def compare_shares(first: ClassShares, second: ClassShares) -> SharesCompared:
    """Compare the shares of the same classes in two independent sets.

    Each difference has the error that it has for what the shares are. Whether it is beyond chance
    is asked of the shares that both sets would have together: for labels the statistic is
    Pearson's. Errors at the shares as they were counted would not do: a class of which ten images
    have none would seem to be surely rare. What one classifier has mistaken in both sets does not
    make them differ.

    Example:
        >>> found = compare_shares(
        ...     class_shares(torch.tensor([500, 500])), class_shares(torch.tensor([600, 400]))
        ... )
        >>> print(found.differences[0], found.beyond_chance, found.p < 1e-4)
        0.100 ± 0.022 [1, -1] True
    """
    difference = second.values - first.values
    pooled = (first.size * first.values + second.size * second.values).clamp(min=0)
    pooled = pooled / pooled.sum()
    equal = _of_difference(first, second, pooled, pooled)
    statistic = float(difference @ torch.linalg.pinv(equal, hermitian=True) @ difference)
    freedom = torch.tensor((len(difference) - 1) / 2, dtype=torch.float64)
    errors = _errors(equal)
    beyond = (difference.abs() - (1 / first.size + 1 / second.size) / 2).clamp(min=0)
    found = _of_difference(first, second, first.values, second.values, added=_ADDED)
    return SharesCompared(
        differences=_estimates(difference, _errors(found)),
        probabilities=torch.special.erfc(beyond / (errors * math.sqrt(2)).clamp(min=_TINY)),
        total_variation=float(difference.abs().sum() / 2),
        by_chance=float(errors.sum() / math.sqrt(2 * math.pi)),
        statistic=statistic,
        p=float(torch.special.gammaincc(freedom, freedom.new_tensor(max(0.0, statistic) / 2))),
    )


def _of_difference(
    first: ClassShares,
    second: ClassShares,
    of_first: Float64[Tensor, " k"],
    of_second: Float64[Tensor, " k"],
    *,
    added: int = 0,
) -> Float64[Tensor, "k k"]:
    """The covariance of the difference, if these are the true shares."""
    counting = first.from_counting(of_first, added=added)
    counting = counting + second.from_counting(of_second, added=added)
    if first.confusion is not None and first.confusion is second.confusion:
        return counting + first.from_testing(of_second - of_first)
    return counting + first.from_testing(of_first) + second.from_testing(of_second)


def _errors(covariance: Float64[Tensor, "k k"]) -> Float64[Tensor, " k"]:
    return covariance.diagonal().clamp(min=0).sqrt()


def _estimates(values: Float64[Tensor, " k"], errors: Float64[Tensor, " k"]) -> list[Estimate]:
    pairs = zip(values.tolist(), errors.tolist(), strict=True)
    return [Estimate(value=value, error=error) for value, error in pairs]


def _chances(confusion: Int[Tensor, "k k"]) -> Float64[Tensor, "k k"]:
    """The chance that an image of class i is taken for j, row i of column j."""
    rows = confusion.double()
    return rows / rows.sum(dim=1, keepdim=True)


def _multinomial(counts: Float64[Tensor, " k"], added: int) -> Float64[Tensor, "k k"]:
    """Compute the covariance of shares that are counted."""
    total = counts.sum() + added
    shares = (counts + added / len(counts)) / total
    covariance: Tensor = (shares.diag() - torch.outer(shares, shares)) / total
    return covariance
