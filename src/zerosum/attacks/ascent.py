"""Attacks that climb the slope: FGSM, BIM, PGD and momentum are one loop with other settings."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from zerosum.attacks.chance import Chance
from zerosum.attacks.classifier import Classifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.errors import ConfigError
from zerosum.types import Pixels

__all__ = ["Ascent", "bim", "fgsm", "momentum", "pgd"]

_TINY = 1e-30


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """Steps up the slope of the log-odds of success, each followed by a return to the ball.

    v ← μ v + g / ‖g‖₁,   x' ← [ x + Π( x' + s ε · steepest(v) − x ) ] cut to [0, 1]

    with the gradient g at x', the projection Π onto the ball ‖δ‖ ≤ ε, and the steepest step of the
    norm: sign(v), or v / ‖v‖₂. Without momentum (μ = 0) the factor 1/‖g‖₁ does not matter. All the
    steps climb `Goal.odds`, whose slope points where that of the cross-entropy does but does not
    vanish. A picture is left where its climb ends; of several climbs, at the greatest margin.

    Attributes:
        norm: Of the ball and of the steps.
        steps: Their number.
        step: s, the length of one as a share of ε.
        decay: μ, what stays of the direction of earlier steps.
        restarts: How often to begin, each time at another place of the ball chosen by chance; only
            pictures that have not been successful are begun again. 0: begin once, at x itself.
        stop: Leave pictures alone as soon as they succeed: no less success with less work, but
            with less confidence, and less of it carries over to other classifiers.

    Raises:
        ConfigError: If a setting is out of range.

    Paper:
        Madry et al. 2018, section 2.1, https://arxiv.org/abs/1706.06083; see also `fgsm`, `bim`
        and `momentum`.

    Example:
        >>> from zerosum.attacks import LInf
        >>> Ascent(norm=LInf(), steps=40, step=1 / 16, restarts=1) == pgd(LInf())
        True
    """

    norm: Norm
    steps: int
    step: float
    decay: float = 0.0
    restarts: int = 0
    stop: bool = False
    minimal: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if self.steps < 1 or self.step <= 0 or self.decay < 0 or self.restarts < 0:
            raise ConfigError(
                "expected steps ≥ 1, step > 0, decay ≥ 0 and restarts ≥ 0, got "
                f"{self.steps}, {self.step}, {self.decay} and {self.restarts}."
            )

    def perturb(
        self,
        classifier: Classifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        chance: Chance,
    ) -> Pixels:
        """Climb once from the pictures, or from several places around them."""
        if self.restarts <= 1:
            start = self._start(images, epsilon, chance)
            return self._climb(classifier, images, start, goal, epsilon)
        best, margins = images.clone(), images.new_full((len(images),), -torch.inf)
        left = torch.arange(len(images), device=images.device)
        for _ in range(self.restarts):
            here, aim = images[left], goal.of(left)
            start = self._start(here, epsilon, chance.of(left))
            ends = self._climb(classifier, here, start, aim, epsilon)
            with torch.no_grad():
                reached = aim.margin(classifier(ends)).to(margins.dtype)
            better = reached > margins[left]
            best[left[better]], margins[left[better]] = ends[better], reached[better]
            left = left[margins[left] <= 0]
            if not len(left):
                break
        return best

    def _start(self, images: Pixels, epsilon: float, chance: Chance) -> Pixels:
        if not self.restarts:
            return images
        _, channels, height, width = images.shape
        away = self.norm.inside((channels, height, width), epsilon, chance)
        return into_range(images, away.to(images.dtype))

    def _climb(
        self,
        classifier: Classifier,
        images: Pixels,
        place: Pixels,
        goal: Goal,
        epsilon: float,
    ) -> Pixels:
        """The places in which climbs from the given ones end, near the pictures."""
        ends = torch.empty_like(images)
        going = torch.arange(len(images), device=images.device)
        velocity = torch.zeros_like(images)
        for _ in range(self.steps):
            slope, logits = classifier.slope(place, goal.odds)
            if self.stop and bool((fooled := goal.fooled(logits)).any()):
                ends[going[fooled]], on = place[fooled], ~fooled
                if not bool(on.any()):
                    return ends
                images, place, slope, velocity = images[on], place[on], slope[on], velocity[on]
                going, goal = going[on], goal.of(on)
            velocity = self._turn(velocity, slope)
            moved = place + self.step * epsilon * self.norm.steepest(velocity)
            place = into_range(images, self.norm.project(moved - images, epsilon))
        ends[going] = place
        return ends

    def _turn(self, velocity: Pixels, slope: Pixels) -> Pixels:
        if self.decay == 0:
            return slope
        length = slope.abs().sum(dim=(1, 2, 3), keepdim=True).clamp_min(_TINY)
        return self.decay * velocity + slope / length


def fgsm(norm: Norm) -> Ascent:
    """Fast gradient sign method: one step from the picture to the end of the ball.

    x' = x + ε sign(∇ₓ cost(x, y)): the best there is for a linear classifier, away from the ends
    of [0, 1].

    Paper:
        Goodfellow et al. 2015, section 4, https://arxiv.org/abs/1412.6572

    Example:
        >>> from zerosum.attacks import LInf
        >>> fgsm(LInf()).steps
        1
    """
    return Ascent(norm=norm, steps=1, step=1.0)


def bim(norm: Norm) -> Ascent:
    """Basic iterative method: ten steps from the picture itself, each a fifth of ε.

    Paper:
        Kurakin et al. 2017, section 2.2, https://arxiv.org/abs/1607.02533

    Example:
        >>> from zerosum.attacks import LInf
        >>> bim(LInf()).restarts
        0
    """
    return Ascent(norm=norm, steps=10, step=0.2)


def pgd(norm: Norm) -> Ascent:
    """Projected gradient descent: forty steps from a place in the ball chosen by chance.

    Each is 2.5 ε / 40 long, so that every place in the ball can be reached from every other.

    Paper:
        Madry et al. 2018, sections 2.1 and 5, https://arxiv.org/abs/1706.06083

    Example:
        >>> from zerosum.attacks import LInf
        >>> pgd(LInf()).restarts
        1
    """
    return Ascent(norm=norm, steps=40, step=2.5 / 40, restarts=1)


def momentum(norm: Norm) -> Ascent:
    """Momentum iterative method (MI-FGSM): ten steps that add up their slopes; μ = 1.

    What it finds carries over to other classifiers more often.

    Paper:
        Dong et al. 2018, algorithm 1, https://arxiv.org/abs/1710.06081

    Example:
        >>> from zerosum.attacks import LInf
        >>> momentum(LInf()).decay
        1.0
    """
    return Ascent(norm=norm, steps=10, step=0.1, decay=1.0)
