"""What all adversarial games share: a discriminator's logits, and the two losses that follow."""

from collections.abc import Callable
from contextlib import nullcontext

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.games.base import Turn
from zerosum.networks.rows import one_per_image
from zerosum.nn.bilinear import TwiceDifferentiable
from zerosum.objectives.losses import Minimax, Objective
from zerosum.types import Labels, Logits, Scalar

__all__ = [
    "discrimination_scores",
    "discriminator_loss",
    "discriminator_turn",
    "generator_loss",
    "logits_of",
    "share_above",
    "total",
]


def logits_of(
    discriminator: nn.Module,
    images: Float[Tensor, "n *_"],
    labels: Labels | None = None,
    *,
    twice: bool = False,
) -> Logits:
    """Compute one logit per image, in full precision: losses are small differences.

    Args:
        discriminator: D, a network with one number per image.
        images: What D is given: images, or features for a D of features.
        labels: The classes, if D is conditional.
        twice: Whether the gradient of the logits will be differentiated in turn.

    Example:
        >>> logits_of(nn.Sequential(nn.Flatten(), nn.Linear(4, 1)), torch.zeros(3, 1, 2, 2)).shape
        torch.Size([3])
    """
    # forward() goes past torch.compile, whose networks can be differentiated only once.
    compute = discriminator.forward if twice else discriminator
    with TwiceDifferentiable() if twice else nullcontext():
        logits: Tensor = compute(images) if labels is None else compute(images, labels)
    return one_per_image(logits.float(), len(images))


def discriminator_loss(objective: Objective, real: Logits, fake: Logits) -> Scalar:
    """Take the mean of D's loss over pairs of a real and a generated image.

    Example:
        >>> from zerosum.objectives import make_objective
        >>> discriminator_loss(make_objective("non-saturating"), torch.zeros(2), torch.zeros(2))
        tensor(1.3863)
    """
    return objective.discriminator(real, fake).mean()


def generator_loss(objective: Objective, fake: Logits, real: Callable[[], Logits]) -> Scalar:
    """Take the mean of G's loss over its images.

    Args:
        objective: Some compare each generated image with a real one.
        fake: D's logits of the generated images, part of G's graph.
        real: Computes D's logits of the real images. It is called only if the objective compares,
            and without gradients. Real images are repeated where there are more generated ones.

    Example:
        >>> from zerosum.objectives import make_objective
        >>> zeros = torch.zeros(4)
        >>> generator_loss(make_objective("relativistic"), zeros, lambda: zeros[:2])
        tensor(0.6931)
    """
    real_logits = None
    if objective.uses_real_in_generator:
        with torch.no_grad():
            real_logits = real()
        real_logits = real_logits.repeat(len(fake) // len(real_logits))
    return objective.generator(fake, real_logits).mean()


def discriminator_turn(player: str, objective: Objective, real: Logits, fake: Logits) -> Turn:
    """D's turn where its cost is the adversarial loss alone.

    Example:
        >>> from zerosum.objectives import make_objective
        >>> logits = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 3.0])
        >>> discriminator_turn("discriminator", make_objective("wasserstein"), *logits).cost
        tensor(-0.5000)
    """
    return Turn(
        player=player,
        cost=discriminator_loss(objective, real, fake),
        scores=discrimination_scores(objective, real, fake),
    )


def discrimination_scores(objective: Objective, real: Logits, fake: Logits) -> dict[str, Scalar]:
    """D's mean logits, and the share of pairs in which the real image has the greater one.

    The share means the same for every objective; the zero of a Wasserstein critic means nothing.
    Where D gives probabilities, also V(D, G), without label smoothing and regularisation.

    Example:
        >>> from zerosum.objectives import make_objective
        >>> logits = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 3.0])
        >>> discrimination_scores(make_objective("wasserstein"), *logits)
        {'accuracy': tensor(0.7500), 'real': tensor(2.), 'fake': tensor(1.5000)}
        >>> discrimination_scores(make_objective("minimax"), *logits)["value"]
        tensor(-2.0518)
    """
    real, fake = real.detach(), fake.detach()
    scores = {"accuracy": share_above(real, fake), "real": real.mean(), "fake": fake.mean()}
    if isinstance(objective, Minimax):
        scores["value"] = -discriminator_loss(Minimax(), real, fake)
    return scores


def share_above(logits: Logits, threshold: Tensor | float) -> Scalar:
    """The share of logits above the threshold; one that is equal to it counts half.

    Example:
        >>> share_above(torch.tensor([0.0, 1.0, 2.0, 2.0]), torch.tensor(2.0))
        tensor(0.2500)
    """
    return ((logits > threshold).float() + 0.5 * (logits == threshold).float()).mean()


def total(terms: dict[str, Scalar]) -> Scalar:
    """The sum of the terms of a cost, shape ().

    Example:
        >>> total({"adversarial": torch.tensor(1.0), "r1": torch.tensor(0.5)})
        tensor(1.5000)
    """
    return torch.stack(list(terms.values())).sum()
