"""ADDA: a second encoder, whose features of the target are to be like those of the source.

Tzeng et al. 2017, "Adversarial discriminative domain adaptation"
(https://arxiv.org/abs/1702.05464).
"""

from collections.abc import Iterator
from typing import cast

import torch
from torch import nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import Player, Round, Turn, evaluating
from zerosum.games.classification import right
from zerosum.games.invariance import CLASSIFIER, DOMAIN, AdaptingGame, Domain, domain_turn
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.discrimination import logits_of
from zerosum.networks import ClassifierNetwork
from zerosum.objectives import cross_entropy, domain_costs, first_of
from zerosum.types import DomainBatch, Features, Images, Labels, Logits

__all__ = ["EncoderGame"]

TARGET = "target"


class EncoderGame(AdaptingGame):
    """ADDA: a frozen classifier of the source, and an encoder of the target that is drawn to it.

    During pretraining the classifier C learns the source, and the target's network T is its copy.
    Then C is frozen, and with its features f of the source and T's features g of the target the
    costs are

        D:  the mean of −log D(f(x_source)) and −log (1 − D(g(x_target))),
        T:  the mean of −log D(g(x_target)): the labels are inverted.

    The head of T stays that of C. C is in evaluation mode and T in training mode, which makes a
    difference with batch normalisation only.

    Args:
        settings: Pretraining, augmentation, label smoothing, and the classes' names.
        classifier: Player whose network is the `zerosum.networks.ClassifierNetwork` of the source.
        target: Player whose network begins as a copy of that.
        domain: Player whose network computes a logit per row of features, positive for the source.

    Example:
        >>> from copy import deepcopy
        >>> from zerosum.config import InvarianceConfig, LenetClassifierConfig
        >>> from zerosum.networks import DomainHead
        >>> from zerosum.randomness import Randomness
        >>> def player(network):
        ...     optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        ...     return Player(network=network, optimizer=optimizer)
        >>> network = LenetClassifierConfig(channels=(4, 4))
        >>> settings = InvarianceConfig(
        ...     network=network, classes=("cat", "dog"), method="adda", pretraining=100)
        >>> classifier = network.build((1, 16, 16), classes=2)
        >>> game = EncoderGame(
        ...     settings,
        ...     classifier=player(classifier),
        ...     target=player(deepcopy(classifier)),
        ...     domain=player(DomainHead(inputs=classifier.feature_size)),
        ... )
        >>> images, labels = torch.zeros(3, 1, 16, 16), torch.tensor([0, 1, 1])
        >>> batch = DomainBatch(a=images, b=images, labels_a=labels)
        >>> rounds = [Round(number=0, images_seen=n, random=Randomness(seed=0)) for n in (0, 100)]
        >>> [[turn.player for turn in game.turns(batch, now)] for now in rounds]
        [['classifier'], ['domain', 'target']]
    """

    def __init__(
        self, settings: InvarianceConfig, *, classifier: Player, target: Player, domain: Player
    ) -> None:
        self.settings = settings
        self.players = {CLASSIFIER: classifier, TARGET: target, DOMAIN: domain}

    @property
    def classifier(self) -> nn.Module:
        """The target's network; its EMA where there is one."""
        return self.players[TARGET].best

    def classifier_of(self, domain: Domain) -> ClassifierNetwork:
        """The network of the target, or that of the source."""
        player = self.players[TARGET if domain == "target" else CLASSIFIER]
        return cast("ClassifierNetwork", player.best)

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """C learns, and T copies it; or D and T move in turn."""
        source = augment(batch.a, self.settings.augmentation, now.random)
        if now.images_seen < self.settings.pretraining:
            assert batch.labels_a is not None
            yield self.classifier_turn(source, batch.labels_a)
            self.copy()
            return
        features = self.source_features(source)
        target = self._target.features(augment(batch.b, self.settings.augmentation, now.random))
        yield self.domain_turn(features, target.detach())
        yield self.target_turn(target)

    def copy(self) -> None:
        """Copy C's weights to T."""
        # After every round, not once at the end: T is C's copy at any time, and diagnostics that
        # play rounds ahead copy weights that are equal already.
        self._target.load_state_dict(self.players[CLASSIFIER].network.state_dict())

    def source_features(self, images: Images) -> Features:
        """The frozen classifier's features of the source, constants to all players."""
        with evaluating(self.players[CLASSIFIER].network) as network:
            return cast("ClassifierNetwork", network).features(images)

    def classifier_turn(self, images: Images, labels: Labels) -> Turn:
        """C lowers the cross-entropy of the labels of the source."""
        logits = self.players[CLASSIFIER].network(images).float()
        cost = cross_entropy(logits, labels, smoothing=self.settings.label_smoothing).mean()
        return Turn(player=CLASSIFIER, cost=cost, scores={"accuracy": right(logits, labels)})

    def domain_turn(self, source: Features, target: Features) -> Turn:
        """D learns to tell C's features from T's apart."""
        logits = self.logits(torch.cat([source, target]))
        of_source = first_of(logits, len(source))
        return domain_turn(domain_costs(logits, of_source).mean(), logits, of_source)

    def target_turn(self, target: Features) -> Turn:
        """T learns to have its features taken for C's."""
        logits = self.logits(target)
        cost = domain_costs(logits, torch.ones_like(logits, dtype=torch.bool)).mean()
        fooled = (logits.detach() > 0).float().mean()
        return Turn(player=TARGET, cost=cost, scores={"accuracy": fooled})

    def logits(self, features: Features) -> Logits:
        """D's logits of features; positive means "of the source"."""
        return logits_of(self.players[DOMAIN].network, features)

    @property
    def _target(self) -> ClassifierNetwork:
        return cast("ClassifierNetwork", self.players[TARGET].network)
