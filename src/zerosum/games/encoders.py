"""A second encoder for the target, which is to see there what the first sees in the source.

Tzeng et al. 2017, "Adversarial discriminative domain adaptation"
(https://arxiv.org/abs/1702.05464).
"""

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor, nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import Player, Round, Turn, evaluating
from zerosum.games.classification import right
from zerosum.games.invariance import CLASSIFIER, DOMAIN, AdaptingGame, Domain
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.networks import ClassifierNetwork
from zerosum.networks.rows import one_per_picture
from zerosum.objectives import cross_entropy, domain_costs, first_of
from zerosum.types import DomainBatch, Features, Images, Labels, Logits

__all__ = ["EncoderGame"]

TARGET = "target"


class EncoderGame(AdaptingGame):
    """ADDA: a classifier of the source that stands still, and an encoder that follows it.

    For so many images the classifier C learns the source, and the target's network T is its copy.
    Then C never moves again, and with its features f of the source and T's features g of the
    target,

        D pays  mean of −log D(f(x_source)) and −log (1 − D(g(x_target))),
        T pays  mean of −log D(g(x_target)): the labels are inverted.

    The head of T stays that of C. C looks as in evaluation, T as in training; that makes a
    difference with batch normalisation only.

    Args:
        settings: What is paid, and the classes' names.
        classifier: Player whose network is the `zerosum.networks.ClassifierNetwork` of the source.
        target: Player whose network begins as a copy of that.
        domain: Player whose network gives a logit per row of features, positive for the source.

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
        >>> rounds = [Round(number=0, images=n, random=Randomness(seed=0)) for n in (0, 100)]
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
        """The target's network, averaged where there is an average."""
        return self.players[TARGET].best

    def classifier_of(self, domain: Domain) -> ClassifierNetwork:
        """The target's network, or that of the source, from which it came."""
        player = self.players[TARGET if domain == "target" else CLASSIFIER]
        return cast("ClassifierNetwork", player.best)

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """C learns, and T copies it; or D and T move in turn."""
        source = augment(batch.a, self.settings.augmentation, now.random)
        if now.images < self.settings.pretraining:
            assert batch.labels_a is not None
            yield self.classifier_turn(source, batch.labels_a)
            self.copy()
            return
        seen = self.see_source(source)
        target = self._target.features(augment(batch.b, self.settings.augmentation, now.random))
        yield self.domain_turn(seen, target.detach())
        yield self.target_turn(target)

    def copy(self) -> None:
        """Make T what C is now."""
        # After every round and not once at the end: so T is C's copy whenever anybody looks, and
        # a game that is played ahead to see how it does copies what is equal already.
        self._target.load_state_dict(self.players[CLASSIFIER].network.state_dict())

    def see_source(self, images: Images) -> Features:
        """The features of the source, of which nobody learns anything but D."""
        with evaluating(self.players[CLASSIFIER].network) as network:
            return cast("ClassifierNetwork", network).features(images)

    def classifier_turn(self, images: Images, labels: Labels) -> Turn:
        """C learns the labels of the source."""
        logits = self.players[CLASSIFIER].network(images).float()
        cost = cross_entropy(logits, labels, smoothing=self.settings.label_smoothing).mean()
        return Turn(player=CLASSIFIER, cost=cost, scores={"accuracy": right(logits, labels)})

    def domain_turn(self, source: Features, target: Features) -> Turn:
        """D learns to tell C's features from T's."""
        opinions = self.judge(torch.cat([source, target]))
        of_source = first_of(opinions, len(source))
        hits = (opinions.detach() > 0) == of_source
        cost = domain_costs(opinions, of_source).mean()
        return Turn(player=DOMAIN, cost=cost, scores={"accuracy": hits.float().mean()})

    def target_turn(self, target: Features) -> Turn:
        """T learns to be taken for C."""
        opinions = self.judge(target)
        cost = domain_costs(opinions, torch.ones_like(opinions, dtype=torch.bool)).mean()
        taken = (opinions.detach() > 0).float().mean()
        return Turn(player=TARGET, cost=cost, scores={"accuracy": taken})

    def judge(self, features: Features) -> Logits:
        """D's logits, in full precision."""
        logits: Tensor = self.players[DOMAIN].network(features)
        return one_per_picture(logits.float(), len(features))

    @property
    def _target(self) -> ClassifierNetwork:
        return cast("ClassifierNetwork", self.players[TARGET].network)
