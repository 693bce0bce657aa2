"""The Fréchet distance of two sets of features, both taken for Gaussian, and its error.

All forms here use one identity. With roots R of the covariances, S = RᵀR of shape (r, d),

    tr (S₁ S₂)^½ = ‖R₁ R₂ᵀ‖_*,   the sum of the singular values,

so no square root of a non-symmetric matrix is needed, which would be slow and, for n < d images,
inaccurate. Any root serves: a Cholesky factor, or the centred features over √(n − 1).
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
    """Compute the squared Fréchet distance of two Gaussians.

    d² = |m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁ S₂)^½). It is FID if, and only if, the features are those
    of FID's Inception network. There is no error from moments; `frechet_distance_of_features` has
    one.

    Args:
        a: m₁ of shape (d,) and S₁ of shape (d, d).
        b: m₂ and S₂.

    Raises:
        DataError: The features differ in size, or one set is a single image.

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
    """Compute the Fréchet distance of two sets of features, for any number of images.

    The error is that of the delta method. To first order the distance is a mean over images:
    the derivative with respect to S₁ is I − A, where A = S₂^½ (S₂^½ S₁ S₂^½)^-½ S₂^½ is the
    linear map that carries the first Gaussian onto the second, so that image i counts

        ψ_i = 2 (m₁ − m₂)·(x_i − m₁) + |x_i − m₁|² − (x_i − m₁)ᵀ A (x_i − m₁),

    the same for y with A⁻¹, and error² = var ψ(x) / n + var ψ(y) / m. With R₁ R₂ᵀ = P Σ Qᵀ and
    x_i − m₁ = R₁ᵀ u_i, the last term of ψ is Σ_k σ_k (Pᵀ u_i)_k². Where both sets come from one
    distribution, the first order vanishes and the error given is up to √2 too large, never too
    small. It tells how much the value would change with other images, not its bias: see
    `frechet_bias` and `frechet_infinity`.

    Args:
        x: Features of n images, shape (n, d).
        y: Features of m others, shape (m, d); n or m may be less than d.

    Raises:
        DataError: A set has fewer than two images, or numbers that are not finite; or the sets
            differ in d.

    Example:
        >>> points = torch.tensor([[-1.0, 0.0], [1.0, 0.0]])
        >>> frechet_distance_of_features(points, points + 2).value
        8.0
    """
    check_same_width(x, y)
    first, second = _Centred.of(x), _Centred.of(y)
    # Roots have no more rows than there are images, so few images take little time.
    left, right, overlaps = _half_maps(first.root @ second.root.T)
    shift = first.mean - second.mean
    # tr S is the squared norm of a root.
    squared = shift @ shift + first.root.square().sum() + second.root.square().sum()
    variance = first.variance_of_mean(shift, left)
    variance += second.variance_of_mean(-shift, right)
    return Estimate(value=_not_negative(squared - 2 * overlaps.sum()), error=math.sqrt(variance))


def frechet_bias(moments: Moments, *, n: int, m: int) -> float:
    """Compute the expected Fréchet distance of n and m images of one and the same Gaussian.

    (1/n + 1/m) (Σ_i λ_i + ½ Σ_ij (1 + δ_ij) λ_i λ_j / (λ_i + λ_j)),

    λ the eigenvalues of the covariance: the first terms of a series, accurate for n and m of
    several times the rank. For unit covariance and n = m it is 2d/n + d(d + 1)/(2n). A distance
    near it means that the sets are alike; a distance of different sets has about this bias, too.

    Args:
        moments: Moments of the Gaussian, usually of many real images.
        n: Images in the one set.
        m: Images in the other.

    Raises:
        ConfigError: n or m is less than 2.
        DataError: The moments are those of a single image.

    Example:
        >>> frechet_bias(Moments(None, torch.zeros(4).double(), torch.eye(4).double()), n=9, m=9)
        2.0
    """
    if min(n, m) < 2:
        raise ConfigError(f"expected 2 pictures or more in each set, found n={n} and m={m}.")
    # Eigenvalues below 0 are rounding errors of a singular covariance.
    spectrum = torch.linalg.eigvalsh(moments.covariance).clamp(min=0)
    products, sums = torch.outer(spectrum, spectrum), spectrum[:, None] + spectrum
    pairs = torch.where(sums > 0, products / sums, 0)  # 0 / 0 has the limit 0
    return (1 / n + 1 / m) * float(spectrum.sum() + (pairs.sum() + pairs.trace()) / 2)


def frechet_infinity(
    x: Features,
    y: Float[Tensor, "m _"],
    *,
    seed: int,
    sizes: int = 15,
    smallest: float = 0.2,
) -> Estimate:
    """Extrapolate the Fréchet distance to infinitely many images.

    The bias falls as 1/n. So the distance is computed for random shares f of both sets, from
    ``smallest`` to all, and a line is fitted in 1/f; the result is its value at 1/f = 0, which may
    be negative. The relation is linear only where the smallest share still has several times as
    many images as the features have directions with notable variance.

    The error has two parts, added as squares: that of `frechet_distance_of_features`, for other
    images, and that of the line, for other shares.

    Args:
        x: Features of n images, shape (n, d).
        y: Features of m others, shape (m, d).
        seed: Seed of the shares.
        sizes: Number of shares, 3 or more.
        smallest: The smallest share, above 0 and below 1.

    Raises:
        ConfigError: ``sizes`` or ``smallest`` is out of range.
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
    # Least squares; the first coefficient is the value at 1/f = 0, and inverse[0, 0] its variance
    # in units of the noise, with sizes − 2 degrees of freedom.
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
    """Compute tr (S₁ S₂)^½ of covariances whose product has at most this rank."""
    if rank == len(second):
        factor, failed = torch.linalg.cholesky_ex(second)
        if not failed:
            # LLᵀ = S₂, and the eigenvalues of LᵀS₁L are the squared singular values of R₁ L; those
            # below 0 are rounding errors. Faster than a singular value decomposition.
            squares: Tensor = torch.linalg.eigvalsh(_congruence(factor, first))
            return squares.clamp(min=0).sqrt().sum()
    # Of a singular product, values beyond the rank are rounding errors, which would add up.
    roots = _Root.of(first).matrix, _Root.of(second).matrix
    values: Tensor = torch.linalg.svdvals(roots[0] @ roots[1].T)
    return values[:rank].sum()


def _congruence(factor: Float64[Tensor, "d d"], middle: Float64[Tensor, "d d"]) -> Tensor:
    """Compute LᵀSL of a lower triangular L, with two thirds of the products of a full L."""
    # In two halves: the upper right block of L is 0, and LᵀSL is symmetric.
    half = len(factor) // 2
    left = factor.T @ (middle @ factor[:, :half])
    corner = factor[half:, half:]
    right = torch.cat([left[half:].T, corner.T @ middle[half:, half:] @ corner])
    return torch.cat([left, right], dim=1)


def _half_maps(product: Float64[Tensor, "r s"]) -> tuple[Tensor, Tensor, Tensor]:
    """Compute P Σ^½, Q Σ^½ and the diagonal of Σ, where P Σ Qᵀ is the product.

    P comes from the product's square, and Σ from the lengths of Pᵀ R₁ R₂ᵀ: a third of the time of
    a singular value decomposition, and as precise except for values below 1e-8 of the largest.
    """
    if product.shape[0] > product.shape[1]:  # The square of the shorter side is the smaller one.
        right, left, values = _half_maps(product.T)
        return left, right, values
    left = torch.linalg.eigh(product @ product.T).eigenvectors
    right = product.T @ left
    values = torch.linalg.vector_norm(right, dim=0)
    # Columns of ``right`` are Q Σ; over √Σ they are Q Σ^½, and 0 where Σ is.
    inverse = torch.where(values > 0, values.rsqrt(), 0)
    return left * values.sqrt(), right * inverse, values


@dataclass(frozen=True, eq=False)
class _Root:
    """A root R of shape (r, d) with RᵀR = S; triangular, or with orthogonal rows."""

    matrix: Float64[Tensor, "r d"]
    triangular: bool

    @classmethod
    def of(cls, covariance: Float64[Tensor, "d d"]) -> "_Root":
        """Compute the Cholesky factor or, for a singular S, the root without null directions."""
        factor, failed = torch.linalg.cholesky_ex(covariance)
        if not failed:
            return cls(matrix=factor.T, triangular=True)
        spectrum, basis = torch.linalg.eigh(covariance)
        # Eigenvalues below the rounding error of the largest are 0: NumPy's limit of the rank.
        real = spectrum > spectrum[-1:] * len(spectrum) * torch.finfo(spectrum.dtype).eps
        return cls(matrix=(basis[:, real] * spectrum[real].sqrt()).T, triangular=False)

    def undo(self, targets: Float64[Tensor, "r k"]) -> Float64[Tensor, "d k"]:
        """Compute R⁺ targets, with the pseudoinverse R⁺."""
        if self.triangular:
            solved: Tensor = torch.linalg.solve_triangular(self.matrix, targets, upper=True)
            return solved
        # Rows are orthogonal, so R⁺ = Rᵀ (R Rᵀ)⁻¹ has a diagonal inverse.
        return self.matrix.T @ (targets / self.matrix.square().sum(dim=1, keepdim=True))


@dataclass(frozen=True, eq=False)
class _Centred:
    """Features about their mean, with a root of their covariance.

    Attributes:
        mean: Their mean.
        centred: The features less the mean.
        small_root: A root of d rows at most; None where the centred features are one of n rows.
    """

    mean: Float64[Tensor, " d"]
    centred: Float64[Tensor, "n d"]
    small_root: _Root | None

    @classmethod
    def of(cls, features: Features) -> "_Centred":
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
        """The root R, with as few rows as there are images or numbers."""
        if self.small_root is None:
            return self.centred / math.sqrt(len(self.centred) - 1)
        return self.small_root.matrix

    def variance_of_mean(
        self, shift: Float64[Tensor, " d"], half_map: Float64[Tensor, "r k"]
    ) -> float:
        """Compute var ψ / n, with P Σ^½ or Q Σ^½ as half map."""
        # The last term of ψ is the squared length of u_i times the half map, with x_i − m = Rᵀ
        # u_i.
        if self.small_root is None:  # u_i = √(n − 1) e_i
            carried = (len(self.centred) - 1) * half_map.square().sum(dim=1)
        else:
            carried = (self.centred @ self.small_root.undo(half_map)).square().sum(dim=1)
        influence = 2 * self.centred @ shift + self.centred.square().sum(dim=1) - carried
        return float(influence.var() / len(influence))


def _not_negative(squared: Float64[Tensor, ""]) -> float:
    """Return a squared distance, at least 0: for equal sets rounding may leave less."""
    return max(0.0, squared.item())
