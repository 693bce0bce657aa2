"""Layers with which a discriminator compares the images of a batch, against mode collapse.

`MinibatchStd` adds one number for all images of a group, their deviation, and has no weights.
`MinibatchDiscrimination` adds to each image the number of others near it, by learnt measures, at
a cost that grows with the square of the batch. The former is the later and simpler form.
"""

from math import sqrt

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.types import Features

__all__ = ["MinibatchDiscrimination", "MinibatchStd"]


class MinibatchDiscrimination(nn.Module):
    """Measure how near each image of a batch is to the others, by B learnt measures.

    With f_i (A,) the features of image i and T (A, B, C) the weights,

        M_i = f_i T   (B, C),      o(i)_b = Σ_{j ≠ i} exp(−‖M_ib − M_jb‖₁),

    so that o(i) (B,) counts the images like i: from 0, all are far, to n − 1, all are the same.
    The paper's sum includes j = i, a constant 1 that the bias of any later layer can replace; it
    is left out here, as in the authors' program.

    All pairs are compared; time and memory are O(n² B C), 4 MB for 64 images and the defaults.
    Among several processes each compares its own images, and o is the smaller for it.

    Args:
        inputs: A, the size of the features.
        kernels: B.
        size: C, the size of each measure.

    T starts as N(0, 1 / (A C²)), so that images whose features differ by 1 each are about 1
    apart, where exp(−x) is neither flat nor gone.

    Paper:
        Salimans et al. 2016, section 3.2, https://arxiv.org/abs/1606.03498

    Example:
        >>> layer = MinibatchDiscrimination(2, kernels=3)
        >>> layer(torch.tensor([[1.0, 2.0], [1.0, 2.0], [1e9, 0.0]])).detach().round()
        tensor([[1., 1., 1.],
                [1., 1., 1.],
                [0., 0., 0.]])
    """

    def __init__(self, inputs: int, *, kernels: int = 50, size: int = 5) -> None:
        super().__init__()
        # (A, C, B): sums over C are several times faster where B lies next to each other.
        self.weight = nn.Parameter(torch.randn(inputs, size, kernels) / (size * sqrt(inputs)))

    def forward(self, features: Features) -> Float[Tensor, "n kernels"]:
        """Compare the images of these features."""
        # In 32 bits from here on: under autocast the products have 16.
        measures = (features @ self.weight.flatten(1)).to(self.weight.dtype)
        measures = measures.view(-1, *self.weight.shape[1:])
        distances = (measures[:, None] - measures).abs().sum(dim=2)
        counts: Tensor = (-distances).exp().sum(dim=1)
        return counts - 1.0  # The distance to itself is 0.

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        inputs, size, kernels = self.weight.shape
        return f"{inputs}, kernels={kernels}, size={size}"


class MinibatchStd(nn.Module):
    """Add maps with the standard deviation of the images of a group.

    The batch is cut into groups, the channels into F features; with σ the standard deviation over
    the images of a group,

        s[group, feature] = mean over the feature's channels and all places of √(σ² + 10⁻⁸),

    one constant map per feature, the same for all images of the group.

    Any batch size is possible: n images make ⌈n / group⌉ groups of nearly equal size. The maps
    of a single image are 10⁻⁴. Each of several processes takes its own images.

    Args:
        group: The most images in a group.
        features: Number of maps that are added; the channels must be a multiple of it.

    Paper:
        Karras et al. 2018, section 3, https://arxiv.org/abs/1710.10196

    Example:
        >>> images = torch.tensor([1.0, 3.0, 5.0, 5.0]).view(4, 1, 1, 1)
        >>> MinibatchStd(group=2)(images)[:, 1].flatten()
        tensor([1.0000e+00, 1.0000e+00, 1.0000e-04, 1.0000e-04])
    """

    def __init__(self, *, group: int = 4, features: int = 1) -> None:
        super().__init__()
        self.group = group
        self.features = features

    def forward(self, maps: Float[Tensor, "n c h w"]) -> Float[Tensor, "n _ h w"]:
        """Append the maps of deviations, to shape (n, c + features, h, w)."""
        n = len(maps)
        count = -(-n // self.group)
        size, larger = divmod(n, count)  # number of groups with one image more
        parts = torch.split(maps, [larger * (size + 1), (count - larger) * size])
        spreads = [
            self._spread(part, each)
            for part, each in zip(parts, (size + 1, size), strict=True)
            if len(part)
        ]
        spread = torch.cat(spreads)[:, :, None, None].expand(-1, -1, *maps.shape[2:])
        return torch.cat([maps, spread], dim=1)

    def _spread(self, maps: Tensor, size: int) -> Float[Tensor, "n features"]:
        """Compute s for groups of one size, repeated for each image."""
        groups = maps.view(-1, size, *maps.shape[1:])
        # Tensor.var takes three to seven times as long over so short a dimension on a CPU.
        variance = (groups - groups.mean(dim=1, keepdim=True)).square().mean(dim=1)
        deviation = (variance + 1e-8).sqrt()
        means: Tensor = deviation.reshape(len(groups), self.features, -1).mean(dim=2)
        return means.repeat_interleave(size, dim=0)
