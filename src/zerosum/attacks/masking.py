"""Signs that a classifier only seems to be robust: its slopes are hidden, its weakness is not."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.types import Labels, Pixels

__all__ = ["Evidence", "examine", "signs_of_masking"]

_MARGIN = 0.05
_SURE = 0.9
_RANDOM = 1e-4


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a classifier besides how often attacks succeed.

    Attributes:
        random: It answers the same question in different ways.
        flat: The share of pictures on which its slope is 0.

    Example:
        >>> Evidence(random=False, flat=0.0).random
        False
    """

    random: bool
    flat: float


def examine(classifier: Classifier, images: Pixels, labels: Labels) -> Evidence:
    """Ask a classifier twice, and look at its slopes.

    Args:
        classifier: Whom.
        images: Some pictures in [0, 1].
        labels: Their classes.

    Example:
        >>> from torch import nn
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> examine(Classifier(network=network), torch.rand(3, 1, 2, 2), torch.tensor([0, 1, 0]))
        Evidence(random=False, flat=0.0)
    """
    with classifier.still():
        slope, first = classifier.slope(images, Goal(labels=labels).odds)
        with torch.no_grad():
            second = classifier(images)
    flat = (slope.flatten(1) == 0).all(dim=1).float().mean()
    differs = (first - second).abs().max() > _RANDOM * (1 + first.abs().max())
    return Evidence(random=bool(differs), flat=float(flat))


def signs_of_masking(
    success: Mapping[str, float],
    *,
    evidence: Evidence,
    curves: Mapping[str, Sequence[tuple[float, float]]],
    unbounded: float | None = None,
) -> list[str]:
    """Why the numbers may flatter the classifier, in sentences; none if nothing is odd.

    Args:
        success: By attack, the share of pictures on which it succeeded within one ε.
        evidence: What `examine` found.
        curves: By attack, pairs of ε and the share that is still right.
        unbounded: The share on which a slope attack succeeds that may change nearly everything.

    Paper:
        Carlini et al. 2019, section 4, https://arxiv.org/abs/1902.06705; Athalye et al. 2018,
        section 3.1, https://arxiv.org/abs/1802.00420

    Example:
        >>> calm = Evidence(random=False, flat=0.0)
        >>> signs_of_masking({"pgd": 0.2, "square": 0.6}, evidence=calm, curves={})
        ['square, which sees answers only, does better than pgd (60% against 20%): ...']
    """
    signs = [*_about_the_network(evidence), *_about_success(success)]
    if unbounded is not None and unbounded < _SURE:
        signs.append(
            f"even where nearly every pixel may change, slopes lead to success on only "
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
                "slopes lead astray."
            )
    return signs


def _about_the_network(evidence: Evidence) -> list[str]:
    signs = []
    if evidence.flat > 0:
        signs.append(
            f"the slope is exactly 0 on {evidence.flat:.0%} of the pictures, so attacks that "
            "climb have nothing to go by; try square."
        )
    if evidence.random:
        signs.append(
            "the classifier answers the same question in different ways; success is by chance, "
            "and attacks would have to average over many answers."
        )
    return signs


def _about_success(success: Mapping[str, float]) -> list[str]:
    signs: list[str] = []
    climbing = {name: success[name] for name in ("pgd", "bim", "momentum") if name in success}
    best = max(climbing, key=lambda name: climbing[name], default=None)
    if best is None:
        return signs
    for name, said in (
        ("square", "which sees answers only, "),
        ("fgsm", "which takes one step, "),
    ):
        if success.get(name, 0.0) > climbing[best] + _MARGIN / 2:
            signs.append(
                f"{name}, {said}does better than {best} ({success[name]:.0%} against "
                f"{climbing[best]:.0%}): slopes seem to be hidden, the weakness is not."
            )
    noise = success.get("noise", 0.0)
    if noise > _MARGIN and noise >= climbing[best]:
        signs.append(
            f"noise without any aim does as well as {best} ({noise:.0%} against "
            f"{climbing[best]:.0%}): slopes lead nowhere."
        )
    return signs
