"""Penalties on a critic's gradient: one value per image, before the weight.

The gradient at an image is ∇D(x) = ∂D/∂x, of the image's own shape (c, h, w); ‖·‖ is the Euclidean
norm over those three. Each image has its own gradient and norm, so its logit must not depend on
others: no batch normalisation. The values can be differentiated by the critic's parameters.

Images that are leaves of a graph and require a gradient are passed to the critic unchanged, so
that a critic that has computed their logits already, for its loss, can return those.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import Images, Logits, PerSample

__all__ = [
    "PENALTIES",
    "USES_LOGITS_OF",
    "Critic",
    "Penalty",
    "dragan",
    "gradient_penalty",
    "r1",
    "r2",
]

Critic = Callable[[Images], Logits]
"""Any function from images to logits: a discriminator, or one behind an augmentation."""

Penalty = Callable[[Critic, Images, Images, Randomness], PerSample]
"""From a critic, real and generated images, and random numbers to one value per image."""


def gradient_penalty(critic: Critic, real: Images, fake: Images, random: Randomness) -> PerSample:
    """Penalise gradient norms other than 1 between real and generated images.

    (‖∇D(x̂)‖ − 1)²,   x̂ = ε x + (1 − ε) x̃,   ε ~ U(0, 1), one per image

    Args:
        critic: D.
        real: x, shape (n, c, h, w).
        fake: x̃, of the same shape.
        random: Draws ε.

    Paper:
        Gulrajani et al. 2017, equation 3 and Algorithm 1, https://arxiv.org/abs/1704.00028; the
        weight λ is 10.

    Example:
        >>> def steep(images): return 3 * images.flatten(1).sum(1)
        >>> dot = torch.zeros(2, 1, 1, 1)
        >>> gradient_penalty(steep, dot, dot + 1, Randomness(seed=0))
        tensor([4., 4.])
    """
    share = random.uniform(len(real), 1, 1, 1)
    return _off_unit(_gradient(critic, share * real + (1 - share) * fake))


def dragan(critic: Critic, real: Images, fake: Images, random: Randomness) -> PerSample:
    """Penalise gradient norms other than 1 around real images.

    (‖∇D(x + α δ)‖ − 1)²,   δ = ½ s u,   u ~ U(0, 1) per number,   α ~ U(0, 1) per image

    with s the standard deviation of the image's own numbers. The paper leaves the size of δ
    open; the authors' program takes s over the whole batch, which would tie the images together.

    Args:
        critic: D.
        real: x, shape (n, c, h, w).
        fake: Not used.
        random: Draws u and α.

    Paper:
        Kodali et al. 2017, section 2, https://arxiv.org/abs/1705.07215; the weight λ is 10.

    Example:
        >>> def flat(images): return 0 * images.flatten(1).sum(1)
        >>> dots = torch.rand(2, 1, 2, 2)
        >>> dragan(flat, dots, dots, Randomness(seed=0))
        tensor([1., 1.])
    """
    spread = real.std(dim=(1, 2, 3), keepdim=True)
    noise = 0.5 * spread * random.uniform(*real.shape)
    share = random.uniform(len(real), 1, 1, 1)
    return _off_unit(_gradient(critic, real + share * noise))


def r1(critic: Critic, real: Images, fake: Images, random: Randomness) -> PerSample:
    """Penalise the gradient at real images: ‖∇D(x)‖².

    The paper's cost is γ/2 times this; γ is 10 there, and depends on resolution and batch size.

    Args:
        critic: D.
        real: x, shape (n, c, h, w).
        fake: Not used.
        random: Not used.

    Paper:
        Mescheder et al. 2018, equation 9, https://arxiv.org/abs/1801.04406

    Example:
        >>> def steep(images): return 3 * images.flatten(1).sum(1)
        >>> dot = torch.zeros(2, 1, 1, 1)
        >>> r1(steep, dot, dot, Randomness(seed=0))
        tensor([9., 9.])
    """
    return _gradient(critic, real).square().sum(dim=(1, 2, 3))


def r2(critic: Critic, real: Images, fake: Images, random: Randomness) -> PerSample:
    """Penalise the gradient at generated images: ‖∇D(x̃)‖².

    The paper's cost is γ/2 times this.

    Args:
        critic: D.
        real: Not used.
        fake: x̃, shape (n, c, h, w).
        random: Not used.

    Paper:
        Mescheder et al. 2018, equation 10, https://arxiv.org/abs/1801.04406

    Example:
        >>> def steep(images): return 3 * images.flatten(1).sum(1)
        >>> dot = torch.zeros(2, 1, 1, 1)
        >>> r2(steep, dot, dot, Randomness(seed=0))
        tensor([9., 9.])
    """
    return r1(critic, fake, fake, random)


PENALTIES: Table[Penalty] = Table(
    "penalty", {"gradient": gradient_penalty, "r1": r1, "r2": r2, "dragan": dragan}
)
"""The penalties by name."""

USES_LOGITS_OF: Mapping[Penalty, str] = {r1: "real", r2: "fake"}
"""The penalties on the gradient at images whose logits the loss needs anyway, and at which: the
graph of those logits serves for both. Their target is 0, so nothing cancels, and a gradient
computed in bfloat16 is precise enough: the parameters' gradient of R1 and R2 is then as near to
that in fp32 as the gradient of the loss itself (off by 0.5 to 4 %, the loss's by 0.5 to 6 %, in
six recipes at 28 to 128 px). Of ‖∇D‖ − 1 little more than the rounding error is left where the
norm is nearly 1 (6 % in WGAN-GP)."""


def _gradient(critic: Critic, points: Images) -> Images:
    """∇D at each point, from the sum of logits, since no logit depends on another image."""
    if not (points.is_leaf and points.requires_grad):
        points = points.detach().requires_grad_()
    gradient: Tensor
    (gradient,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return gradient


def _off_unit(gradient: Images) -> PerSample:
    """(‖gradient‖ − 1)²; at a gradient of 0 PyTorch's norm has the subgradient 0, not NaN."""
    norm: Tensor = torch.linalg.vector_norm(gradient, dim=(1, 2, 3))
    return (norm - 1).square()
