"""The Fréchet distance of two sets of features, as if both were Gaussian, and its error.

All forms here rest on one identity. With roots R of the covariances, S = RᵀR of shape (r, d),

    tr (S₁ S₂)^½ = ‖R₁ R₂ᵀ‖_*,   the sum of the singular values,

so that no square root of a non-symmetric matrix is taken, which would be slow and, of n < d
pictures, inexact. Any root will do: a Cholesky factor, or the centred features over √(n − 1).
"""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.metrics.checks import check_features, check_same_width, to_double
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.moments import Moments
from zerosum.types import Features

__all__ = [
    "frechet_bias",
    "frechet_distance",
    "frechet_distance_of_features",
    "frechet_infinity",
]


def frechet_distance(a: Moments, b: Moments) -> float:
    """Squared Fréchet distance of two Gaussians: |m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁ S₂)^½).

    It is FID if, and only if, the features are those of FID's Inception network. Moments carry no
    error; `frechet_distance_of_features` gives one.

    Args:
        a: m₁ of shape (d,) and S₁ of shape (d, d).
        b: m₂ and S₂.

    Raises:
        DataError: If the features differ in size, or one set is a single picture.

    Paper:
        Dowson & Landau 1982, https://doi.org/10.1016/0047-259X(82)90077-X; Heusel et al. 2017,
        equation 6, https://arxiv.org/abs/1706.08500

    Example:
        >>> near = Moments.of(torch.tensor([[-1.0], [1.0]]))
        >>> far = Moments.of(torch.tensor([[2.0], [4.0]]))
        >>> frechet_distance(near, far)
        9.0
    """
    check_same_width(a.mean, b.mean)
    first, second = a.covariance, b.covariance
    shift = a.mean - b.mean
    overlap = _overlap(first, second, rank=min(a.rank, b.rank))
    return _not_negative(shift @ shift + first.trace() + second.trace() - 2 * overlap)


def frechet_distance_of_features(x: Features, y: Float[Tensor, "m _"]) -> Estimate:
    """Fréchet distance of two sets of features, exact for any number of pictures, with its error.

    The error is that of the delta method. To first order the distance is a mean over pictures:
    the derivative with respect to S₁ is I − A, where A = S₂^½ (S₂^½ S₁ S₂^½)^-½ S₂^½ is the
    linear map that carries the first Gaussian onto the second, so that picture i counts

        ψ_i = 2 (m₁ − m₂)·(x_i − m₁) + |x_i − m₁|² − (x_i − m₁)ᵀ A (x_i − m₁),

    the same for y with A⁻¹, and error² = var ψ(x) / n + var ψ(y) / m. With R₁ R₂ᵀ = P Σ Qᵀ and
    x_i − m₁ = R₁ᵀ u_i, the last term of ψ is Σ_k σ_k (Pᵀ u_i)_k². Where both sets come from one
    distribution, the first order vanishes and the error given is up to √2 too large, never too
    small. It says how much the value would change with other pictures, not its bias, see
    `frechet_bias` and `frechet_infinity`.

    Args:
        x: Features of n pictures, shape (n, d).
        y: Features of m others, shape (m, d); n or m may be less than d.

    Raises:
        DataError: If a set has fewer than two pictures or numbers that are not finite, or if the
            sets differ in d.

    Example:
        >>> points = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
        >>> frechet_distance_of_features(points, points + 2).value
        8.0
    """
    check_same_width(x, y)
    first, second = _Cloud.of(x), _Cloud.of(y)
    left, right, overlaps = _half_maps(first.root @ second.root.T)
    shift = first.mean - second.mean
    squared = shift @ shift + first.root.square().sum() + second.root.square().sum()
    variance = first.variance_of_mean(shift, left)
    variance += second.variance_of_mean(-shift, right)
    return Estimate(value=_not_negative(squared - 2 * overlaps.sum()), error=math.sqrt(variance))


def frechet_bias(moments: Moments, *, n: int, m: int) -> float:
    """Fréchet distance to expect of n and m pictures that come from one and the same Gaussian.

    (1/n + 1/m) (Σ_i λ_i + ½ Σ_ij (1 + δ_ij) λ_i λ_j / (λ_i + λ_j)),

    λ the eigenvalues of the covariance: the first terms of a series, good for n and m of several
    times the rank. Of unit covariance and n = m it is 2d/n + d(d + 1)/(2n). A value near it says
    that the sets are alike; a value of other pictures has about this bias, too.

    Args:
        moments: Of the Gaussian, usually of the real pictures, the more the better.
        n: Pictures in the one set.
        m: Pictures in the other.

    Raises:
        ConfigError: If n or m is less than 2.
        DataError: If the moments are those of a single picture.

    Example:
        >>> frechet_bias(Moments(None, torch.zeros(4).double(), torch.eye(4).double()), n=9, m=9)
        2.0
    """
    if min(n, m) < 2:
        raise ConfigError(f"expected 2 pictures or more in each set, found n={n} and m={m}.")
    spectrum = torch.linalg.eigvalsh(moments.covariance).clamp(min=0)  # below 0: rounding
    products, sums = torch.outer(spectrum, spectrum), spectrum[:, None] + spectrum
    pairs = torch.where(sums > 0, products / sums, 0)
    return (1 / n + 1 / m) * float(spectrum.sum() + (pairs.sum() + pairs.trace()) / 2)


def frechet_infinity(
    x: Features,
    y: Float[Tensor, "m _"],
    *,
    seed: int,
    sizes: int = 15,
    smallest: float = 0.2,
) -> Estimate:
    """Fréchet distance of infinitely many pictures, extrapolated from fewer.

    The bias falls as 1/n. So the distance is measured of random shares f of both sets, from
    ``smallest`` to all, and a line fitted in 1/f; its value at 1/f = 0 is given. It may be
    negative. The line is one only where the smallest share still has several times as many
    pictures as the features have directions with notable variance.

    The error has two parts, added as squares: that of `frechet_distance_of_features`, which other
    pictures would cause, and that of the line, which other shares would cause.

    Args:
        x: Features of n pictures, shape (n, d).
        y: Features of m others, shape (m, d).
        seed: Draws the shares.
        sizes: How many shares, 3 or more.
        smallest: The smallest share, above 0 and below 1.

    Raises:
        ConfigError: If ``sizes`` or ``smallest`` is out of range.
        DataError: As `frechet_distance_of_features`.

    Paper:
        Chong & Forsyth 2020, section 4, https://arxiv.org/abs/1911.07023; the reference is fixed
        there, here both sets shrink, as both cause bias.

    Example:
        >>> x, y = torch.randn(2, 500, 4, generator=torch.Generator().manual_seed(0))
        >>> abs(frechet_infinity(x, y, seed=0).value) < 0.05
        True
    """
    if sizes < 3 or not 0 < smallest < 1:
        raise ConfigError(
            f"expected 3 sizes or more and a smallest share between 0 and 1, found {sizes} and "
            f"{smallest}."
        )
    whole = frechet_distance_of_features(x, y)
    random = torch.Generator().manual_seed(seed)
    shares = torch.linspace(smallest, 1, sizes, dtype=torch.float64)
    values = [_distance_of_share(x, y, share, random) for share in shares.tolist()]
    line = torch.stack([torch.ones_like(shares), 1 / shares], dim=1)
    inverse = torch.linalg.inv(line.T @ line)
    measured = torch.tensor(values, dtype=torch.float64)
    fitted = inverse @ line.T @ measured
    noise = (measured - line @ fitted).square().sum() / (sizes - 2) * inverse[0, 0]
    return Estimate(value=fitted[0].item(), error=math.hypot(whole.error, math.sqrt(noise)))


def _distance_of_share(x: Tensor, y: Tensor, share: float, random: torch.Generator) -> float:
    moments = []
    for features in (x, y):
        size = max(2, round(share * len(features)))
        chosen = torch.randperm(len(features), generator=random)[:size]
        moments.append(Moments.of(features[chosen.to(features.device)]))
    return frechet_distance(*moments)


def _overlap(first: Tensor, second: Tensor, *, rank: int) -> Tensor:
    """Give tr (S₁ S₂)^½ of covariances whose product is known to have at most this rank."""
    if rank == len(second):
        factor, failed = torch.linalg.cholesky_ex(second)
        if not failed:  # LLᵀ = S₂, and LᵀS₁L has the squares of the singular values
            squares: Tensor = torch.linalg.eigvalsh(_congruence(factor, first))
            return squares.clamp(min=0).sqrt().sum()  # below 0: rounding
    roots = _Root.of(first).matrix, _Root.of(second).matrix
    values: Tensor = torch.linalg.svdvals(roots[0] @ roots[1].T)
    return values[:rank].sum()


def _congruence(factor: Float64[Tensor, "d d"], middle: Float64[Tensor, "d d"]) -> Tensor:
    """LᵀSL of a lower triangular L, in two thirds of the products that a full L would need."""
    half = len(factor) // 2
    left = factor.T @ (middle @ factor[:, :half])
    corner = factor[half:, half:]
    right = torch.cat([left[half:].T, corner.T @ middle[half:, half:] @ corner])
    return torch.cat([left, right], dim=1)


def _half_maps(product: Float64[Tensor, "r s"]) -> tuple[Tensor, Tensor, Tensor]:
    """P Σ^½, Q Σ^½ and the diagonal of Σ, where P Σ Qᵀ is the product.

    P from the product's square, then Σ from the lengths of Pᵀ R₁ R₂ᵀ: a third of the time of a
    singular value decomposition, and as precise but for values below 1e-8 of the largest.
    """
    if product.shape[0] > product.shape[1]:
        right, left, values = _half_maps(product.T)
        return left, right, values
    left = torch.linalg.eigh(product @ product.T).eigenvectors
    right = product.T @ left
    values = torch.linalg.vector_norm(right, dim=0)
    inverse = torch.where(values > 0, values.rsqrt(), 0)
    return left * values.sqrt(), right * inverse, values


@dataclass(frozen=True, eq=False)
class _Root:
    """R of shape (r, d) with RᵀR = S; triangular, or with orthogonal rows."""

    matrix: Float64[Tensor, "r d"]
    triangular: bool

    @classmethod
    def of(cls, covariance: Float64[Tensor, "d d"]) -> "_Root":
        """Take the Cholesky factor or, of a singular S, the root of what is not zero in it."""
        factor, failed = torch.linalg.cholesky_ex(covariance)
        if not failed:
            return cls(matrix=factor.T, triangular=True)
        spectrum, basis = torch.linalg.eigh(covariance)
        real = spectrum > spectrum[-1:] * len(spectrum) * torch.finfo(spectrum.dtype).eps
        return cls(matrix=(basis[:, real] * spectrum[real].sqrt()).T, triangular=False)

    def undo(self, targets: Float64[Tensor, "r k"]) -> Float64[Tensor, "d k"]:
        """R⁺ targets."""
        if self.triangular:
            solved: Tensor = torch.linalg.solve_triangular(self.matrix, targets, upper=True)
            return solved
        return self.matrix.T @ (targets / self.matrix.square().sum(dim=1, keepdim=True))


@dataclass(frozen=True, eq=False)
class _Cloud:
    """A set of features about its mean, with a root of its covariance; None if they are it."""

    mean: Float64[Tensor, " d"]
    centred: Float64[Tensor, "n d"]
    small_root: _Root | None

    @classmethod
    def of(cls, features: Features) -> "_Cloud":
        check_features(features, at_least=2)
        numbers = to_double(features)
        mean = numbers.mean(dim=0)
        centred = numbers - mean
        count, width = centred.shape
        covers = count > width
        root = _Root.of(centred.T @ centred / (count - 1)) if covers else None
        return cls(mean=mean, centred=centred, small_root=root)

    @property
    def root(self) -> Float64[Tensor, "r d"]:
        """R, of as few rows as there are pictures or numbers."""
        if self.small_root is None:
            return self.centred / math.sqrt(len(self.centred) - 1)
        return self.small_root.matrix

    def variance_of_mean(
        self, shift: Float64[Tensor, " d"], half_map: Float64[Tensor, "r k"]
    ) -> float:
        """Give var ψ / n, with P Σ^½ or Q Σ^½ as half map."""
        if self.small_root is None:  # u_i = √(n − 1) e_i
            carried = (len(self.centred) - 1) * half_map.square().sum(dim=1)
        else:
            carried = (self.centred @ self.small_root.undo(half_map)).square().sum(dim=1)
        influence = 2 * self.centred @ shift + self.centred.square().sum(dim=1) - carried
        return float(influence.var() / len(influence))


def _not_negative(squared: Float64[Tensor, ""]) -> float:
    """Give a squared distance; of equal sets, rounding may leave less than nothing."""
    return max(0.0, squared.item())
