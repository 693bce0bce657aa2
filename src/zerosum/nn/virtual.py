"""Virtual batch normalisation: by a fixed batch, so that images do not depend on each other."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["VirtualBatchNorm", "make_virtual"]


class VirtualBatchNorm(nn.Module):
    """Normalise each image by a reference batch and itself.

    The first m of the images are the reference batch r; each of the others, x, is normalised by
    itself and r. Per channel, with mean and mean square over the places of one image (x) or of
    all (r), where fully connected layers have one place,

        μ = (m μ_r + μ_x) / (m + 1),      s = (m s_r + s_x) / (m + 1),      σ² = s − μ²,

    and the maps become γ (x − μ) / √(σ² + ε) + β. The reference batch is normalised by its own μ_r
    and σ_r² alone. So the output for x depends on x and on the reference batch alone, in training
    and in evaluation mode, and there are no running statistics.

    Args:
        channels: Channels of the input.
        reference: m, the images of the reference batch.
        epsilon: ε.

    Paper:
        Salimans et al. 2016, section 3.5, https://arxiv.org/abs/1606.03498; the weights of the two
        parts are those of the authors' program

    Example:
        >>> reference, mine = torch.tensor([-1.0, 1.0]), torch.tensor([4.0])
        >>> maps = torch.cat([reference, mine]).view(3, 1, 1, 1)
        >>> VirtualBatchNorm(1, reference=2)(maps).flatten().detach().round(decimals=3)
        tensor([-1.0000,  1.0000,  1.2980])
    """

    def __init__(self, channels: int, *, reference: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.reference = reference
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, maps: Float[Tensor, "n c *places"]) -> Float[Tensor, "n c *places"]:
        """Normalise the maps of the reference batch, and those of each other image."""
        m = self.reference
        # In 32 bits: under autocast statistics of 16 would be too coarse.
        images = maps.to(self.weight.dtype)
        if maps.ndim == 2:
            images = images[:, :, None, None]
        variances, means = torch.var_mean(images[:m], dim=(0, 2, 3), correction=0, keepdim=True)
        own_variances, own_means = torch.var_mean(
            images[m:], dim=(2, 3), correction=0, keepdim=True
        )
        share = 1 / (m + 1)
        mixed = means.lerp(own_means, share)
        # s − μ² without the loss of digits that a difference of two large numbers brings.
        spread = (variances + (means - mixed).square()).lerp(
            own_variances + (own_means - mixed).square(), share
        )
        whole = [
            self._normalise(images[:m], means, variances),
            self._normalise(images[m:], mixed, spread),
        ]
        return torch.cat(whole).view_as(maps).to(maps.dtype)

    def _normalise(self, maps: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        scale = self.weight.view(-1, 1, 1) * (variance + self.epsilon).rsqrt()
        return torch.addcmul(self.bias.view(-1, 1, 1) - mean * scale, maps, scale)

    def extra_repr(self) -> str:
        """Describe the layer for ``print``."""
        return f"{len(self.weight)}, reference={self.reference}"


def make_virtual(network: nn.Module, *, reference: int) -> int:
    """Replace every batch normalisation by virtual batch normalisation.

    Scale and shift keep their values, and stay constant if they were.

    Args:
        network: Changed in place; from then on the first ``reference`` images of its input are
            the reference batch.
        reference: Number of images in the reference batch.

    Returns:
        The number of layers that were replaced.

    Example:
        >>> network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        >>> make_virtual(network, reference=4), network[1]
        (1, VirtualBatchNorm(8, reference=4))
    """
    replaced = [
        (parent, name, layer)
        for parent in network.modules()
        for name, layer in parent.named_children()
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
    ]
    for parent, name, layer in replaced:
        virtual = VirtualBatchNorm(layer.num_features, reference=reference, epsilon=layer.eps)
        virtual.load_state_dict({"weight": layer.weight, "bias": layer.bias})
        virtual.weight.requires_grad_(layer.weight.requires_grad)
        setattr(parent, name, virtual)
    return len(replaced)
