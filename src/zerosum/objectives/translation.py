"""What a translator pays besides: one value for each picture that is not what it should be."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from zerosum.types import PerSample

__all__ = ["absolute_error", "patch_nce"]


def absolute_error(found: Float[Tensor, "n *_"], wanted: Float[Tensor, "n *_"]) -> PerSample:
    """Mean of |found − wanted| over all that a picture, or its map, consists of.

    CycleGAN's cycle and identity terms, pix2pix's L1 term and CartoonGAN's content term are this
    of different things. It is 0 if, and only if, both are equal.

    Args:
        found: What the translator made, shape (n, ...).
        wanted: What it should be, of the same shape.

    Paper:
        Zhu et al. 2017, equation 2, https://arxiv.org/abs/1703.10593

    Example:
        >>> absolute_error(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, 0.5]]))
        tensor([0.5000])
    """
    return (found - wanted).abs().flatten(1).mean(dim=1)


def patch_nce(
    made: Float[Tensor, "n places d"],
    source: Float[Tensor, "n places d"],
    *,
    temperature: float = 0.07,
) -> PerSample:
    """How badly each place of a translation tells which place of its source it came from.

    ℓ = −log [exp(v·v⁺/τ) / Σ_s exp(v·v_s/τ)],

    with v the vector of a place of the translation, v⁺ that of the same place of the source, and
    the sum over all chosen places s of the same source; the mean over the places. Vectors that
    say nothing (all alike) cost log(places).

    Args:
        made: Unit vectors v of the translation.
        source: Unit vectors of the source at the same places.
        temperature: τ.

    Paper:
        Park et al. 2020, equations 2 to 4, https://arxiv.org/abs/2007.15651

    Example:
        >>> apart = torch.eye(4)[None]
        >>> patch_nce(apart, apart).round(decimals=4), patch_nce(apart, apart.flip(1)) > 14
        (tensor([0.]), tensor([True]))
    """
    n, places, _ = made.shape
    logits = made @ source.transpose(1, 2) / temperature
    right = torch.arange(places, device=made.device).expand(n, places)
    # In a row: CUDA cannot repeat, bit for bit, a cross-entropy that is a map.
    costs = cross_entropy(logits.flatten(0, 1), right.flatten(), reduction="none")
    return costs.view(logits.shape[:2]).mean(dim=1)
