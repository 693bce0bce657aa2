"""The one way in which every attack is run: checked, in pieces, repeatable, and judged afresh."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor

from zerosum.arguments import require_pixels
from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.errors import ConfigError, DataError
from zerosum.types import ClassLogits, Labels, Mask, PerSample, Pixels

__all__ = ["Attack", "Outcome", "attack_pictures"]

_ROUNDING = 1 + 1e-6
_WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


@runtime_checkable
class Attack(Protocol):
    """A way to look for pictures near the given ones that a classifier gets wrong.

    Attributes:
        norm: What "near" means.
        minimal: Whether it looks for the smallest perturbation, instead of the worst within ε.
        joint: Whether it looks for one perturbation for all pictures together.

    Example:
        >>> from zerosum.attacks import L2, Noise
        >>> attack: Attack = Noise(norm=L2())
        >>> attack.minimal, attack.joint
        (False, False)
    """

    minimal: ClassVar[bool]
    joint: ClassVar[bool]

    @property
    def norm(self) -> Norm:
        """What "near" means."""
        ...

    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Pictures in [0, 1] near the given ones.

        Args:
            classifier: In evaluation mode, its parameters constant.
            images: Pictures in [0, 1].
            goal: What is wanted of each.
            epsilon: How far it may go; ``minimal`` attacks may be given infinity, and may go
                further, because whoever calls them draws their pictures back into the ball.
            chance: Random numbers for each picture.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an attack achieved, picture by picture.

    Attributes:
        images: The perturbed pictures, in [0, 1].
        logits: What the classifier makes of these very pictures, shape (n, k).
        fooled: Where the goal is reached.
        sizes: How large the perturbations are, in the attack's norm.

    Example:
        >>> Outcome(images=torch.zeros(1, 1, 2, 2), logits=torch.tensor([[0.0, 3.0]]),
        ...         fooled=torch.tensor([True]), sizes=torch.zeros(1)).predictions
        tensor([1])
    """

    images: Pixels
    logits: ClassLogits
    fooled: Mask
    sizes: PerSample

    @property
    def predictions(self) -> Labels:
        """The classes that the classifier names."""
        return self.logits.argmax(dim=1)

    @property
    def confidences(self) -> PerSample:
        """The probabilities that it gives to these."""
        return self.logits.softmax(dim=1).amax(dim=1)


def attack_pictures(
    attack: Attack,
    classifier: Classifier,
    images: Pixels,
    labels: Labels,
    *,
    epsilon: float = inf,
    targeted: bool = False,
    seed: int = 0,
    batch_size: int = 64,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Attack pictures, and ask the classifier about what came of it.

    The network is in evaluation mode meanwhile, and afterwards as it was; its parameters and their
    gradients are not touched. What a picture becomes does not depend on the others, except for
    the last digits of floating point, and for attacks that are ``joint``.

    Args:
        attack: Which.
        classifier: Whom.
        images: Pictures in [0, 1], on the classifier's device; they stay as they are.
        labels: The true classes or, if targeted, those that the classifier is to name.
        epsilon: ‖x' − x‖ ≤ ε for every result x', in units of [0, 1]: 8/255 is eight grey levels.
            Infinity, which means no bound, is for attacks that look for the smallest perturbation.
        targeted: What the labels mean.
        seed: From which all chance follows.
        batch_size: Pictures that go through the network at once.
        progress: Is told of pictures done and of their number.

    Raises:
        ConfigError: ε is out of range, or the network gives no logits (`Classifier.check`).
        DataError: The pictures are no floats in [0, 1], or a label is no class.

    Example:
        >>> from torch import nn
        >>> from zerosum.attacks import ATTACKS, LInf
        >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
        >>> _ = nn.init.constant_(linear[1].weight, 1.0)
        >>> _ = nn.init.constant_(linear[1].weight[1], -1.0)
        >>> grey = torch.full((1, 1, 2, 2), 0.05)
        >>> fgsm, classifier = ATTACKS["fgsm"](LInf()), Classifier(network=linear)
        >>> attack_pictures(fgsm, classifier, grey, torch.tensor([1]), epsilon=0.1).images[0, 0]
        tensor([[0.1500, 0.1500],
                [0.1500, 0.1500]])
    """
    images = require_pixels(images)
    _check_epsilon(attack, epsilon, images)
    if batch_size < 1:
        raise ConfigError(f"batch_size must be at least 1, got {batch_size}.")
    batch_size = min(batch_size, len(images))
    size = len(images) if attack.joint else batch_size
    with classifier.still():
        _check_labels(labels, classifier.classes(images), len(images))
        goal = Goal(labels=labels, targeted=targeted)
        pieces = []
        for start in range(0, len(images), size):
            places = torch.arange(start, min(start + size, len(images)), device=images.device)
            chance = Chance(seed=seed, indices=places.tolist(), device=images.device)
            pieces.append(
                _attack(attack, classifier, images[places], goal.of(places), epsilon, chance)
            )
            if progress is not None:
                progress(start + len(places), len(images))
        found = torch.cat(pieces)
        with torch.no_grad():
            logits = torch.cat([classifier(piece) for piece in torch.split(found, batch_size)])
    sizes = attack.norm.size(found - images)
    return Outcome(images=found, logits=logits, fooled=goal.fooled(logits), sizes=sizes)


def _attack(
    attack: Attack,
    classifier: Classifier,
    images: Pixels,
    goal: Goal,
    epsilon: float,
    chance: Chance,
) -> Pixels:
    """Attack one piece, and see to it that it stays in its ball."""
    found = attack.perturb(classifier, images, goal, epsilon=epsilon, chance=chance).detach()
    if attack.minimal and isfinite(epsilon):
        found = into_range(images, attack.norm.project(found - images, epsilon))
    return found


def _check_epsilon(attack: Attack, epsilon: float, images: Pixels) -> None:
    largest = float(attack.norm.size(torch.ones_like(images[:1])))
    if epsilon == inf and attack.minimal:
        return
    if not 0 <= epsilon <= largest * _ROUNDING:
        raise ConfigError(
            f"epsilon must be from 0 to {largest:g}, the size of a change from black to white in "
            f"{attack.norm.name}, got {epsilon:g}; it is in units of [0, 1], so eight grey levels "
            "are 8/255."
        )


def _check_labels(labels: Any, classes: int, count: int) -> None:
    expected = f"expected labels from 0 to {classes - 1}, whole numbers of shape ({count},)"
    if not isinstance(labels, Tensor) or labels.is_meta:
        raise DataError(f"{expected}, as an ordinary torch.Tensor.")
    if tuple(labels.shape) != (count,) or labels.dtype not in _WHOLE:
        raise DataError(f"{expected}, got {labels.dtype} of shape {tuple(labels.shape)}.")
    low, high = int(labels.min()), int(labels.max())
    if low < 0 or high >= classes:
        raise DataError(f"{expected}, found some from {low} to {high}.")
