"""Count, mean and covariance of features: the input of the Fréchet distance."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Float64
from numpy.lib.npyio import NpzFile
from torch import Tensor

from zerosum.errors import DataError
from zerosum.explaining import explained
from zerosum.files import writing
from zerosum.metrics.checks import check_features, check_same_width, parts_of, to_double
from zerosum.types import Features

__all__ = ["Moments"]

ROWS = 4096
"""Rows of a part: many, as a merger takes as long as some hundred rows."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and scatter of a set of features; sets can be merged.

    Attributes:
        count: n, the number of images; None where a file of another program has none.
        mean: m = Σ x_i / n, shape (d,), 64 bits.
        scatter: Σ (x_i − m)(x_i − m)ᵀ, shape (d, d), 64 bits; the covariance itself where the
            count is not known.

    Example:
        >>> whole = Moments.of(torch.tensor([[0.0, 0.0], [2.0, 0.0], [4.0, 3.0]]))
        >>> whole.mean, whole.covariance
        (tensor([2., 1.], dtype=torch.float64), tensor([[4., 3.], [3., 3.]], dtype=torch.float64))
    """

    count: int | None
    mean: Float64[Tensor, " d"]
    scatter: Float64[Tensor, "d d"]

    @classmethod
    def of(cls, features: Features) -> "Moments":
        """Compute the moments of features, shape (n, d), of one image or more.

        Raises:
            DataError: There are none, or ones that are not finite.

        Example:
            >>> Moments.of(torch.zeros(7, 3)).count
            7
        """
        check_features(features)
        first, *others = parts_of(features, ROWS)
        whole = cls._of_part(first)
        for part in others:
            whole = whole.merge(cls._of_part(part))
        return whole

    @classmethod
    def _of_part(cls, features: Features) -> "Moments":
        numbers = to_double(features)
        mean = numbers.mean(dim=0)
        centred = numbers - mean
        return cls(count=len(numbers), mean=mean, scatter=centred.T @ centred)

    def merge(self, other: "Moments") -> "Moments":
        """Compute the moments of both sets together, in any order and grouping.

        m = m_a + δ n_b / n,   scatter = scatter_a + scatter_b + δδᵀ n_a n_b / n,   δ = m_b − m_a

        Raises:
            DataError: A count is unknown, or the features differ in size.

        Paper:
            Chan, Golub & LeVeque 1982, equation 2.1, https://doi.org/10.1007/978-3-642-51461-6_3

        Example:
            >>> points = torch.arange(6.0).reshape(3, 2)
            >>> Moments.of(points[:1]).merge(Moments.of(points[1:])).mean
            tensor([2., 3.], dtype=torch.float64)
        """
        check_same_width(self.mean, other.mean)
        if self.count is None or other.count is None:
            raise DataError(
                "expected moments whose numbers of pictures are known, found a file that doesn't "
                "say; such moments can be compared but not merged: compute them from the pictures."
            )
        # Scatters about each part's own mean, and their shift: sums of squares less squares of
        # sums would cancel.
        count = self.count + other.count
        shift = other.mean - self.mean
        between = torch.outer(shift, shift) * (self.count * other.count / count)
        return Moments(
            count=count,
            mean=self.mean + shift * (other.count / count),
            scatter=self.scatter + other.scatter + between,
        )

    @property
    def covariance(self) -> Float64[Tensor, "d d"]:
        """The unbiased covariance, scatter / (n − 1).

        Raises:
            DataError: There is only one image.
        """
        if self.count is None:
            return self.scatter
        if self.count == 1:
            raise DataError("expected two pictures or more for a covariance, found 1; add some.")
        return self.scatter / (self.count - 1)

    @property
    def rank(self) -> int:
        """The greatest possible rank of the covariance: min(n − 1, d)."""
        width = len(self.mean)
        return width if self.count is None else min(self.count - 1, width)

    def save(self, path: Path) -> None:
        """Write ``mu``, ``sigma`` and ``count`` as .npz, the format of pytorch-fid and others.

        Raises:
            DataError: There is only one image.
            FileError: The file cannot be written.

        Example:
            >>> from tempfile import TemporaryDirectory
            >>> with TemporaryDirectory() as folder:
            ...     Moments.of(torch.eye(3)).save(Path(folder) / "real.npz")
            ...     Moments.load(Path(folder) / "real.npz").count
            3
        """
        arrays: dict[str, Any] = {"mu": self.mean, "sigma": self.covariance}
        arrays = {name: numbers.cpu().numpy() for name, numbers in arrays.items()}
        if self.count is not None:
            arrays["count"] = self.count
        with writing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> "Moments":
        """Read an .npz with ``mu`` and ``sigma`` (pytorch-fid's, clean-fid's, ours).

        Raises:
            DataError: It is no such file, or its arrays are no mean and covariance.
        """
        arrays = _read(path)
        mean, covariance = _numbers(arrays["mu"]), _numbers(arrays["sigma"])
        width = mean.numel()
        square = mean.shape == (width,) and covariance.shape == (width, width) and width > 0
        if not square or not bool(mean.isfinite().all() and covariance.isfinite().all()):
            raise DataError(
                f"expected a mean of shape (d,) and a covariance of shape (d, d), all finite, in "
                f"{path}; found {tuple(mean.shape)} and {tuple(covariance.shape)}, or numbers "
                "that are not finite: compute the file anew."
            )
        # Other programs write no count; without it the covariance cannot become a scatter.
        count = int(arrays["count"]) if "count" in arrays else None
        scatter = covariance if count is None else covariance * (count - 1)
        return cls(count=count, mean=mean, scatter=scatter)


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with explained(path, "read", error=DataError):
            loaded = np.load(path, allow_pickle=False)
            arrays = {**loaded} if isinstance(loaded, NpzFile) else {}
    except (ValueError, EOFError, BadZipFile) as error:
        raise DataError(
            f"expected moments as .npz in {path}, could not read it: {error}"
        ) from error
    if not {"mu", "sigma"} <= set(arrays):
        raise DataError(
            f"expected the arrays 'mu' and 'sigma' in {path}, found "
            f"{sorted(arrays) or 'no .npz'}; give a file that Moments.save or pytorch-fid wrote."
        )
    return arrays


def _numbers(array: np.ndarray) -> Tensor:
    if array.dtype.kind not in "fiu":
        raise DataError(f"expected numbers as mean and covariance, found {array.dtype}.")
    return torch.from_numpy(array.astype(np.float64))
