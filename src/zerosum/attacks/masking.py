"""Signs of gradient masking: a classifier that only seems to be robust."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.types import Labels, Pixels

__all__ = ["Evidence", "examine", "signs_of_masking"]

_MARGIN = 0.05
_SURE = 0.9
_RANDOM = 1e-4


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Facts on a classifier besides the success of attacks.

    Attributes:
        random: Whether its logits of the same images differ from pass to pass.
        flat: Share of images on which its gradient is 0.

    Example:
        >>> Evidence(random=False, flat=0.0).random
        False
    """

    random: bool
    flat: float


def examine(classifier: PixelClassifier, images: Pixels, labels: Labels) -> Evidence:
    """Compare two passes of a classifier, and count gradients that are 0.

    Args:
        classifier: The classifier.
        images: Some images in [0, 1].
        labels: Their classes.

    Example:
        >>> from torch import nn
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> images, labels = torch.rand(3, 1, 2, 2), torch.tensor([0, 1, 0])
        >>> examine(PixelClassifier(network=network), images, labels)
        Evidence(random=False, flat=0.0)
    """
    with classifier.frozen():
        gradient, first = classifier.gradient(images, Goal(labels=labels).odds)
        with torch.no_grad():
            second = classifier(images)
    flat = (gradient.flatten(1) == 0).all(dim=1).float().mean()
    differs = (first - second).abs().max() > _RANDOM * (1 + first.abs().max())
    return Evidence(random=bool(differs), flat=float(flat))


def signs_of_masking(
    success: Mapping[str, float],
    *,
    evidence: Evidence,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    unbounded: float | None = None,
) -> list[str]:
    """List signs of gradient masking, in sentences; an empty list where there are none.

    Args:
        success: By attack, the share of images on which it succeeded within one ε.
        evidence: The result of `examine`.
        curves: By attack, pairs of ε and the accuracy that is left.
        unbounded: Success of a gradient attack that may change nearly everything.

    Paper:
        Carlini et al. 2019, section 4, https://arxiv.org/abs/1902.06705; Athalye et al. 2018,
        section 3.1, https://arxiv.org/abs/1802.00420

    Example:
        >>> calm = Evidence(random=False, flat=0.0)
        >>> signs_of_masking({"pgd": 0.2, "square": 0.6}, evidence=calm, curves={})
        ['square, which sees logits only, does better than pgd (60% against 20%): ...']
    """
    signs = [*_about_the_network(evidence), *_about_success(success)]
    if unbounded is not None and unbounded < _SURE:
        signs.append(
            f"even where nearly every pixel may change, gradients lead to success on only "
            f"{unbounded:.0%} of the pictures; close to 100% is to be expected."
        )
    for name, curve in curves.items():
        rises = [
            (near[0], far[0])
            for near, far in itertools.pairwise(curve)
            if far[1] > near[1] + _MARGIN
        ]
        if rises:
            near, far = rises[0]
            signs.append(
                f"{name} does worse with the larger ε of {far:.4g} than with {near:.4g}: its "
                "gradients mislead."
            )
    return signs


def _about_the_network(evidence: Evidence) -> list[str]:
    signs = []
    if evidence.flat > 0:
        signs.append(
            f"the gradient is exactly 0 on {evidence.flat:.0%} of the pictures, so attacks that "
            "follow it cannot move; try square."
        )
    if evidence.random:
        signs.append(
            "the classifier gives different logits for the same picture; success is by chance, "
            "and attacks would have to average over many passes."
        )
    return signs


def _about_success(success: Mapping[str, float]) -> list[str]:
    signs: list[str] = []
    by_gradient = {name: success[name] for name in ("pgd", "bim", "momentum") if name in success}
    best = max(by_gradient, key=lambda name: by_gradient[name], default=None)
    if best is None:
        return signs
    for name, reason in (
        ("square", "which sees logits only, "),
        ("fgsm", "which takes one step, "),
    ):
        if success.get(name, 0.0) > by_gradient[best] + _MARGIN / 2:
            signs.append(
                f"{name}, {reason}does better than {best} ({success[name]:.0%} against "
                f"{by_gradient[best]:.0%}): gradients seem to be masked, the weakness is not."
            )
    noise = success.get("noise", 0.0)
    if noise > _MARGIN and noise >= by_gradient[best]:
        signs.append(
            f"noise alone does as well as {best} ({noise:.0%} against "
            f"{by_gradient[best]:.0%}): gradients lead nowhere."
        )
    return signs
