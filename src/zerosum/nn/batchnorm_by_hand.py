"""Batch normalisation written out, forward and backward, without PyTorch's graph.

x is a batch of n rows of d numbers; each column is normalised by itself. Forward in nine steps:

    μ = mean x     c = x − μ     s = c²     σ² = mean s     r = √(σ² + ε)
    i = 1/r     x̂ = c i     z = γ x̂     y = z + β

Backward through the same steps from the last to the first, or by what they make together:

    ∂l/∂x = (γ i / n) (n ∂l/∂y − ∂l/∂β − x̂ ∂l/∂γ),     ∂l/∂β = Σ ∂l/∂y,     ∂l/∂γ = Σ x̂ ∂l/∂y

with sums over the batch.

Paper:
    Ioffe & Szegedy 2015, section 3, https://arxiv.org/abs/1502.03167; the steps of the graph:
    Kratzert 2016,
    https://kratzert.github.io/2016/02/12/understanding-the-gradient-flow-through-the-batch-normalization-layer.html
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = [
    "BatchNormGradients",
    "BatchNormSteps",
    "RunningStatistics",
    "backward_by_steps",
    "backward_in_one",
    "maps_of_rows",
    "normalise_batch",
    "normalising_by_batch",
    "rows_of_maps",
]

Rows = Float[Tensor, "n d"]
Columns = Float[Tensor, " d"]


@dataclass(frozen=True, kw_only=True)
class BatchNormSteps:
    """The values of the nine steps of a forward pass.

    Attributes:
        mean: μ, shape (d,).
        centred: x − μ, shape (n, d).
        squares: (x − μ)², shape (n, d).
        variance: σ², over n and not n − 1, shape (d,).
        deviation: √(σ² + ε), shape (d,).
        inverse: 1/√(σ² + ε), shape (d,).
        normalised: x̂, shape (n, d).
        scaled: γ x̂, shape (n, d).
        output: γ x̂ + β, shape (n, d).
    """

    mean: Columns
    centred: Rows
    squares: Rows
    variance: Columns
    deviation: Columns
    inverse: Columns
    normalised: Rows
    scaled: Rows
    output: Rows


@dataclass(frozen=True, kw_only=True)
class BatchNormGradients:
    """The gradients of one backward pass.

    Attributes:
        rows: ∂l/∂x, shape (n, d).
        gamma: ∂l/∂γ, shape (d,).
        beta: ∂l/∂β, shape (d,).
        steps: Where the pass goes step by step: the gradient by each step's value, named as in
            `BatchNormSteps`, each of the shape of the same.
    """

    rows: Rows
    gamma: Columns
    beta: Columns
    steps: Mapping[str, Tensor] = field(default_factory=dict)


def normalise_batch(
    rows: Rows, gamma: Columns, beta: Columns, *, epsilon: float = 1e-5
) -> BatchNormSteps:
    """Normalise each column of a batch by its own mean and variance, step by step.

    A batch of one row is normalised to 0, and becomes β whatever it was: PyTorch refuses it.

    Args:
        rows: x, shape (n, d).
        gamma: γ, shape (d,).
        beta: β, shape (d,).
        epsilon: ε, so that a column without variance is not divided by 0.

    Example:
        >>> x = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
        >>> gamma, beta = torch.tensor([2.0]).double(), torch.tensor([10.0]).double()
        >>> normalise_batch(x, gamma, beta, epsilon=0.0).output.flatten().tolist()
        [8.0, 12.0]
    """
    mean = rows.mean(dim=0)
    centred = rows - mean
    squares = centred * centred
    variance = squares.mean(dim=0)
    deviation = (variance + epsilon).sqrt()
    inverse = 1 / deviation
    normalised = centred * inverse
    scaled = gamma * normalised
    return BatchNormSteps(
        mean=mean,
        centred=centred,
        squares=squares,
        variance=variance,
        deviation=deviation,
        inverse=inverse,
        normalised=normalised,
        scaled=scaled,
        output=scaled + beta,
    )


def backward_by_steps(steps: BatchNormSteps, gamma: Columns, gradient: Rows) -> BatchNormGradients:
    """Go back through the nine steps, one after the other.

    x − μ is used twice, in the variance and in x̂, and so is x, in μ and in x − μ: there two
    gradients are added.

    Args:
        steps: What the forward pass computed.
        gamma: γ, shape (d,).
        gradient: ∂l/∂y, shape (n, d).

    Example:
        >>> x = torch.tensor([[1.0], [2.0], [6.0]], dtype=torch.float64)
        >>> one, zero = torch.ones(1).double(), torch.zeros(1).double()
        >>> steps = normalise_batch(x, one, zero)
        >>> backward_by_steps(steps, one, torch.ones_like(x)).beta.item()
        3.0
    """
    count = len(gradient)
    d_scaled = gradient
    d_gamma = (d_scaled * steps.normalised).sum(dim=0)
    d_normalised = d_scaled * gamma
    d_inverse = (d_normalised * steps.centred).sum(dim=0)
    d_deviation = -d_inverse * steps.inverse * steps.inverse
    d_variance = d_deviation / (2 * steps.deviation)
    d_squares = (d_variance / count).expand_as(gradient)
    d_centred = d_normalised * steps.inverse + d_squares * 2 * steps.centred
    d_mean = -d_centred.sum(dim=0)
    return BatchNormGradients(
        rows=d_centred + d_mean / count,
        gamma=d_gamma,
        beta=gradient.sum(dim=0),
        steps={
            "output": gradient,
            "scaled": d_scaled,
            "normalised": d_normalised,
            "inverse": d_inverse,
            "deviation": d_deviation,
            "variance": d_variance,
            "squares": d_squares,
            "centred": d_centred,
            "mean": d_mean,
        },
    )


def backward_in_one(steps: BatchNormSteps, gamma: Columns, gradient: Rows) -> BatchNormGradients:
    """Compute the same gradients in closed form, from x̂ and 1/√(σ² + ε) alone.

    Args:
        steps: What the forward pass computed.
        gamma: γ, shape (d,).
        gradient: ∂l/∂y, shape (n, d).

    Example:
        >>> x = torch.tensor([[1.0], [2.0], [6.0]], dtype=torch.float64)
        >>> one, zero = torch.ones(1).double(), torch.zeros(1).double()
        >>> backward_in_one(normalise_batch(x, one, zero), one, x).rows.sum().abs().item() < 1e-12
        True
    """
    count = len(gradient)
    d_beta = gradient.sum(dim=0)
    d_gamma = (gradient * steps.normalised).sum(dim=0)
    inner = count * gradient - d_beta - steps.normalised * d_gamma
    return BatchNormGradients(
        rows=gamma * steps.inverse / count * inner, gamma=d_gamma, beta=d_beta
    )


@dataclass(frozen=True, kw_only=True)
class RunningStatistics:
    """Running means of batches' statistics, by which single images are normalised.

    Attributes:
        mean: Shape (d,).
        variance: Of σ² n/(n − 1), the unbiased estimates, as PyTorch has it, shape (d,).

    Example:
        >>> start = RunningStatistics.start(1)
        >>> x = torch.tensor([[1.0], [3.0]], dtype=torch.float64)
        >>> one, zero = torch.ones(1).double(), torch.zeros(1).double()
        >>> after = start.updated(normalise_batch(x, one, zero), momentum=0.5)
        >>> after.mean.item(), after.variance.item()  # (0 + 2)/2 and (1 + 2)/2
        (1.0, 1.5)
    """

    mean: Columns
    variance: Columns

    @classmethod
    def start(cls, columns: int) -> "RunningStatistics":
        """Mean 0 and variance 1, in 64 bits."""
        zeros = torch.zeros(columns, dtype=torch.float64)
        return cls(mean=zeros, variance=zeros + 1)

    def updated(self, steps: BatchNormSteps, *, momentum: float) -> "RunningStatistics":
        """The statistics after one more batch, of two rows or more.

        Args:
            steps: Of the batch.
            momentum: The share of the new; what was there keeps 1 − momentum.
        """
        count = len(steps.centred)
        assert count > 1
        unbiased = steps.variance * count / (count - 1)
        return RunningStatistics(
            mean=self.mean.lerp(steps.mean, momentum),
            variance=self.variance.lerp(unbiased, momentum),
        )

    def normalise(
        self, rows: Rows, gamma: Columns, beta: Columns, *, epsilon: float = 1e-5
    ) -> Rows:
        """Normalise each row by these statistics, whatever the others are."""
        return gamma * (rows - self.mean) / (self.variance + epsilon).sqrt() + beta


def rows_of_maps(maps: Float[Tensor, "m d h w"]) -> Rows:
    """Maps as rows, one for every place of every image: so a channel is a column.

    Example:
        >>> rows_of_maps(torch.zeros(2, 3, 4, 5)).shape
        torch.Size([40, 3])
    """
    return maps.movedim(1, -1).flatten(0, -2)


def maps_of_rows(rows: Rows, like: Float[Tensor, "m d h w"]) -> Float[Tensor, "m d h w"]:
    """The maps that the rows were made of.

    Args:
        rows: As `rows_of_maps` orders them.
        like: Maps of the shape that is wanted.

    Example:
        >>> maps = torch.arange(16.0).view(2, 2, 2, 2)
        >>> torch.equal(maps_of_rows(rows_of_maps(maps), maps), maps)
        True
    """
    return rows.view(len(like), *like.shape[2:], rows.shape[1]).movedim(-1, 1)


@contextmanager
def normalising_by_batch(network: nn.Module) -> Iterator[None]:
    """Make a network normalise by the batch that it is given, however small, as by hand.

    For maps that is what its training mode does. But there PyTorch refuses a batch of one row,
    and moves the running statistics; and other layers, such as dropout, change too. Within this
    context only the batch normalisations act as in training, and nothing is kept.

    Args:
        network: In evaluation mode.

    Example:
        >>> layer = nn.BatchNorm1d(2).eval()
        >>> with normalising_by_batch(layer):
        ...     layer(torch.tensor([[5.0, -3.0]])).tolist()
        [[0.0, 0.0]]
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
    handles = [layer.register_forward_hook(_by_batch) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _by_batch(layer: _BatchNorm, inputs: tuple[Tensor], _: Tensor) -> Tensor:
    (given,) = inputs
    rows = given if given.ndim == 2 else rows_of_maps(given)
    gamma = rows.new_ones(rows.shape[1]) if layer.weight is None else layer.weight
    beta = torch.zeros_like(gamma) if layer.bias is None else layer.bias
    output = normalise_batch(rows, gamma, beta, epsilon=layer.eps).output
    return output if given.ndim == 2 else maps_of_rows(output, given)
