"""How strongly to augment: as much as keeps the discriminator from learning pictures by heart."""

import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum import augment
from zerosum.games.base import Round
from zerosum.games.parts.schedules import STEADY, Schedule
from zerosum.games.parts.settings import AdaptiveAugmentationConfig
from zerosum.objectives.losses import Objective
from zerosum.types import Images, Logits, Scalar

__all__ = ["AdaptiveAugmentation", "overfitting"]


class AdaptiveAugmentation:
    """ADA: every kind of change comes with a probability p, which follows the overfitting r.

    After every ``every`` rounds of B pictures, with r̄ the mean of `overfitting` over them,

        p ← p + sign(r̄ − target) · B · every / images,      held within [0, 1].

    Args:
        settings: How p begins and how fast it follows; with 0 images it stays what it is.
        factor: On p, as a function of the images seen.

    Attributes:
        probability: p.

    Paper:
        Karras et al. 2020 (ADA), section 3, https://arxiv.org/abs/2006.06676, with a target of
        0.6, 500,000 images and 4 rounds

    Example:
        >>> from zerosum.config import AdaptiveAugmentationConfig
        >>> from zerosum.randomness import Randomness
        >>> ada = AdaptiveAugmentation(AdaptiveAugmentationConfig(images=1000, every=1))
        >>> now = Round(number=0, images=0, random=Randomness(seed=0))
        >>> ada.follow(torch.tensor(0.9), 50, now)
        >>> ada.probability
        0.05
    """

    def __init__(self, settings: AdaptiveAugmentationConfig, *, factor: Schedule = STEADY) -> None:
        self.settings = settings
        self.probability = settings.probability
        self.factor = factor
        # The overfitting since the last adjustment: its sum, and what nobody has looked at.
        self._sum = 0.0
        self._unseen: list[Tensor] = []

    def chance_at(self, now: Round) -> float:
        """The probability with which each kind of change comes in a round."""
        return self.probability * self.factor.at(now.images)

    def view(self, images: Images, now: Round) -> Images:
        """The pictures, changed by chance."""
        return augment.augment_by_chance(images, self.chance_at(now), now.random)

    def follow(self, found: Scalar, pictures: int, now: Round) -> None:
        """Take note of a round's overfitting, and adjust p when it is time.

        Args:
            found: The overfitting that this process has seen.
            pictures: How many real pictures this process has seen.
            now: The round, which knows what the other processes have seen.
        """
        images, every = self.settings.images, self.settings.every
        if images == 0:
            return
        everybody = now.gather(found.detach().view(1))
        self._unseen.append(everybody.mean())
        if (now.number + 1) % every:
            return
        excess = self._seen() / every - self.settings.target
        step = pictures * len(everybody) * every / images
        direction = (excess > 0) - (excess < 0)
        self.probability = min(1.0, max(0.0, self.probability + direction * step))
        self._sum = 0.0

    def _seen(self) -> float:
        """The sum, for which the device is asked once, and not in every round."""
        if self._unseen:
            for value in torch.stack(self._unseen).tolist():
                self._sum += value
            self._unseen = []
        return self._sum

    @property
    def state(self) -> Float64[Tensor, " 2"]:
        """What is remembered: p, and the sum of the overfitting since the last adjustment."""
        return torch.tensor([self.probability, self._seen()], dtype=torch.float64)

    @state.setter
    def state(self, saved: Float64[Tensor, " 2"]) -> None:
        self.probability, self._sum = saved.tolist()
        self._unseen = []


def overfitting(objective: Objective, real: Logits, fake: Logits) -> Scalar:
    """How sure D is of the real pictures: r = E[sign(D(x))], from −1 to 1.

    It is 0 where D is undecided, and 1 where it takes every picture of the training set for real.
    The logit that means "undecided" is the objective's: 0, or ½ for least squares.

    Where only differences of logits count (Wasserstein, relativistic) a sign means nothing, since
    any number may be added to all logits. There D's decision is about pairs, which is the real
    one, and so is r = E[sign(D(x) − D(G(z)))]: still 0 where D cannot tell, and 1 where it always
    can. Pairs are easier: were the logits ±m + N(0, s²), an r of 0.6 by signs would be 0.77 by
    pairs.

    Paper:
        Karras et al. 2020 (ADA), equation 1, https://arxiv.org/abs/2006.06676

    Example:
        >>> from zerosum.objectives import make_objective
        >>> real, fake = torch.tensor([3.0, 2.0, 1.0, -1.0]), torch.zeros(4)
        >>> overfitting(make_objective("non-saturating"), real, fake)
        tensor(0.5000)
        >>> overfitting(make_objective("wasserstein"), real + 9, fake + 9)
        tensor(0.5000)
    """
    bar = fake if objective.is_relative else objective.undecided
    return (real - bar).detach().sign().mean()
