"""Few labels: a discriminator that classifies learns from all pictures, labelled or not."""

from collections.abc import Iterator

import torch
from torch import nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import Player, Round, Turn
from zerosum.games.classification import ClassifyingGame, right, start_by_data
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, GeneratingGame
from zerosum.games.parts.discrimination import discrimination_scores, discriminator_loss, total
from zerosum.games.parts.matching import FeatureMatching
from zerosum.games.parts.settings import FeatureMatchingConfig
from zerosum.games.semisupervised_settings import SemiSupervisedConfig
from zerosum.objectives.classification import cross_entropy
from zerosum.objectives.losses import NonSaturating
from zerosum.objectives.semisupervised import realness
from zerosum.types import Batch, ClassLogits, Images, Scalar, SemiSupervisedBatch

__all__ = ["SemiSupervisedGame"]


class SemiSupervisedGame(
    GeneratingGame[SemiSupervisedBatch], ClassifyingGame[SemiSupervisedBatch]
):
    """A generator against a discriminator that tells K classes, and "generated" from all of them.

    With λ the `realness` of its logits, the discriminator D pays, on labelled pictures (x, y),
    unlabelled ones u, and generated ones,

        CE(D(x), y) + w · ½ (softplus(−λ(u)) + softplus(λ(G(z)))):

    those without a label must be of one of the classes, whichever, and what is generated of none.
    The generator G pays for the distance between the mean features of its pictures and of real
    ones, which D's features are. It never learns to draw well, and is not meant to: it draws near
    the pictures, where the borders between the classes should run, and D puts them there.

    So minibatch discrimination, which is for pictures that look better, is not offered here: with
    it in the place of matching, the paper's authors got better pictures and a worse classifier.

    Args:
        settings: What is paid, and the classes' names; w is its ``unlabelled_weight``.
        generator: Player whose network draws.
        classifier: Player whose network is D: ``features(images)``, ``head(features) -> logits``.

    Paper:
        Salimans et al. 2016, sections 3.1 and 5, https://arxiv.org/abs/1606.03498
    """

    settings: SemiSupervisedConfig

    def __init__(
        self, settings: SemiSupervisedConfig, *, generator: Player, classifier: Player
    ) -> None:
        self.settings = settings
        self.players = {DISCRIMINATOR: classifier, GENERATOR: generator}
        self.latent = settings.latent
        matching = FeatureMatchingConfig(weight=1.0, distance=settings.matching)
        self.matching = FeatureMatching(matching)
        self.objective = NonSaturating()

    @property
    def classifier(self) -> nn.Module:
        """The EMA of the discriminator, where there is one."""
        return self.players[DISCRIMINATOR].best

    def turns(self, batch: SemiSupervisedBatch, now: Round) -> Iterator[Turn]:
        """D moves, then G, against the D that has just moved."""
        real = self.view(batch.images, now)
        if now.number == 0:
            start_by_data(self.players[DISCRIMINATOR].network, real, now)
        fake = self.view(self.generate(len(real), now.random), now)
        yield self.discriminator_turn(batch.labelled, real, fake.detach(), now)
        yield self.generator_turn(fake, real)

    def discriminator_turn(self, labelled: Batch, real: Images, fake: Images, now: Round) -> Turn:
        """D learns classes from the labelled, and "real" and "generated" from the others."""
        assert labelled.labels is not None
        known = self.view(labelled.images, now)
        # No layer of D mixes pictures, so all of them can go through it at once.
        parts = [len(known), len(real), len(fake)]
        logits = self.judge(torch.cat([known, real, fake]))
        class_logits, real_logits, fake_logits = torch.split(logits, parts)
        costs = cross_entropy(
            class_logits, labelled.labels, smoothing=self.settings.label_smoothing
        )
        pair = realness(real_logits), realness(fake_logits)
        adversarial = 0.5 * discriminator_loss(self.objective, *pair)
        terms: dict[str, Scalar] = {
            "classes": costs.mean(),
            "adversarial": self.settings.unlabelled_weight * adversarial,
        }
        correct = {"labelled": right(class_logits, labelled.labels)}
        scores = terms | discrimination_scores(*pair) | correct
        return Turn(player=DISCRIMINATOR, cost=total(terms), scores=scores)

    def generator_turn(self, fake: Images, real: Images) -> Turn:
        """G learns to have the mean features of real pictures."""
        cost = self.matching.loss(self.players[DISCRIMINATOR].network, fake, real)
        return Turn(player=GENERATOR, cost=cost)

    def view(self, images: Images, now: Round) -> Images:
        """The pictures as D gets to see them: augmented."""
        return augment(images, self.settings.augmentation, now.random)

    def judge(self, images: Images) -> ClassLogits:
        """D's logits of the classes, in full precision."""
        logits: ClassLogits = self.players[DISCRIMINATOR].network(images)
        return logits.float()
