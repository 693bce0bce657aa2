"""Adversarial training: a classifier learns from pictures that were changed to mislead it."""

from dataclasses import dataclass

import torch
from torch import nn

from zerosum.attacks import Ascent, Classifier, Goal, LInf
from zerosum.attacks.chance import Chance
from zerosum.games.base import Round
from zerosum.randomness import derive_seed
from zerosum.types import Images, Labels

__all__ = ["Hardening", "hardening"]

_OVER = 1.25
_REACH = 2.5


@dataclass(frozen=True, kw_only=True)
class Hardening:
    """Some pictures of each batch are attacked before they are learnt from.

    min over f of E[ max over ‖δ‖∞ ≤ ε of cost(f(x + δ), y) ]

    The inner maximum is looked for by `Ascent` from a place in the ball chosen by chance, against
    the network as it is now, in evaluation mode: its batch statistics and its dropout are no part
    of what is attacked. Only the pictures that come out of it are learnt from; neither weights nor
    their gradients notice the attack. Pixels beyond [-1, 1], which augmentation may make, are cut
    first, for that is what a picture can be.

    Attributes:
        attack: How the pictures are attacked.
        epsilon: ε, in units of pixels from 0 to 1.
        share: Of each batch, the part that is attacked, the first pictures; the others stay clean.

    Paper:
        Madry et al. 2018, section 2.1, https://arxiv.org/abs/1706.06083

    Example:
        >>> from zerosum.randomness import Randomness
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> grey, labels = torch.zeros(3, 1, 2, 2), torch.tensor([0, 1, 1])
        >>> now = Round(number=0, images=0, random=Randomness(seed=0))
        >>> hard = hardening(epsilon=0.1, steps=1)(network, grey, labels, now)
        >>> round(float((hard - grey).abs().max()), 4)  # In [-1, 1], so twice as much.
        0.2
    """

    attack: Ascent
    epsilon: float
    share: float = 1.0

    def __call__(self, network: nn.Module, images: Images, labels: Labels, now: Round) -> Images:
        """The pictures to learn from, in [-1, 1]: some of them attacked.

        Args:
            network: The classifier, which is left as it is.
            images: The pictures, in [-1, 1] but for augmentation.
            labels: Their right classes.
            now: From which chance follows.
        """
        count = round(self.share * len(images))
        if not count:
            return images
        classifier = Classifier(network=network, bounds=(-1.0, 1.0))
        first = now.random.rank * len(images)
        chance = Chance(
            seed=derive_seed(now.random.seed, "hardening", now.images),
            indices=range(first, first + count),
            device=images.device,
        )
        clean = ((images[:count] + 1) / 2).clamp(0, 1)
        with classifier.still():
            found = self.attack.perturb(
                classifier, clean, Goal(labels=labels[:count]), epsilon=self.epsilon, chance=chance
            )
        return torch.cat([found.detach() * 2 - 1, images[count:]])


def hardening(*, epsilon: float, steps: int, share: float = 1.0) -> Hardening:
    """Adversarial training with an attack of so many steps.

    One step is the fast form: from a place in the ball chosen by chance, 1.25 ε up the sign of the
    slope and back into the ball; without that start a classifier learns to hide its slopes from
    the one step. More steps are Madry's: each 2.5 ε / steps, so that every place can be reached.

    Args:
        epsilon: ε, in units of pixels from 0 to 1.
        steps: Of the attack.
        share: Of each batch, the part that is attacked.

    Paper:
        One step: Wong et al. 2020, section 4.1, https://arxiv.org/abs/2001.03994; more: Madry et
        al. 2018, section 5, with 7 steps for CIFAR-10 and 40 for MNIST

    Example:
        >>> [hardening(epsilon=0.1, steps=steps).attack.step for steps in (1, 5)]
        [1.25, 0.5]
    """
    step = _OVER if steps == 1 else _REACH / steps
    attack = Ascent(norm=LInf(), steps=steps, step=step, restarts=1)
    return Hardening(attack=attack, epsilon=epsilon, share=share)
