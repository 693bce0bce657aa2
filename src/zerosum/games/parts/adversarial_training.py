"""Adversarial training: a classifier learns from images that were changed to mislead it."""

from dataclasses import dataclass

import torch
from torch import nn

from zerosum.attacks import Ascent, Goal, LInf, PixelClassifier
from zerosum.attacks.streams import RandomStreams
from zerosum.games.base import Round
from zerosum.games.classification_settings import AdversarialTrainingConfig
from zerosum.randomness import derive_seed
from zerosum.types import Images, Labels

__all__ = ["AdversarialTraining"]

_ONE_STEP = 1.25  # ε, the step of the fast form.
_ALL_STEPS = 2.5  # ε, the sum of all steps: from any start they reach any place in the ball.


@dataclass(frozen=True)
class AdversarialTraining:
    """Attacks some images of each batch before the classifier learns from them.

    min over f of E[ max over ‖δ‖∞ ≤ ε of cost(f(x + δ), y) ]

    `Ascent` approximates the inner maximum from a random start in the ball, against the current
    network in evaluation mode: batch statistics and dropout take no part in it. The attack
    changes neither weights nor their gradients. Pixels beyond [-1, 1], which augmentation may
    make, are clamped first, since the attack is defined on valid images.

    The first images of each batch are attacked; the others stay clean.

    Attributes:
        settings: ε, the number of steps, and the share of images that are attacked.

    Paper:
        Madry et al. 2018, section 2.1, https://arxiv.org/abs/1706.06083

    Example:
        >>> from zerosum.config import AdversarialTrainingConfig
        >>> from zerosum.randomness import Randomness
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> grey, labels = torch.zeros(3, 1, 2, 2), torch.tensor([0, 1, 1])
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> training = AdversarialTraining(AdversarialTrainingConfig(epsilon=0.1))
        >>> attacked = training(network, grey, labels, now)
        >>> round(float((attacked - grey).abs().max()), 4)  # In [-1, 1], so twice as much.
        0.2
    """

    settings: AdversarialTrainingConfig

    @property
    def attack(self) -> Ascent:
        """The attack with the configured number of steps.

        One step is the fast form: from a random start in the ball, 1.25 ε along the sign of the
        gradient, projected back into the ball. Without the random start a classifier learns to
        mask its gradients from the single step. More steps are Madry's, each of 2.5 ε / steps, so
        that every place in the ball can be reached.

        Paper:
            One step: Wong et al. 2020, section 4.1, https://arxiv.org/abs/2001.03994; more: Madry
            et al. 2018, section 5, with 7 steps for CIFAR-10 and 40 for MNIST

        Example:
            >>> from zerosum.config import AdversarialTrainingConfig
            >>> fast, slow = (AdversarialTrainingConfig(epsilon=0.1, steps=n) for n in (1, 5))
            >>> AdversarialTraining(fast).attack.step, AdversarialTraining(slow).attack.step
            (1.25, 0.5)
        """
        steps = self.settings.steps
        step = _ONE_STEP if steps == 1 else _ALL_STEPS / steps
        return Ascent(norm=LInf(), steps=steps, step=step, restarts=1)

    def __call__(self, network: nn.Module, images: Images, labels: Labels, now: Round) -> Images:
        """Return the images to learn from, in [-1, 1], some of them attacked.

        Args:
            network: The classifier, which is not changed.
            images: The images, in [-1, 1] but for augmentation.
            labels: Their true classes.
            now: The round, from which the random numbers follow.
        """
        count, epsilon = round(self.settings.share * len(images)), self.settings.epsilon
        if not count:
            return images
        classifier = PixelClassifier(network=network, bounds=(-1.0, 1.0))
        first = now.random.rank * len(images)
        random = RandomStreams(
            # Under another name of the stream, earlier runs would not resume exactly.
            seed=derive_seed(now.random.seed, "hardening", now.images_seen),
            indices=range(first, first + count),
            device=images.device,
        )
        clean = ((images[:count] + 1) / 2).clamp(0, 1)
        with classifier.frozen():
            attacked = self.attack.perturb(
                classifier, clean, Goal(labels=labels[:count]), epsilon=epsilon, random=random
            )
        return torch.cat([attacked.detach() * 2 - 1, images[count:]])
