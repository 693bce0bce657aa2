"""Domain-invariant features: a label head against a domain head, without a generator.

Ganin et al. 2016, "Domain-adversarial training of neural networks"
(https://arxiv.org/abs/1505.07818), as the game that it is; Long et al. 2018, "Conditional
adversarial domain adaptation" (https://arxiv.org/abs/1705.10667); and, where the classes of both
domains are known, Xie et al. 2017, "Controllable invariance through adversarial feature learning"
(https://arxiv.org/abs/1705.11122).
"""

from collections.abc import Iterator
from typing import Literal, cast

import torch
from torch import Tensor, nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import Player, Round, Turn
from zerosum.games.classification import GameWithClassifier, answer_of, features_of, right
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.discrimination import logits_of
from zerosum.games.parts.schedules import ramped
from zerosum.networks import ClassifierNetwork
from zerosum.objectives import (
    cross_entropy,
    domain_costs,
    entropy_weights,
    first_of,
    outer_products,
)
from zerosum.types import (
    ClassLogits,
    DomainBatch,
    Features,
    ImageBatches,
    Images,
    Labels,
    Logits,
    Mask,
    Scalar,
)

__all__ = ["AdaptingGame", "Domain", "InvarianceGame"]

CLASSIFIER = "classifier"
DOMAIN = "domain"

Domain = Literal["source", "target"]
"""The labelled domain A, or the other one."""


class AdaptingGame(GameWithClassifier[DomainBatch]):
    """A game whose classifier learns from one domain, and is meant for another."""

    settings: InvarianceConfig

    def classifier_of(self, domain: Domain) -> ClassifierNetwork:
        """The best classifier for images of a domain; the same for both unless a game has two."""
        return cast("ClassifierNetwork", self.classifier)

    def answer_in(self, domain: Domain, images: Images) -> ClassLogits:
        """The logits of the classes, shape (n, classes), by the classifier for a domain."""
        return answer_of(self.classifier_of(domain), images)

    def encode(self, images: Images, domain: Domain) -> Features:
        """The features that the classifier for a domain extracts, shape (n, d), on the CPU."""
        return features_of(self.classifier_of(domain), images)


class InvarianceGame(AdaptingGame):
    """A classifier whose features are to hold nothing by which the domain could be recognised.

    With features f and label head y of the classifier C, and the domain head D, the costs are

        C:  E_source[CE(y(f(x)), label)] − λ(p) · L(D),
        D:  L(D) = E_source[−log p(source)] + E_target[−log p(target)].

    These are the paper's two means, and λ is its λ. Code that takes one mean over both domains,
    as that of Long et al. does, halves L: its λ is twice the λ here.

    D's turn uses the features from before C's move, so that both move at once, as with the
    paper's gradient reversal; the gradients are the same.

    A weight of 0 is the baseline that learns from the source alone. The network is then not given
    images of the target at all, which with batch normalisation differs from λ = 0.

    With the method ``cdan`` D is given the outer products of features and probabilities; no
    gradient goes through the probabilities. With entropy conditioning (CDAN+E) gradients go
    through the weights to C: it learns to be certain where D is wrong.

    Args:
        settings: The losses, and the classes' names.
        classifier: Player whose network is a `zerosum.networks.ClassifierNetwork`.
        domain: Player whose network computes a logit per row, positive for the source, from
            features (n, d) or their products with the classes' probabilities (n, k · d).

    Attributes:
        strength: λ, as a function of the images seen.

    Example:
        >>> from zerosum.config import LenetClassifierConfig
        >>> from zerosum.networks import DomainHead
        >>> from zerosum.randomness import Randomness
        >>> def player(network):
        ...     optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        ...     return Player(network=network, optimizer=optimizer)
        >>> network = LenetClassifierConfig(channels=(4, 4))
        >>> settings = InvarianceConfig(network=network, classes=("cat", "dog"), ramp=1000)
        >>> classifier = network.build((1, 16, 16), classes=2)
        >>> game = InvarianceGame(
        ...     settings,
        ...     classifier=player(classifier),
        ...     domain=player(DomainHead(inputs=classifier.feature_size)),
        ... )
        >>> images, labels = torch.zeros(3, 1, 16, 16), torch.tensor([0, 1, 1])
        >>> batch = DomainBatch(a=images, b=images, labels_a=labels)
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [turn.player for turn in game.turns(batch, now)]
        ['classifier', 'domain']
    """

    def __init__(self, settings: InvarianceConfig, *, classifier: Player, domain: Player) -> None:
        self.settings = settings
        self.players = {CLASSIFIER: classifier, DOMAIN: domain}
        self.strength = ramped(settings.weight, settings.ramp)

    @property
    def classifier(self) -> nn.Module:
        """The EMA of the network, where there is one."""
        return self.players[CLASSIFIER].best

    @property
    def conditional(self) -> bool:
        """Whether D is given the products of features and class probabilities."""
        return self.settings.method == "cdan"

    @property
    def is_adversarial(self) -> bool:
        """Whether the domain head takes part at all."""
        return self.strength.end > 0

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """C moves, then D, both by the same features."""
        labels = known_labels(batch)
        uses_target = self.is_adversarial or batch.labels_b is not None
        domains = [batch.a, batch.b] if uses_target else [batch.a]
        features = self.features(
            [augment(images, self.settings.augmentation, now.random) for images in domains]
        )
        # Without conditioning the logits of unlabelled images are not needed.
        logits = self.class_logits(features if self.conditional else features[: len(labels)])
        condition = logits if self.conditional else None
        if not self.is_adversarial:
            yield self.classifier_turn(logits[: len(labels)], labels)
            return
        cost, _ = self.domain_cost(features, condition)
        strength = self.strength.at(now.images_seen)
        yield self.classifier_turn(
            logits[: len(labels)], labels, domain_cost=cost, strength=strength
        )
        yield self.domain_turn(
            features.detach(), None if condition is None else condition.detach()
        )

    def features(self, domains: ImageBatches) -> Features:
        """The features of all domains' images, those of the source first."""
        network = self._network
        if self.settings.together:
            return network.features(torch.cat(list(domains)))
        return torch.cat([network.features(images) for images in domains])

    def class_logits(self, features: Features) -> ClassLogits:
        """The logits of the classes, in full precision."""
        logits: ClassLogits = self._network.head(features)
        return logits.float()

    def domain_cost(self, features: Features, logits: ClassLogits | None) -> tuple[Scalar, Logits]:
        """L, and D's logits; half of the features are of each domain.

        Args:
            features: The features of both domains' images.
            logits: Of the classes, where D is given the products with their probabilities;
                gradients go through them to the entropy weights alone.
        """
        inputs = features
        if logits is not None:
            inputs = outer_products(features, logits.detach().softmax(dim=1))
        domain_logits = logits_of(self.players[DOMAIN].network, inputs)
        costs = domain_costs(domain_logits, first_of(domain_logits, len(inputs) // 2))
        if logits is not None and self.settings.entropy_conditioning:
            costs = costs * torch.cat([entropy_weights(each) for each in logits.chunk(2)])
        of_source, of_target = costs.chunk(2)
        return of_source.mean() + of_target.mean(), domain_logits

    def classifier_turn(
        self,
        logits: ClassLogits,
        labels: Labels,
        *,
        domain_cost: Scalar | None = None,
        strength: float = 0.0,
    ) -> Turn:
        """C lowers the cross-entropy of the labels, and raises D's loss."""
        cost = cross_entropy(logits, labels, smoothing=self.settings.label_smoothing).mean()
        scores: dict[str, Tensor] = {"accuracy": right(logits, labels), "labels": cost}
        if domain_cost is not None:
            cost = cost - strength * domain_cost
            scores |= {"domain": domain_cost, "strength": torch.full_like(domain_cost, strength)}
        return Turn(player=CLASSIFIER, cost=cost, scores=scores)

    def domain_turn(self, features: Features, logits: ClassLogits | None) -> Turn:
        """D learns to tell the domains apart, by features that are constants to it."""
        cost, domain_logits = self.domain_cost(features, logits)
        return domain_turn(cost, domain_logits, first_of(domain_logits, len(features) // 2))

    @property
    def _network(self) -> ClassifierNetwork:
        return cast("ClassifierNetwork", self.players[CLASSIFIER].network)


def domain_turn(cost: Scalar, logits: Logits, of_source: Mask) -> Turn:
    """The domain head's turn; its accuracy is the share of logits with the right sign."""
    correct = (logits.detach() > 0) == of_source
    return Turn(player=DOMAIN, cost=cost, scores={"accuracy": correct.float().mean()})


def known_labels(batch: DomainBatch) -> Labels:
    """The labels to learn from: those of the source, and of the target where there are any."""
    assert batch.labels_a is not None
    known = [batch.labels_a] if batch.labels_b is None else [batch.labels_a, batch.labels_b]
    return torch.cat(known)
