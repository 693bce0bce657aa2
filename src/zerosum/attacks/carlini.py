"""Carlini and Wagner's attack: the smallest Euclidean perturbation by direct optimisation."""

from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor

from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import L2, Norm
from zerosum.errors import ConfigError
from zerosum.types import ClassLogits, PerSample, Pixels

__all__ = ["CarliniWagner"]

_SQUEEZE = 0.999
"""Black and white are tanh(±3.8) rather than ±1, which no w reaches and where nothing moves."""

_LOOKS = 10
_STALLED = 0.9999
_LARGEST = 1e10


@dataclass(frozen=True, kw_only=True)
class CarliniWagner:
    """Pay for the size of the perturbation and for every logit that is missing to success.

    minimise ‖x' − x‖₂² + c max(κ − margin(x'), 0)   over w, with   x' = ½ (tanh(w)/s + 1)

    by Adam, where the margin is that of the goal and s = 0.999 keeps black and white within reach
    of w (what is beyond [0, 1] is cut, and the slope passes as if it were not). c is searched for
    each picture by itself: ten times as large while it fails, then halving the interval. Of all
    places passed that succeed, the nearest is kept.

    Attributes:
        norm: Euclidean; there is no other form of this attack.
        steps: Of Adam, for one c.
        rate: Adam's learning rate, in units of w.
        searches: How many values of c are tried.
        first: The first c.
        confidence: κ, the margin that counts as success while searching.
        patience: Leave a picture alone when a tenth of the steps has not lowered its cost by
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
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Search c, descend for each; pictures that never succeed come back as they were."""
        nearest = _Nearest(images)
        low = images.new_zeros(len(images))
        high = images.new_full((len(images),), _LARGEST)
        price = images.new_full((len(images),), self.first)
        for _ in range(self.searches):
            succeeded = self._descend(classifier, images, goal, price, nearest)
            high = torch.where(succeeded, torch.minimum(high, price), high)
            low = torch.where(succeeded, low, torch.maximum(low, price))
            price = torch.where(high < _LARGEST, (low + high) / 2, price * 10)
        return nearest.images

    def _descend(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        price: PerSample,
        nearest: "_Nearest",
    ) -> Tensor:
        """Adam from the pictures themselves; which of them ever succeeded with this c."""
        succeeded = torch.zeros(len(images), dtype=torch.bool, device=images.device)
        left = torch.arange(len(images), device=images.device)
        walk = _Adam(_arc(images), rate=self.rate)
        before = images.new_full((len(images),), torch.inf)
        every = max(1, self.steps // _LOOKS)
        for number in range(self.steps):
            here, slope, change = _show(walk.place, images[left])
            wanted, priced = goal.of(left), price[left]
            gradient, logits = classifier.slope(here, partial(self._gain, wanted, priced))
            missing = self._missing(wanted, logits)
            square = change.square().sum(dim=(1, 2, 3))
            done = missing <= 0 if self.confidence else wanted.fooled(logits)
            succeeded[left] |= done
            nearest.offer(left, here, square, done)
            walk.step((2 * change - gradient) * slope)
            if self.patience and number % every == 0:
                cost = square + priced * missing
                going = cost <= _STALLED * before[left]
                before[left] = cost
                left = left[going]
                if not len(left):
                    break
                walk.keep(going)
        return succeeded

    def _gain(self, goal: Goal, price: PerSample, logits: ClassLogits) -> PerSample:
        return -price * self._missing(goal, logits)

    def _missing(self, goal: Goal, logits: ClassLogits) -> PerSample:
        return (self.confidence - goal.margin(logits)).clamp_min(0)


class _Nearest:
    """For each picture the nearest success so far; itself before there is any."""

    def __init__(self, images: Pixels) -> None:
        self.images = images.clone()
        self._squares = images.new_full((len(images),), torch.inf)

    def offer(self, indices: Tensor, images: Pixels, squares: PerSample, done: Tensor) -> None:
        """Take the successes that are nearer than what was known."""
        nearer = done & (squares < self._squares[indices])
        self.images[indices[nearer]] = images[nearer]
        self._squares[indices[nearer]] = squares[nearer]


class _Adam:
    """Adam for each picture by itself, so that pictures can leave.

    Paper:
        Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
    """

    def __init__(self, place: Tensor, *, rate: float) -> None:
        self.place = place
        self._rate = rate
        self._first, self._second = torch.zeros_like(place), torch.zeros_like(place)
        self._steps = 0

    def step(self, gradient: Tensor) -> None:
        """Move against the gradient."""
        self._steps += 1
        self._first = torch.lerp(gradient, self._first, 0.9)
        self._second = torch.lerp(gradient.square(), self._second, 0.999)
        first = self._first / (1 - 0.9**self._steps)
        second = self._second / (1 - 0.999**self._steps)
        self.place = self.place - self._rate * first / (second.sqrt() + 1e-8)

    def keep(self, going: Tensor) -> None:
        """Forget all others."""
        self.place = self.place[going]
        self._first, self._second = self._first[going], self._second[going]


def _arc(images: Pixels) -> Tensor:
    """The w of pictures."""
    return torch.atanh(_SQUEEZE * (2 * images - 1))


def _show(arc: Tensor, images: Pixels) -> tuple[Pixels, Tensor, Pixels]:
    """The pictures of w, the slope dx'/dw, and how far they are from the given ones."""
    bent = torch.tanh(arc)
    shown = ((bent / _SQUEEZE + 1) / 2).clamp(0, 1)
    return shown, (1 - bent.square()) / (2 * _SQUEEZE), shown - images
