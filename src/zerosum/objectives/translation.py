"""Terms of a translator's cost beside the adversarial loss: one value per image."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from zerosum.types import PerSample

__all__ = ["absolute_error", "patch_nce"]


def absolute_error(result: Float[Tensor, "n *_"], target: Float[Tensor, "n *_"]) -> PerSample:
    """The mean of |result − target| over the numbers of an image, or of its map.

    CycleGAN's cycle and identity terms, pix2pix's L1 term and CartoonGAN's content term are this
    error, of different results. It is 0 if, and only if, both are equal.

    Args:
        result: What the translator computed, shape (n, ...).
        target: What it should be, of the same shape.

    Paper:
        Zhu et al. 2017, equation 2, https://arxiv.org/abs/1703.10593

    Example:
        >>> absolute_error(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]]))
        tensor([0.5000])
    """
    return (result - target).abs().flatten(1).mean(dim=1)


def patch_nce(
    translated: Float[Tensor, "n places d"],
    source: Float[Tensor, "n places d"],
    *,
    temperature: float = 0.07,
) -> PerSample:
    """The contrastive loss of telling, at each place of a translation, the place of its source.

    ℓ = −log [exp(v·v⁺/τ) / Σ_s exp(v·v_s/τ)],

    with v the vector of a place of the translation, v⁺ that of the same place of the source, and
    the sum over all chosen places s of the same source; the mean over the places. Vectors that
    are all equal have the loss log(places).

    Args:
        translated: Unit vectors v of the translation.
        source: Unit vectors of the source at the same places.
        temperature: τ.

    Paper:
        Park et al. 2020, equations 2 to 4, https://arxiv.org/abs/2007.15651

    Example:
        >>> apart = torch.eye(4)[None]
        >>> patch_nce(apart, apart).round(decimals=4), patch_nce(apart, apart.flip(1)) > 14
        (tensor([0.]), tensor([True]))
    """
    n, places, _ = translated.shape
    logits = translated @ source.transpose(1, 2) / temperature
    labels = torch.arange(places, device=translated.device).expand(n, places)
    # Flattened: CUDA's cross-entropy of maps is not deterministic.
    costs = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return costs.view(logits.shape[:2]).mean(dim=1)
