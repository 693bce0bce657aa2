"""Attacks by gradient ascent: FGSM, BIM, PGD and MI-FGSM are one loop with other settings."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from zerosum.attacks.classifier import PixelClassifier
from zerosum.attacks.goals import Goal
from zerosum.attacks.norms import Norm, into_range
from zerosum.attacks.streams import RandomStreams
from zerosum.errors import ConfigError
from zerosum.types import Pixels

__all__ = ["Ascent", "bim", "fgsm", "momentum", "pgd"]

_TINY = 1e-30


@dataclass(frozen=True, kw_only=True)
class Ascent:
    """Gradient ascent on the log-odds of success; each step is projected back onto the ball.

    v ← μ v + g / ‖g‖₁,   x' ← [ x + Π( x' + s ε · steepest(v) − x ) ] cut to [0, 1]

    with the gradient g at x', the projection Π onto the ball ‖δ‖ ≤ ε, and the steepest step of the
    norm: sign(v), or v / ‖v‖₂. Without momentum (μ = 0) the factor 1/‖g‖₁ does not matter. The
    steps increase `Goal.odds`, whose gradient has the direction of the cross-entropy's but does
    not vanish. The result is the last point; of several restarts, that of the greatest margin.

    Attributes:
        norm: Of the ball and of the steps.
        steps: Their number.
        step: s, the length of a step as a share of ε.
        decay: μ, the momentum.
        restarts: Number of starts, each at a random point of the ball; only images without
            success so far are started again. 0: one start, at x itself.
        stop: Whether an image is left as soon as it succeeds. Success is the same with less work,
            but confidence is lower, and fewer results transfer to other classifiers.

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
        classifier: PixelClassifier,
        images: Pixels,
        goal: Goal,
        *,
        epsilon: float,
        random: RandomStreams,
    ) -> Pixels:
        """Ascend once from the images, or from several random points around them."""
        if self.restarts <= 1:
            start = self._start(images, epsilon, random)
            return self._ascend(classifier, images, start, goal, epsilon)
        best, margins = images.clone(), images.new_full((len(images),), -torch.inf)
        # Only images without success go on: their random streams do not depend on the others.
        left = torch.arange(len(images), device=images.device)
        for _ in range(self.restarts):
            clean, aim = images[left], goal.of(left)
            start = self._start(clean, epsilon, random.of(left))
            results = self._ascend(classifier, clean, start, aim, epsilon)
            with torch.no_grad():
                margin = aim.margin(classifier(results)).to(margins.dtype)
            better = margin > margins[left]
            best[left[better]], margins[left[better]] = results[better], margin[better]
            left = left[margins[left] <= 0]
            if not len(left):
                break
        return best

    def _start(self, images: Pixels, epsilon: float, random: RandomStreams) -> Pixels:
        if not self.restarts:
            return images
        _, channels, height, width = images.shape
        offset = self.norm.inside((channels, height, width), epsilon, random)
        return into_range(images, offset.to(images.dtype))

    def _ascend(
        self,
        classifier: PixelClassifier,
        images: Pixels,
        point: Pixels,
        goal: Goal,
        epsilon: float,
    ) -> Pixels:
        """Ascend from the points, within the balls around the images."""
        results = torch.empty_like(images)
        going = torch.arange(len(images), device=images.device)
        velocity = torch.zeros_like(images)
        for _ in range(self.steps):
            gradient, logits = classifier.gradient(point, goal.odds)
            if self.stop and bool((fooled := goal.fooled(logits)).any()):
                results[going[fooled]], on = point[fooled], ~fooled
                if not bool(on.any()):
                    return results
                images, point, gradient = images[on], point[on], gradient[on]
                velocity, going, goal = velocity[on], going[on], goal.of(on)
            velocity = self._accumulate(velocity, gradient)
            moved = point + self.step * epsilon * self.norm.steepest(velocity)
            # The ball first, then [0, 1]: clamping brings pixels nearer to x, so both hold.
            point = into_range(images, self.norm.project(moved - images, epsilon))
        results[going] = point
        return results

    def _accumulate(self, velocity: Pixels, gradient: Pixels) -> Pixels:
        if self.decay == 0:
            return gradient
        length = gradient.abs().sum(dim=(1, 2, 3), keepdim=True).clamp_min(_TINY)
        return self.decay * velocity + gradient / length


def fgsm(norm: Norm) -> Ascent:
    """Fast gradient sign method: one step from the image to the surface of the ball.

    x' = x + ε sign(∇ₓ cost(x, y)), which is optimal for a linear classifier, away from the ends
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
    """Basic iterative method: ten steps from the image itself, each a fifth of ε.

    Paper:
        Kurakin et al. 2017, section 2.2, https://arxiv.org/abs/1607.02533

    Example:
        >>> from zerosum.attacks import LInf
        >>> bim(LInf()).restarts
        0
    """
    return Ascent(norm=norm, steps=10, step=0.2)


def pgd(norm: Norm) -> Ascent:
    """Projected gradient descent: forty steps from a random point of the ball.

    Each is 2.5 ε / 40 long, so that every point of the ball can be reached from every other.

    Paper:
        Madry et al. 2018, sections 2.1 and 5, https://arxiv.org/abs/1706.06083

    Example:
        >>> from zerosum.attacks import LInf
        >>> pgd(LInf()).restarts
        1
    """
    return Ascent(norm=norm, steps=40, step=2.5 / 40, restarts=1)


def momentum(norm: Norm) -> Ascent:
    """Momentum iterative method (MI-FGSM): ten steps along accumulated gradients; μ = 1.

    Its results transfer to other classifiers more often.

    Paper:
        Dong et al. 2018, algorithm 1, https://arxiv.org/abs/1710.06081

    Example:
        >>> from zerosum.attacks import LInf
        >>> momentum(LInf()).decay
        1.0
    """
    return Ascent(norm=norm, steps=10, step=0.1, decay=1.0)
