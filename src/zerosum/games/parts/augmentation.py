"""What every image passes through on its way to the discriminator: ADA, DiffAugment, noise."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor

from zerosum import augment
from zerosum.augment import diffaugment
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.base import Round
from zerosum.games.parts.schedules import STEADY, Schedule
from zerosum.games.parts.settings import AdaptiveAugmentationConfig, InstanceNoiseConfig
from zerosum.objectives.losses import Objective
from zerosum.types import Images, Logits, Scalar

__all__ = ["AdaptiveAugmentation", "AugmentationPipeline", "InstanceNoise", "overfitting"]


class AugmentationPipeline:
    """All that is done to real and generated images alike: ADA, then DiffAugment, then noise.

    Args:
        settings: Which of the three, and how strong.

    Example:
        >>> from zerosum.config import InstanceNoiseConfig, MlpDiscriminatorConfig
        >>> from zerosum.config import MlpGeneratorConfig
        >>> from zerosum.randomness import Randomness
        >>> settings = AdversarialConfig(
        ...     generator=MlpGeneratorConfig(),
        ...     discriminator=MlpDiscriminatorConfig(),
        ...     augmentation=("colour",),
        ...     instance_noise=InstanceNoiseConfig(deviation=0.1),
        ... )
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> AugmentationPipeline(settings).augment(torch.zeros(4, 3, 8, 8), now).shape
        torch.Size([4, 3, 8, 8])
    """

    def __init__(self, settings: AdversarialConfig) -> None:
        burn_in = settings.burn_in
        self.adaptive = AdaptiveAugmentation(
            settings.adaptive_augmentation, factor=burn_in.schedule(burn_in.augmentation)
        )
        self.policy = settings.augmentation
        self.noise = InstanceNoise(settings.instance_noise)

    def augment(self, images: Images, now: Round) -> Images:
        """The images as D is given them; gradients go through."""
        images = self.adaptive.augment(images, now)
        images = diffaugment.augment(images, self.policy, now.random)
        return self.noise.add(images, now)

    def scores(
        self, objective: Objective, real: Logits, fake: Logits, now: Round
    ) -> dict[str, Scalar]:
        """With ADA: the overfitting by these logits of D, and the probability in this round."""
        if not self.adaptive.settings.is_enabled:
            return {}
        measured = overfitting(objective, real, fake)
        probability = torch.full_like(measured, self.adaptive.probability_at(now))
        return {"overfitting": measured, "augmentation": probability}

    def follow(self, scores: Mapping[str, Tensor], images_seen: int, now: Round) -> None:
        """With ADA: end a round, in which D had these scores of so many real images."""
        if self.adaptive.settings.is_enabled:
            self.adaptive.follow(scores["overfitting"], images_seen, now)

    def state_dict(self) -> dict[str, Tensor]:
        """The state of ADA, if it is on."""
        return {"adaptive": self.adaptive.state} if self.adaptive.settings.is_enabled else {}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Load what `state_dict` returned; the rest of the state belongs to others."""
        if self.adaptive.settings.is_enabled:
            self.adaptive.state = state["adaptive"]


class AdaptiveAugmentation:
    """ADA: every kind of change has a probability p, which is adapted to the overfitting r.

    After every ``every`` rounds of B images, with r̄ the mean of `overfitting` over them,

        p ← p + sign(r̄ − target) · B · every / images,      held within [0, 1].

    Args:
        settings: The first p and how fast it changes; with 0 images it is constant.
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
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> ada.follow(torch.tensor(0.9), 50, now)
        >>> ada.probability
        0.05
    """

    def __init__(self, settings: AdaptiveAugmentationConfig, *, factor: Schedule = STEADY) -> None:
        self.settings = settings
        self.probability = settings.probability
        self.factor = factor
        # The overfitting since the last adjustment: its sum, and values that are still on the
        # device, which would have to be waited for.
        self._sum = 0.0
        self._pending: list[Tensor] = []

    def probability_at(self, now: Round) -> float:
        """The probability of each kind of change in a round."""
        return self.probability * self.factor.at(now.images_seen)

    def augment(self, images: Images, now: Round) -> Images:
        """The images, each kind of change applied to some of them."""
        probability = self.probability_at(now)
        # Through the package, so that a game without ADA does not import it.
        return (
            augment.augment_with_probability(images, probability, now.random)
            if probability
            else images
        )

    def follow(self, measured: Scalar, images_seen: int, now: Round) -> None:
        """Take note of a round's overfitting, and adjust p when it is time.

        Args:
            measured: The overfitting of this process's images.
            images_seen: How many real images this process had in the round.
            now: The round, which gathers the overfitting of all processes.
        """
        every = self.settings.every
        if self.settings.images == 0:
            return
        of_processes = now.gather(measured.detach().view(1))
        self._pending.append(of_processes.mean())
        if (now.number + 1) % every:
            return
        excess = self._fetched_sum() / every - self.settings.target
        step = images_seen * len(of_processes) * every / self.settings.images
        direction = (excess > 0) - (excess < 0)
        self.probability = min(1.0, max(0.0, self.probability + direction * step))
        self._sum = 0.0

    def _fetched_sum(self) -> float:
        """The sum with all pending values, which are fetched from the device in one transfer."""
        if self._pending:
            for value in torch.stack(self._pending).tolist():
                self._sum += value
            self._pending = []
        return self._sum

    @property
    def state(self) -> Float64[Tensor, " 2"]:
        """The state: p, and the sum of the overfitting since the last adjustment."""
        return torch.tensor([self.probability, self._fetched_sum()], dtype=torch.float64)

    @state.setter
    def state(self, saved: Float64[Tensor, " 2"]) -> None:
        self.probability, self._sum = saved.tolist()
        self._pending = []


@dataclass(frozen=True)
class InstanceNoise:
    """Gaussian noise on all that the discriminator is given, fading out linearly.

    Sønderby et al. 2017, section 2.3 (https://arxiv.org/abs/1610.04490).

    Attributes:
        settings: How strong it is at the start, and when it has faded to nothing.

    Example:
        >>> from zerosum.config import InstanceNoiseConfig
        >>> noise = InstanceNoise(InstanceNoiseConfig(deviation=0.5, until=1000))
        >>> [noise.at(images_seen) for images_seen in (0, 500, 1000, 2000)]
        [0.5, 0.25, 0.0, 0.0]
    """

    settings: InstanceNoiseConfig

    def at(self, images_seen: int) -> float:
        """The standard deviation after that many images."""
        return self.settings.deviation * max(0.0, 1.0 - images_seen / self.settings.until)

    def add(self, images: Images, now: Round) -> Images:
        """The images with noise of their own; without noise nothing is drawn."""
        deviation = self.at(now.images_seen)
        return images + deviation * now.random.normal(*images.shape) if deviation else images


def overfitting(objective: Objective, real: Logits, fake: Logits) -> Scalar:
    """The overfitting of D: r = E[sign(D(x))] over real images, from −1 to 1.

    It is 0 if D is undecided, and 1 if it classifies every image of the training set as real. The
    logit of an undecided D depends on the objective: 0, or ½ for least squares.

    Where only differences of logits count (Wasserstein, relativistic) a sign means nothing, since
    any number may be added to all logits. There D decides which image of a pair is the real one,
    and r = E[sign(D(x) − D(G(z)))]: still 0 if D is undecided, and 1 if it is always right. Pairs
    are easier: if the logits are ±m + N(0, s²), an r of 0.6 by signs is 0.77 by pairs.

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
    threshold = fake if objective.is_relative else objective.undecided
    return (real - threshold).detach().sign().mean()
