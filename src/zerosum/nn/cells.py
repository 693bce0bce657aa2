"""What a transposed convolution adds up at each place of a cell of stride x stride pixels.

An output pixel meets only those weights whose place in the filter differs from its own by a
multiple of the stride. So each place of a cell has weights of its own, k²/s² of them if the stride
s divides the side k of the filter. Equally many weights are not equal sums.
"""

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["balanced_cells", "cell_sums"]

_Filters = Float[Tensor, "inputs outputs k k"]


def cell_sums(weight: _Filters, stride: int) -> Float[Tensor, "outputs s s"]:
    """The sums of the weights that each place of a cell meets, over all inputs.

    This is the cell that a transposed convolution without bias repeats where its input is 1
    everywhere, but for its border: S[o, a, b] = Σ w[i, o, a + s m, b + s n] over i, m and n.

    Args:
        weight: As ``nn.ConvTranspose2d`` has it.
        stride: s.

    Example:
        >>> cell_sums(torch.ones(1, 1, 3, 3), 2)[0]
        tensor([[4., 2.],
                [2., 1.]])
    """
    inputs, outputs, rows, columns = weight.shape
    # Zeros up to a multiple of the stride are weights that are not there.
    padded = torch.nn.functional.pad(weight, (0, -columns % stride, 0, -rows % stride))
    cells = padded.reshape(
        inputs, outputs, padded.shape[2] // stride, stride, padded.shape[3] // stride, stride
    )
    return cells.sum(dim=(0, 2, 4))


def balanced_cells(weight: _Filters, stride: int) -> _Filters:
    """The weights nearest to these with equal sums at all places of a cell, the mean of theirs.

    A plain input then gives a plain output, whether or not the stride divides the filter's side.

    Args:
        weight: As ``nn.ConvTranspose2d`` has it; its sides are not below the stride.
        stride: s.

    Example:
        >>> cell_sums(balanced_cells(torch.ones(1, 1, 3, 3), 2), 2)[0]
        tensor([[2.2500, 2.2500],
                [2.2500, 2.2500]])
    """
    assert min(weight.shape[2:]) >= stride
    sums = cell_sums(weight, stride)
    counts = cell_sums(torch.ones_like(weight[:, :1]), stride)
    excess = (sums - sums.mean(dim=(1, 2), keepdim=True)) / counts
    rows, columns = (torch.arange(side) % stride for side in weight.shape[2:])
    return weight - excess[:, rows[:, None], columns]
