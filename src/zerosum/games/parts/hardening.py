"""Adversarial training: a classifier learns from pictures that were changed to mislead it."""

from dataclasses import dataclass

import torch
from torch import nn

from zerosum.attacks import Ascent, Goal, LInf, PixelClassifier
from zerosum.attacks.streams import RandomStreams
from zerosum.games.base import Round
from zerosum.games.classification_settings import AdversarialTrainingConfig
from zerosum.randomness import derive_seed
from zerosum.types import Images, Labels

__all__ = ["Hardening"]

_OVER = 1.25
_REACH = 2.5


@dataclass(frozen=True)
class Hardening:
    """Some pictures of each batch are attacked before they are learnt from.

    min over f of E[ max over ‖δ‖∞ ≤ ε of cost(f(x + δ), y) ]

    The inner maximum is looked for by `Ascent` from a place in the ball chosen by chance, against
    the network as it is now, in evaluation mode: its batch statistics and its dropout are no part
    of what is attacked. Only the pictures that come out of it are learnt from; neither weights nor
    their gradients notice the attack. Pixels beyond [-1, 1], which augmentation may make, are cut
    first, for that is what a picture can be.

    Of each batch the first pictures are attacked; the others stay clean.

    Attributes:
        settings: ε, how many steps are taken, and how many pictures are attacked.

    Paper:
        Madry et al. 2018, section 2.1, https://arxiv.org/abs/1706.06083

    Example:
        >>> from zerosum.config import AdversarialTrainingConfig
        >>> from zerosum.randomness import Randomness
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> grey, labels = torch.zeros(3, 1, 2, 2), torch.tensor([0, 1, 1])
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> hard = Hardening(AdversarialTrainingConfig(epsilon=0.1))(network, grey, labels, now)
        >>> round(float((hard - grey).abs().max()), 4)  # In [-1, 1], so twice as much.
        0.2
    """

    settings: AdversarialTrainingConfig

    @property
    def attack(self) -> Ascent:
        """An attack of so many steps.

        One step is the fast form: from a place in the ball chosen by chance, 1.25 ε up the sign of
        the slope and back into the ball; without that start a classifier learns to hide its slopes
        from the one step. More steps are Madry's: each 2.5 ε / steps, so that every place can be
        reached.

        Paper:
            One step: Wong et al. 2020, section 4.1, https://arxiv.org/abs/2001.03994; more: Madry
            et al. 2018, section 5, with 7 steps for CIFAR-10 and 40 for MNIST

        Example:
            >>> from zerosum.config import AdversarialTrainingConfig
            >>> fast, slow = (AdversarialTrainingConfig(epsilon=0.1, steps=n) for n in (1, 5))
            >>> Hardening(fast).attack.step, Hardening(slow).attack.step
            (1.25, 0.5)
        """
        steps = self.settings.steps
        step = _OVER if steps == 1 else _REACH / steps
        return Ascent(norm=LInf(), steps=steps, step=step, restarts=1)

    def __call__(self, network: nn.Module, images: Images, labels: Labels, now: Round) -> Images:
        """The pictures to learn from, in [-1, 1]: some of them attacked.

        Args:
            network: The classifier, which is left as it is.
            images: The pictures, in [-1, 1] but for augmentation.
            labels: Their right classes.
            now: From which chance follows.
        """
        count, epsilon = round(self.settings.share * len(images)), self.settings.epsilon
        if not count:
            return images
        classifier = PixelClassifier(network=network, bounds=(-1.0, 1.0))
        first = now.random.rank * len(images)
        random = RandomStreams(
            seed=derive_seed(now.random.seed, "hardening", now.images_seen),
            indices=range(first, first + count),
            device=images.device,
        )
        clean = ((images[:count] + 1) / 2).clamp(0, 1)
        with classifier.frozen():
            found = self.attack.perturb(
                classifier, clean, Goal(labels=labels[:count]), epsilon=epsilon, random=random
            )
        return torch.cat([found.detach() * 2 - 1, images[count:]])
