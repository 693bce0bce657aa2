"""Features in which two domains look alike: label head against domain head, and no generator.

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
from zerosum.games.base import Player, Round, Turn, evaluating
from zerosum.games.classification import ClassifyingGame, answer_of, right
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.schedules import ramped
from zerosum.networks import ClassifierNetwork
from zerosum.networks.rows import one_per_picture
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
    Scalar,
)

__all__ = ["AdaptingGame", "Domain", "InvarianceGame"]

CLASSIFIER = "classifier"
DOMAIN = "domain"

Domain = Literal["source", "target"]
"""The labelled domain A, or the other one."""


class AdaptingGame(ClassifyingGame[DomainBatch]):
    """A game whose classifier learns from one domain, and is meant for another."""

    settings: InvarianceConfig

    def classifier_of(self, domain: Domain) -> ClassifierNetwork:
        """The best classifier for pictures of a domain; one for both unless a game has two."""
        return cast("ClassifierNetwork", self.classifier)

    def answer_in(self, domain: Domain, images: Images) -> ClassLogits:
        """The logits of the classes, shape (n, classes), by the classifier for a domain."""
        return answer_of(self.classifier_of(domain), images)

    def encode(self, images: Images, domain: Domain) -> Features:
        """What the classifier for a domain sees in its pictures, shape (n, d), on the CPU."""
        with evaluating(self.classifier_of(domain)) as network:
            device = next(network.parameters()).device
            features = network.features(images.to(device))
        return features.float().cpu()


class InvarianceGame(AdaptingGame):
    """A classifier that is to leave nothing in its features by which a domain could be told.

    With features f and label head y of the classifier C, and the domain head D,

        C pays  E_source[CE(y(f(x)), label)] − λ(p) · L(D),
        D pays  L(D) = E_source[−log p(source)] + E_target[−log p(target)].

    These are the paper's two means, and λ is its λ; code that takes one mean over both domains,
    as that of Long et al. does, halves L, which is a λ of half as much here.

    D moves on the features that C was judged by, from before C's move, so that both move at once,
    as with the paper's gradient reversal; the gradients are the same.

    A weight of 0 is the baseline that learns from the source alone: pictures of the target then do
    not go through the network at all, which with batch normalisation is not the same as λ = 0.

    With the method ``cdan`` D is shown the outer products of features and probabilities; no
    gradient goes through the probabilities. With entropy conditioning (CDAN+E) C pays for the
    weights too: it is to be sure where D is wrong.

    Args:
        settings: What is paid, and the classes' names.
        classifier: Player whose network is a `zerosum.networks.ClassifierNetwork`.
        domain: Player whose network gives a logit per row of what it is shown, positive for the
            source: features (n, d), or their products with the classes' probabilities (n, k · d).

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
        >>> now = Round(number=0, images=0, random=Randomness(seed=0))
        >>> [turn.player for turn in game.turns(batch, now)]
        ['classifier', 'domain']
    """

    def __init__(self, settings: InvarianceConfig, *, classifier: Player, domain: Player) -> None:
        self.settings = settings
        self.players = {CLASSIFIER: classifier, DOMAIN: domain}
        self.strength = ramped(settings.weight, settings.ramp)

    @property
    def classifier(self) -> nn.Module:
        """The averaged network, where there is one."""
        return self.players[CLASSIFIER].best

    @property
    def conditional(self) -> bool:
        """Whether D is shown what C takes the pictures for."""
        return self.settings.method == "cdan"

    @property
    def is_adversarial(self) -> bool:
        """Whether the domain head has a say at all."""
        return self.strength.end > 0

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """Both judge the same features; then C moves, and D."""
        labels = known_labels(batch)
        uses_target = self.is_adversarial or batch.labels_b is not None
        shown = [batch.a, batch.b] if uses_target else [batch.a]
        features = self.see(
            [augment(images, self.settings.augmentation, now.random) for images in shown]
        )
        # Without conditioning no one asks what unlabelled pictures are taken for.
        logits = self.judge(features if self.conditional else features[: len(labels)])
        seen = logits if self.conditional else None
        if not self.is_adversarial:
            yield self.classifier_turn(logits[: len(labels)], labels)
            return
        cost, _ = self.domain_cost(features, seen)
        strength = self.strength.at(now.images)
        yield self.classifier_turn(
            logits[: len(labels)], labels, domain_cost=cost, strength=strength
        )
        yield self.domain_turn(features.detach(), None if seen is None else seen.detach())

    def see(self, shown: ImageBatches) -> Features:
        """The features of all domains' pictures, those of the source first."""
        network = self._network
        if self.settings.together:
            return network.features(torch.cat(list(shown)))
        return torch.cat([network.features(images) for images in shown])

    def judge(self, features: Features) -> ClassLogits:
        """What the features are taken for, in full precision."""
        logits: ClassLogits = self._network.head(features)
        return logits.float()

    def domain_cost(self, features: Features, logits: ClassLogits | None) -> tuple[Scalar, Logits]:
        """L, and the opinions that it is paid for; half of the features are of each domain.

        Args:
            features: What is seen in the pictures of both.
            logits: Of the classes, where D is shown the products with their probabilities;
                gradients go through them to the weights alone.
        """
        shown = features
        if logits is not None:
            shown = outer_products(features, logits.detach().softmax(dim=1))
        opinions = one_per_picture(self.players[DOMAIN].network(shown).float(), len(shown))
        costs = domain_costs(opinions, first_of(opinions, len(opinions) // 2))
        if logits is not None and self.settings.entropy_conditioning:
            costs = costs * torch.cat([entropy_weights(each) for each in logits.chunk(2)])
        of_source, of_target = costs.chunk(2)
        return of_source.mean() + of_target.mean(), opinions

    def classifier_turn(
        self,
        logits: ClassLogits,
        labels: Labels,
        *,
        domain_cost: Scalar | None = None,
        strength: float = 0.0,
    ) -> Turn:
        """C learns the labels, and not to let D tell."""
        cost = cross_entropy(logits, labels, smoothing=self.settings.label_smoothing).mean()
        scores: dict[str, Tensor] = {"accuracy": right(logits, labels), "labels": cost}
        if domain_cost is not None:
            cost = cost - strength * domain_cost
            scores |= {"domain": domain_cost, "strength": torch.full_like(domain_cost, strength)}
        return Turn(player=CLASSIFIER, cost=cost, scores=scores)

    def domain_turn(self, features: Features, logits: ClassLogits | None) -> Turn:
        """D learns to tell the domains by features that do not move."""
        cost, opinions = self.domain_cost(features, logits)
        hits = (opinions.detach() > 0) == first_of(opinions, len(opinions) // 2)
        return Turn(player=DOMAIN, cost=cost, scores={"accuracy": hits.float().mean()})

    @property
    def _network(self) -> ClassifierNetwork:
        return cast("ClassifierNetwork", self.players[CLASSIFIER].network)


def known_labels(batch: DomainBatch) -> Labels:
    """The labels that may be learnt from: of the source, and of the target where there are any."""
    assert batch.labels_a is not None
    known = [batch.labels_a] if batch.labels_b is None else [batch.labels_a, batch.labels_b]
    return torch.cat(known)
