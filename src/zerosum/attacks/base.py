"""The loop that runs every attack: inputs are checked, and success is measured on the results."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor

from zerosum.arguments import require_pixels
from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError, DataError
from zerosum.types import ClassLogits, Labels, Mask, PerSample, Pixels

__all__ = ["Attack", "AttackResult", "attack_images"]

_ROUNDING = 1 + 1e-6
_WHOLE = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


@runtime_checkable
class Attack(Protocol):
    """An algorithm that searches, near given images, for ones that a classifier gets wrong.

    Attributes:
        norm: How perturbations are measured.
        minimal: Whether it searches for the smallest perturbation, instead of the worst within ε.
        joint: Whether it searches for one perturbation for all images together.

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
        """How perturbations are measured."""
        ...

    def perturb(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Perturb the images; the result is in [0, 1], too.

        Args:
            classifier: In evaluation mode, its parameters constant.
            images: Images in [0, 1].
            goal: What counts as success for each.
            epsilon: The greatest size. For ``minimal`` attacks it may be infinity, and they may
                exceed it, because the caller projects their results onto the ball.
            random: Random numbers for each image.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class AttackResult:
    """The result of an attack, image by image.

    Attributes:
        images: The perturbed images, in [0, 1].
        logits: The classifier's logits of these very images, shape (n, k).
        fooled: Where the goal is reached.
        sizes: Sizes of the perturbations, in the attack's norm.

    Example:
        >>> AttackResult(images=torch.zeros(1, 1, 2, 2), logits=torch.tensor([[0.0, 3.0]]),
        ...         fooled=torch.tensor([True]), sizes=torch.zeros(1)).predictions
        tensor([1])
    """

    images: Pixels
    logits: ClassLogits
    fooled: Mask
    sizes: PerSample

    @property
    def predictions(self) -> Labels:
        """The predicted classes."""
        return self.logits.argmax(dim=1)

    @property
    def confidences(self) -> PerSample:
        """The probabilities of the predicted classes."""
        return self.logits.softmax(dim=1).amax(dim=1)


def attack_images(
    attack: Attack,
    classifier: PixelClassifier,
    images: Pixels,
    labels: Labels,
    *,
    epsilon: float = inf,
    targeted: bool = False,
    seed: int = 0,
    batch_size: int = 64,
    progress: Callable[[int, int], None] | None = None,
) -> AttackResult:
    """Attack images, and classify the results.

    The network is in evaluation mode meanwhile, and afterwards as it was; its parameters and their
    gradients are not touched. The result for an image does not depend on the others, except for
    the last digits of floating point, and for attacks that are ``joint``.

    Args:
        attack: The attack.
        classifier: The classifier under attack.
        images: Images in [0, 1], on the classifier's device; they stay as they are.
        labels: The true classes or, if targeted, those that are to be predicted.
        epsilon: ‖x' − x‖ ≤ ε for every result x', in units of [0, 1]: 8/255 is eight grey levels.
            Infinity, which means no bound, is for ``minimal`` attacks.
        targeted: Whether the labels are targets.
        seed: Determines all random numbers.
        batch_size: Images that go through the network at once.
        progress: Called with the number of images done and of all.

    Raises:
        ConfigError: ε is out of range, or the network gives no logits (`PixelClassifier.check`).
        DataError: The images are no floats in [0, 1], or a label is no class.

    Example:
        >>> from torch import nn
        >>> from zerosum.attacks import ATTACKS, LInf
        >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(4, 2, bias=False))
        >>> _ = nn.init.constant_(linear[1].weight, 1.0)
        >>> _ = nn.init.constant_(linear[1].weight[1], -1.0)
        >>> grey = torch.full((1, 1, 2, 2), 0.05)
        >>> fgsm, classifier = ATTACKS["fgsm"](LInf()), PixelClassifier(network=linear)
        >>> attack_images(fgsm, classifier, grey, torch.tensor([1]), epsilon=0.1).images[0, 0]
        tensor([[0.1500, 0.1500],
                [0.1500, 0.1500]])
    """
    images = require_pixels(images)
    _check_epsilon(attack, epsilon, images)
    if batch_size < 1:
        raise ConfigError(f"batch_size must be at least 1, got {batch_size}.")
    batch_size = min(batch_size, len(images))
    size = len(images) if attack.joint else batch_size
    with classifier.frozen():
        _check_labels(labels, classifier.classes(images), len(images))
        goal = Goal(labels=labels, targeted=targeted)
        pieces = []
        for start in range(0, len(images), size):
            indices = torch.arange(start, min(start + size, len(images)), device=images.device)
            random = RandomStreams(seed=seed, indices=indices.tolist(), device=images.device)
            pieces.append(
                _attack(attack, classifier, images[indices], goal.of(indices), epsilon, random)
            )
            if progress is not None:
                progress(start + len(indices), len(images))
        results = torch.cat(pieces)
        # Classified afresh: what the attack computed on its way may be of other images.
        with torch.no_grad():
            logits = torch.cat([classifier(piece) for piece in torch.split(results, batch_size)])
    sizes = attack.norm.size(results - images)
    return AttackResult(images=results, logits=logits, fooled=goal.fooled(logits), sizes=sizes)


def _attack(
    attack: Attack,
    classifier: PixelClassifier,
    images: Pixels,
    goal: Goal,
    epsilon: float,
    random: RandomStreams,
) -> Pixels:
    """Attack one piece, and project what may have left the ball."""
    results = attack.perturb(classifier, images, goal, epsilon=epsilon, random=random).detach()
    if attack.minimal and isfinite(epsilon):
        results = into_range(images, attack.norm.project(results - images, epsilon))
    return results


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
