"""Semi-supervised learning: a discriminator that classifies learns from unlabelled images too."""

from collections.abc import Iterator

import torch
from torch import nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import Player, Round, Turn
from zerosum.games.classification import GameWithClassifier, right, start_by_data
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, GeneratingGame
from zerosum.games.parts.discrimination import discrimination_scores, discriminator_loss, total
from zerosum.games.parts.matching import FeatureMatching
from zerosum.games.parts.settings import FeatureMatchingConfig
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig
from zerosum.objectives.classification import cross_entropy
from zerosum.objectives.losses import NonSaturating
from zerosum.objectives.semi_supervised import realness
from zerosum.types import Batch, ClassLogits, Images, Scalar, SemiSupervisedBatch

__all__ = ["SemiSupervisedGame"]


class SemiSupervisedGame(
    GeneratingGame[SemiSupervisedBatch], GameWithClassifier[SemiSupervisedBatch]
):
    """A generator against a discriminator of K classes, and of "generated" beside them.

    With λ the `realness` of its logits, the cost of the discriminator D on labelled images (x, y),
    unlabelled ones u, and generated ones is

        CE(D(x), y) + w · ½ (softplus(−λ(u)) + softplus(λ(G(z)))):

    unlabelled images belong to one of the classes, whichever, and generated ones to none. The cost
    of the generator G is the distance between the mean features of its images and of real ones, by
    D's features. Its images never look real, and need not: they lie near the data, where the
    boundaries between the classes should run, and D places them there.

    Minibatch discrimination, which makes images look better, is therefore not offered here: with
    it in place of matching, the paper's authors got better images and a worse classifier.

    Args:
        settings: The losses, and the classes' names; w is its ``unlabelled_weight``.
        generator: Player whose network generates images.
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
        real = self.augment(batch.images, now)
        if now.number == 0:
            start_by_data(self.players[DISCRIMINATOR].network, real, now)
        fake = self.augment(self.generate(len(real), now.random), now)
        yield self.discriminator_turn(batch.labelled, real, fake.detach(), now)
        yield self.generator_turn(fake, real)

    def discriminator_turn(self, labelled: Batch, real: Images, fake: Images, now: Round) -> Turn:
        """D learns the classes of labelled images, and to tell the others real from generated."""
        assert labelled.labels is not None
        known = self.augment(labelled.images, now)
        # No layer of D mixes images, so all of them can go through it in one pass.
        parts = [len(known), len(real), len(fake)]
        logits = self.logits(torch.cat([known, real, fake]))
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
        scores = terms | discrimination_scores(self.objective, *pair) | correct
        return Turn(player=DISCRIMINATOR, cost=total(terms), scores=scores)

    def generator_turn(self, fake: Images, real: Images) -> Turn:
        """G lowers the distance of its images' mean features from those of real ones."""
        cost = self.matching.loss(self.players[DISCRIMINATOR].network, fake, real)
        return Turn(player=GENERATOR, cost=cost)

    def augment(self, images: Images, now: Round) -> Images:
        """The images as D is given them: augmented."""
        return augment(images, self.settings.augmentation, now.random)

    def logits(self, images: Images) -> ClassLogits:
        """D's logits of the classes, in full precision."""
        logits: ClassLogits = self.players[DISCRIMINATOR].network(images)
        return logits.float()
