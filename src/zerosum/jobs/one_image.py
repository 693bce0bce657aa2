"""One image before a classifier: what it says, how the loss slopes there, and attacks on it."""

from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import softplus

from zerosum.attacks import (
    NORMS,
    Attack,
    AttackResult,
    Goal,
    Noise,
    Norm,
    attack_images,
    into_range,
)
from zerosum.data import StoreSettings
from zerosum.errors import ConfigError
from zerosum.families.victims import Victim
from zerosum.jobs.inputs import find_inputs, fit_input, require_inputs
from zerosum.types import Pixels

__all__ = ["AttackedImage", "OneImage", "class_names", "read_for", "signed_picture"]

_UNLIMITED = (224, 224)
"""The size that a classifier is shown which takes any."""
_TINY = 1e-12
_CORRECTIONS = 6
_NEAR = 0.99
"""Of its size, for noise; tried at most so often."""


def read_for(victim: Victim, path: str | Path, settings: StoreSettings | None = None) -> Pixels:
    """An image file as a classifier takes it, shape (1, c, h, w), in [0, 1].

    Args:
        victim: The classifier.
        path: The file.
        settings: How its images are brought to one shape; None: their middle is cut out.

    Raises:
        DataError: There is no such file, or it is no image.

    Example:
        >>> from zerosum.families.victims import load_victim
        >>> from zerosum.lessons.packaged import photograph
        >>> digits = load_victim("digits", device=torch.device("cpu"))
        >>> read_for(digits, photograph()).shape
        torch.Size([1, 1, 28, 28])
    """
    require_inputs([str(path)])
    if settings is None:
        settings = StoreSettings(size=victim.size or _UNLIMITED, channels=victim.channels or 3)
    (found,) = find_inputs([str(path)])
    return (fit_input(found, replace(settings, enlarge=True)) + 1) / 2


def class_names(victim: Victim, count: int) -> tuple[str, ...]:
    """What the classes are called, by label; those without a name by their numbers.

    Args:
        victim: The classifier.
        count: How many classes it knows.

    Example:
        >>> from zerosum.families.victims import load_victim
        >>> class_names(load_victim("digits", device=torch.device("cpu")), 11)[8:]
        ('8', '9', 'class 10')
    """
    known = (victim.classes or victim.titles)[:count]
    return (*known, *(f"class {label}" for label in range(len(known), count)))


@dataclass(frozen=True, kw_only=True)
class AttackedImage:
    """An attack on one image, and noise of the same size beside it.

    Attributes:
        clean: The image, shape (1, c, h, w), in [0, 1].
        attacked: What the attack made of it.
        noise: What random noise of the same size made of it.
        kept: Whether the attack still succeeds when the image is rounded to bytes, as in a file.
    """

    clean: Pixels
    attacked: AttackResult
    noise: AttackResult
    kept: bool

    @property
    def fooled(self) -> bool:
        """Whether the attack reached its goal."""
        return bool(self.attacked.fooled[0])

    def size(self, norm: str) -> float:
        """The size of the perturbation in a norm.

        Args:
            norm: ``linf`` or ``l2``.
        """
        return float(NORMS[norm].size(self.attacked.images - self.clean))

    @property
    def factor(self) -> float:
        """What makes the greatest change of a pixel half of the range; 1 where nothing changed."""
        largest = self.size("linf")
        return 0.5 / largest if largest > _TINY else 1.0

    def magnified(self, result: AttackResult) -> Pixels:
        """A perturbation on grey, both by the same factor, so that they can be compared.

        Args:
            result: That of the attack, or of the noise.
        """
        return (0.5 + self.factor * (result.images - self.clean)).clamp(0, 1)


class OneImage:
    """One image before a classifier.

    Args:
        victim: The classifier.
        pixels: The image as it takes it, shape (1, c, h, w), in [0, 1].

    Raises:
        ConfigError: The classifier fails on it, or gives no logits.

    Example:
        >>> from zerosum.attacks import LInf, fgsm
        >>> from zerosum.families.victims import load_victim
        >>> from zerosum.lessons.packaged import picture_for
        >>> digits = load_victim("digits", device=torch.device("cpu"))
        >>> image = OneImage(digits, picture_for(digits, None, number=0))
        >>> attacked = image.attack(fgsm(LInf()), epsilon=0.25)
        >>> attacked.fooled, round(attacked.size("linf"), 3), round(attacked.factor, 3)
        (True, 0.25, 2.0)
    """

    def __init__(self, victim: Victim, pixels: Pixels) -> None:
        self.victim, self.pixels = victim, pixels
        with victim.classifier.frozen(), torch.no_grad():
            victim.classifier.classes(pixels)
            self.logits = victim.classifier(pixels)
        self._free: dict[tuple[Attack, int | None, int], AttackResult] = {}

    @property
    def label(self) -> int:
        """The class that the classifier names."""
        return int(self.logits.argmax())

    @property
    def names(self) -> tuple[str, ...]:
        """What the classes are called, by label."""
        return class_names(self.victim, self.logits.shape[1])

    def loss_gradient(self, label: int | None = None) -> Pixels:
        """The gradient of the loss with respect to the pixels, ∂L/∂X with L = −log p(class).

        Along it the class becomes less probable, against it more.

        Args:
            label: The class; None for that which the classifier names.

        Raises:
            ConfigError: There is no such class, or no gradient passes through the network.
        """
        goal = self._against(label)
        with self.victim.classifier.frozen():
            gradient, logits = self.victim.classifier.gradient(self.pixels, goal.odds)
        # L = softplus(odds). By the chain rule, since p − 1 is rounded to 0 where it is sure.
        return goal.odds(logits).sigmoid().view(-1, 1, 1, 1) * gradient

    def loss(self, label: int | None = None) -> float:
        """The loss L = −log p(class) of the image.

        Args:
            label: The class; None for that which the classifier names.

        Raises:
            ConfigError: There is no such class.
        """
        return float(softplus(self._against(label).odds(self.logits)))

    def _against(self, label: int | None) -> Goal:
        return Goal(labels=self._labels(self.label if label is None else self._known(label)))

    def attack(
        self, attack: Attack, *, epsilon: float, target: int | None = None, seed: int = 0
    ) -> AttackedImage:
        """Attack the image, away from what the classifier says of it or towards a class.

        An attack that looks for the smallest perturbation is run once without a bound and then
        cut to ε, so that another ε costs nothing.

        Args:
            attack: The attack.
            epsilon: The greatest size, in the attack's norm and in units of [0, 1].
            target: The class that is to be named; None: any other one.
            seed: Determines the random numbers of the attack and of the noise.

        Raises:
            ConfigError: There is no such class, it is named already, or ε is out of range.
        """
        if target is not None and self._known(target) == self.label:
            raise ConfigError(
                f"the classifier takes the picture for {self.names[target]} already; choose "
                "another target."
            )
        attacked = self._attacked(attack, epsilon, target, seed)
        return AttackedImage(
            clean=self.pixels,
            attacked=attacked,
            noise=self._noise(attack.norm, float(attacked.sizes), target, seed),
            kept=self._keeps(attacked, target),
        )

    def _attacked(
        self, attack: Attack, epsilon: float, target: int | None, seed: int
    ) -> AttackResult:
        if not attack.minimal:
            return self._run(attack, epsilon, target, seed)
        known = (attack, target, seed)
        if known not in self._free:
            self._free[known] = self._run(attack, inf, target, seed)
        free = self._free[known]
        if float(free.sizes) <= epsilon:
            return free
        delta = attack.norm.project(free.images - self.pixels, epsilon)
        images = into_range(self.pixels, delta)
        logits = self._ask(images)
        fooled = self._reached(logits, target)
        sizes = attack.norm.size(images - self.pixels)
        return AttackResult(images=images, logits=logits, fooled=fooled, sizes=sizes)

    def _noise(self, norm: Norm, size: float, target: int | None, seed: int) -> AttackResult:
        """Noise of this size, or as near to it as fits between black and white."""
        largest = float(norm.size(torch.ones_like(self.pixels)))
        drawn = size
        for _ in range(_CORRECTIONS):
            noise = self._run(Noise(norm=norm), drawn, target, seed)
            left = float(noise.sizes)
            if left >= size * _NEAR or drawn >= largest:
                break
            # What is cut at black and white makes it shorter than it was drawn.
            drawn = min(drawn * size / max(left, _TINY), largest)
        return noise

    def _run(self, attack: Attack, epsilon: float, target: int | None, seed: int) -> AttackResult:
        return attack_images(
            attack,
            self.victim.classifier,
            self.pixels,
            self._labels(self.label if target is None else target),
            epsilon=epsilon,
            targeted=target is not None,
            seed=seed,
        )

    def _keeps(self, attacked: AttackResult, target: int | None) -> bool:
        rounded = (attacked.images * 255).round() / 255
        return bool(self._reached(self._ask(rounded), target)[0])

    def _reached(self, logits: Tensor, target: int | None) -> Tensor:
        said = logits.argmax(dim=1)
        return said != self.label if target is None else said == target

    def _ask(self, images: Pixels) -> Tensor:
        with self.victim.classifier.frozen(), torch.no_grad():
            return self.victim.classifier(images)

    def _labels(self, label: int) -> Tensor:
        return torch.tensor([label], device=self.pixels.device)

    def _known(self, label: int) -> int:
        count = self.logits.shape[1]
        if not 0 <= label < count:
            raise ConfigError(f"the classes are numbered from 0 to {count - 1}, got {label}.")
        return label


def signed_picture(values: Tensor) -> Pixels:
    """Numbers of either sign as a picture: grey is 0, white the greatest, black as much below 0.

    Args:
        values: Shape (n, c, h, w).

    Example:
        >>> signed_picture(torch.tensor([[[[-2.0, 0.0, 1.0]]]]))
        tensor([[[[0.0000, 0.5000, 0.7500]]]])
    """
    largest = values.abs().amax(dim=(1, 2, 3), keepdim=True).clamp_min(1e-30)
    return 0.5 + 0.5 * values / largest
