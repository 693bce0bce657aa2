"""Carlini and Wagner's attack: the smallest Euclidean perturbation by direct optimisation."""

from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import L2, Norm
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import ClassLogits, PerSample, Pixels

__all__ = ["CarliniWagner"]

_SQUEEZE = 0.999
"""Black and white are tanh(±3.8) rather than ±1, which no w reaches and where nothing moves."""

_CHECKS = 10
_STALLED = 0.9999
_LARGEST = 1e10


@dataclass(frozen=True, kw_only=True)
class CarliniWagner:
    """Minimise the size of the perturbation plus a penalty on the missing margin.

    minimise ‖x' − x‖₂² + c max(κ − margin(x'), 0)   over w, with   x' = ½ (tanh(w)/s + 1)

    by Adam, where the margin is that of the goal and s = 0.999 keeps black and white within reach
    of w (what is beyond [0, 1] is clamped, which the gradient ignores). c is searched for each
    image by itself: ten times as large while it fails, then by bisection. Of all points on the
    way that succeed, the nearest is kept.

    Attributes:
        norm: Euclidean; there is no other form of this attack.
        steps: Steps of Adam, for one c.
        rate: Adam's learning rate, in units of w.
        searches: Number of values of c.
        first: The first c.
        confidence: κ, the margin that counts as success while searching.
        patience: Whether an image is left when a tenth of the steps has not lowered its cost by
            0.01 %.

    Raises:
        ConfigError: If the norm is another one, or a setting is out of range.

    Paper:
        Carlini and Wagner 2017, section VI.A, https://arxiv.org/abs/1608.04644

    Example:
        >>> from zerosum.attacks import LInf
        >>> CarliniWagner(norm=LInf())
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: the attack of Carlini and Wagner is for --norm l2; got linf.
    """

    norm: Norm = field(default_factory=L2)
    steps: int = 1000
    rate: float = 0.01
    searches: int = 9
    first: float = 1e-3
    confidence: float = 0.0
    patience: bool = True
    minimal: ClassVar[bool] = True
    joint: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.norm.name != "l2":
            raise ConfigError(
                f"the attack of Carlini and Wagner is for --norm l2; got {self.norm.name}."
            )
        if min(self.steps, self.searches) < 1 or min(self.rate, self.first) <= 0:
            raise ConfigError("steps, searches, rate and first c must be greater than 0.")
        if self.confidence < 0:
            raise ConfigError(f"confidence must be at least 0, got {self.confidence}.")

    def perturb(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Search c and descend for each; images without success are returned unchanged."""
        nearest = _Nearest(images)
        low = images.new_zeros(len(images))
        high = images.new_full((len(images),), _LARGEST)
        weight = images.new_full((len(images),), self.first)
        for _ in range(self.searches):
            succeeded = self._descend(classifier, images, goal, weight, nearest)
            high = torch.where(succeeded, torch.minimum(high, weight), high)
            low = torch.where(succeeded, low, torch.maximum(low, weight))
            # Bisection needs an upper end, which the first success gives.
            weight = torch.where(high < _LARGEST, (low + high) / 2, weight * 10)
        return nearest.images

    def _descend(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        weight: PerSample,
        nearest: "_Nearest",
    ) -> Tensor:
        """Descend from the images themselves; return which ever succeeded with this c."""
        succeeded = torch.zeros(len(images), dtype=torch.bool, device=images.device)
        left = torch.arange(len(images), device=images.device)
        adam = _Adam(_to_w(images), rate=self.rate)
        before = images.new_full((len(images),), torch.inf)
        every = max(1, self.steps // _CHECKS)
        for number in range(self.steps):
            point, derivative, change = _from_w(adam.w, images[left])
            aim, c = goal.of(left), weight[left]
            gradient, logits = classifier.gradient(point, partial(self._gain, aim, c))
            missing = self._missing(aim, logits)
            square = change.square().sum(dim=(1, 2, 3))
            # With κ = 0 a tie has nothing missing, and yet is no success.
            done = missing <= 0 if self.confidence else aim.fooled(logits)
            succeeded[left] |= done
            nearest.update(left, point, square, done)
            adam.step((2 * change - gradient) * derivative)
            if self.patience and number % every == 0:
                cost = square + c * missing
                going = cost <= _STALLED * before[left]
                before[left] = cost
                left = left[going]
                if not len(left):
                    break
                adam.keep(going)
        return succeeded

    def _gain(self, goal: Goal, c: PerSample, logits: ClassLogits) -> PerSample:
        return -c * self._missing(goal, logits)

    def _missing(self, goal: Goal, logits: ClassLogits) -> PerSample:
        return (self.confidence - goal.margin(logits)).clamp_min(0)


class _Nearest:
    """The nearest success of each image so far; the image itself before there is any."""

    def __init__(self, images: Pixels) -> None:
        self.images = images.clone()
        self._squares = images.new_full((len(images),), torch.inf)

    def update(self, indices: Tensor, images: Pixels, squares: PerSample, done: Tensor) -> None:
        """Keep the successes that are nearer than those so far."""
        nearer = done & (squares < self._squares[indices])
        self.images[indices[nearer]] = images[nearer]
        self._squares[indices[nearer]] = squares[nearer]


class _Adam:
    """Adam on each image by itself, so that images can be dropped.

    Paper:
        Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
    """

    def __init__(self, w: Tensor, *, rate: float) -> None:
        self.w = w
        self._rate = rate
        self._first, self._second = torch.zeros_like(w), torch.zeros_like(w)
        self._steps = 0

    def step(self, gradient: Tensor) -> None:
        """Move against the gradient."""
        self._steps += 1
        self._first = torch.lerp(gradient, self._first, 0.9)
        self._second = torch.lerp(gradient.square(), self._second, 0.999)
        first = self._first / (1 - 0.9**self._steps)
        second = self._second / (1 - 0.999**self._steps)
        self.w = self.w - self._rate * first / (second.sqrt() + 1e-8)

    def keep(self, going: Tensor) -> None:
        """Drop all others."""
        self.w = self.w[going]
        self._first, self._second = self._first[going], self._second[going]


def _to_w(images: Pixels) -> Tensor:
    """Compute the w of images."""
    return torch.atanh(_SQUEEZE * (2 * images - 1))


def _from_w(w: Tensor, images: Pixels) -> tuple[Pixels, Tensor, Pixels]:
    """Compute the images x' of w, the derivative dx'/dw, and the perturbation x' − x."""
    squashed = torch.tanh(w)
    perturbed = ((squashed / _SQUEEZE + 1) / 2).clamp(0, 1)
    return perturbed, (1 - squashed.square()) / (2 * _SQUEEZE), perturbed - images
