"""A discriminator that sees how much the pictures of a batch differ from each other."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["MinibatchStd"]


class MinibatchStd(nn.Module):
    """Add maps that say how different the pictures of a group are.

    The batch is cut into groups, the channels into F features; with σ the standard deviation over
    the pictures of a group,

        s[group, feature] = mean over the feature's channels and all places of √(σ² + 10⁻⁸),

    one constant map per feature, the same for all pictures of the group. A generator that draws
    one thing only is then found out at once.

    Any batch will do: n pictures make ⌈n / group⌉ groups of nearly equal size. A picture
    alone differs from nothing: its maps are 10⁻⁴. Among several processes each looks at its own
    pictures.

    Args:
        group: The most pictures in a group.
        features: How many maps are added; the channels must be a multiple of it.

    Paper:
        Karras et al. 2018, section 3, https://arxiv.org/abs/1710.10196

    Example:
        >>> pictures = torch.tensor([1.0, 3.0, 5.0, 5.0]).view(4, 1, 1, 1)
        >>> MinibatchStd(group=2)(pictures)[:, 1].flatten()
        tensor([1.0000e+00, 1.0000e+00, 1.0000e-04, 1.0000e-04])
    """

    def __init__(self, *, group: int = 4, features: int = 1) -> None:
        super().__init__()
        self.group = group
        self.features = features

    def forward(self, maps: Float[Tensor, "n c h w"]) -> Float[Tensor, "n _ h w"]:
        """Maps (n, c, h, w) and their differences, shape (n, c + features, h, w)."""
        n = len(maps)
        count = -(-n // self.group)
        size, larger = divmod(n, count)  # so many groups have one picture more
        parts = torch.split(maps, [larger * (size + 1), (count - larger) * size])
        spreads = [
            self._spread(part, each)
            for part, each in zip(parts, (size + 1, size), strict=True)
            if len(part)
        ]
        spread = torch.cat(spreads)[:, :, None, None].expand(-1, -1, *maps.shape[2:])
        return torch.cat([maps, spread], dim=1)

    def _spread(self, maps: Tensor, size: int) -> Float[Tensor, "n features"]:
        """The value s of groups of one size, repeated for each picture."""
        groups = maps.view(-1, size, *maps.shape[1:])
        deviation = (groups.var(dim=1, correction=0) + 1e-8).sqrt()
        means: Tensor = deviation.reshape(len(groups), self.features, -1).mean(dim=2)
        return means.repeat_interleave(size, dim=0)
