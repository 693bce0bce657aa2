"""Games of two heads over points, for the lesson on invariance: domains, and groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import one_hot

from zerosum.data.planar import as_images
from zerosum.families.adaptation.building import build_invariance
from zerosum.families.players import build_player
from zerosum.games.base import Game, Player, Round, Turn
from zerosum.games.invariance import CLASSIFIER, DOMAIN, InvarianceGame
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.metrics import (
    Estimate,
    GroupRates,
    equalised_odds_gap,
    group_rates,
    parity_gap,
    probe_domains,
)
from zerosum.networks.semi_supervised_settings import MlpClassifierConfig
from zerosum.objectives import cross_entropy, outer_products
from zerosum.randomness import Randomness, derive_seed
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import ClassLogits, DomainBatch, Features, Images, Labels, PlanarPoints, Scalar

__all__ = [
    "REACH",
    "Adapted",
    "Domains",
    "Fair",
    "GroupBatch",
    "Groups",
    "GroupsGame",
    "Heads",
    "Played",
    "domains_game",
    "groups_game",
    "learn_domains",
    "learn_groups",
]

_BATCH = 100
_WIDTH = 16
_HEAD = 32
_RATE, _HEAD_RATE = 3e-3, 2e-2
"""The head learns faster, as it must follow features that flee from it."""
_SCALE = 0.25
"""From units of the noise to those of pictures, [-1, 1]."""
_SPURIOUS = 1.5
REACH = 5.0
"""Half the side of the square that is drawn, in units of the noise."""
_SIDE = 40
_TESTED = 2000
_PROBED = 500
"""Points of each kind that a probe is shown."""


@dataclass(frozen=True, kw_only=True)
class Heads:
    """How the two heads play.

    Attributes:
        weight: λ.
        features: Numbers that both are given of a point.
        deep: Whether the second head has a hidden layer.
        rounds: How long is played.
        seed: From which points and first weights follow.
    """

    weight: float
    features: int
    deep: bool
    rounds: int
    seed: int


@dataclass(frozen=True, kw_only=True)
class Domains:
    """Points (x₁, x₂) of two domains, in units of the noise, which is N(0, 1) in both numbers.

    x₁ is around ±1 by the class. x₂ is around ±1.5 by the class in the source, and around one
    number in the target: what helps in the one misleads in the other.

    Attributes:
        shift: That number.
        seed: From which points follow.
    """

    shift: float
    seed: int

    def draw(self, source: bool, n: int, random: Randomness) -> tuple[PlanarPoints, Labels]:
        """Draw n points of a domain, and their classes."""
        labels = random.integers(n, low=0, high=2)
        signs = 2.0 * labels - 1
        second = _SPURIOUS * signs if source else torch.full_like(signs, self.shift)
        points = torch.stack([signs, second], dim=1) + random.normal(n, 2)
        return _SCALE * points, labels

    def size_at(self, position: int) -> int:
        """Points of each domain in a batch."""
        return _BATCH

    def at(self, position: int) -> DomainBatch:
        """A batch of fresh points; the classes of the source alone are known."""
        random = Randomness(seed=self.seed, stream="batches").at(position)
        (a, labels), (b, _) = (self.draw(each, _BATCH, random) for each in (True, False))
        return DomainBatch(a=as_images(a), b=as_images(b), labels_a=labels)


@dataclass(frozen=True, kw_only=True)
class GroupBatch:
    """Points with the true answer, 1 for yes, and the group of each."""

    images: Images
    labels: Labels
    groups: Labels

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Points (x₁, x₂) of three groups; x₁ is ±1 + N(0, 1) by the answer, x₂ shows the group.

    Yes is true of 0.5 − s, 0.5 and 0.5 + s of the three groups.

    Attributes:
        spread: s.
        seed: From which points follow.
    """

    count: ClassVar[int] = 3

    spread: float
    seed: int

    @property
    def base_rates(self) -> list[float]:
        """How often yes is true, by group."""
        return [0.5 - self.spread, 0.5, 0.5 + self.spread]

    def draw(self, n: int, random: Randomness) -> GroupBatch:
        """Draw n points."""
        groups = random.integers(n, low=0, high=self.count)
        labels = (random.uniform(n) < torch.tensor(self.base_rates)[groups]).long()
        noise = random.normal(n, 2)
        first = 2.0 * labels - 1 + noise[:, 0]
        second = _SPURIOUS * (groups - 1) + 0.5 * noise[:, 1]
        points = _SCALE * torch.stack([first, second], dim=1)
        return GroupBatch(images=as_images(points), labels=labels, groups=groups)

    def size_at(self, position: int) -> int:
        """Points in a batch."""
        return _BATCH

    def at(self, position: int) -> GroupBatch:
        """A batch of fresh points."""
        return self.draw(_BATCH, Randomness(seed=self.seed, stream="batches").at(position))


class GroupsGame(Game[GroupBatch]):
    """The game of two heads whose second head names one of several groups.

    Args:
        plain: The same game of two domains, of which the classifier and its costs are.
        head: Player whose network gives logits of the groups.
        told: Whether it is given the true answer besides the features: the outer product of both.
    """

    def __init__(self, plain: InvarianceGame, head: Player, *, told: bool) -> None:
        self.plain, self.told = plain, told
        self.players = {CLASSIFIER: plain.players[CLASSIFIER], DOMAIN: head}

    def turns(self, batch: GroupBatch, now: Round) -> Iterator[Turn]:
        """The classifier moves, then the head of the groups, both by the same features."""
        features = self.plain.features([batch.images])
        logits = self.plain.class_logits(features)
        if not self.plain.is_adversarial:
            yield self.plain.classifier_turn(logits, batch.labels)
            return
        cost = self.group_cost(features, batch)
        strength = self.plain.strength.at(now.images_seen)
        yield self.plain.classifier_turn(logits, batch.labels, domain_cost=cost, strength=strength)
        yield Turn(player=DOMAIN, cost=self.group_cost(features.detach(), batch))

    def group_cost(self, features: Features, batch: GroupBatch) -> Scalar:
        """The cross-entropy of the groups."""
        if self.told:
            features = outer_products(features, one_hot(batch.labels, 2).float())
        logits: ClassLogits = self.players[DOMAIN].network(features)
        return cross_entropy(logits, batch.groups).mean()


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """A classifier of the source, tried on new points of both domains.

    Attributes:
        source: Where it is right in the source.
        target: Where it is right in the target.
        linear: Accuracy of a fresh linear probe for the domain, by the features.
        deep: That of one with a hidden layer.
        yes: The probability of yes in each cell of the square of ±`REACH`, the lowest row first.
        points: 100 of each domain, in units of the noise, those of the source first.
        labels: The classes of these points.
    """

    source: Tensor
    target: Tensor
    linear: Estimate
    deep: Estimate
    yes: NDArray[np.float64]
    points: PlanarPoints
    labels: Labels

    @property
    def shares(self) -> dict[str, float]:
        """The shares that are right in either domain, and what the probes know."""
        right = {"source": self.source, "target": self.target}
        return {
            **{name: float(each.double().mean()) for name, each in right.items()},
            "linear": self.linear.value,
            "deep": self.deep.value,
        }


@dataclass(frozen=True, kw_only=True)
class Fair:
    """A classifier, tried on new points of the groups.

    Attributes:
        right: Where it is right.
        rates: Of the groups.
        probe: Accuracy of a fresh probe that is to tell the first from the last group.
    """

    right: Tensor
    rates: list[GroupRates]
    probe: Estimate

    @property
    def shares(self) -> dict[str, float]:
        """The share that is right, the two gaps, and what the probe knows."""
        return {
            "right": float(self.right.double().mean()),
            "odds": equalised_odds_gap(self.rates).value,
            "parity": parity_gap(self.rates).value,
            "probe": self.probe.value,
        }


@dataclass(frozen=True)
class Played:
    """Several games of each kind.

    Attributes:
        domains: Those of two domains, by λ.
        groups: Those of groups, by whether the second head is told the answer, and by λ.
    """

    domains: Mapping[float, Sequence[Adapted]]
    groups: Mapping[tuple[bool, float], Sequence[Fair]]


def domains_game(heads: Heads) -> InvarianceGame:
    """Make the game of two domains, as it is before its first round.

    Example:
        >>> heads = Heads(weight=1.0, features=2, deep=False, rounds=1, seed=0)
        >>> sorted(domains_game(heads).players)
        ['classifier', 'domain']
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(heads.seed, "weights"))
        game = build_invariance(_settings(heads), (1, 1, 2), _engine())
    return cast("InvarianceGame", game)


@lru_cache(maxsize=64)
def learn_domains(domains: Domains, heads: Heads) -> Adapted:
    """Play the game of two domains by zerosum's own loop, and try its classifier.

    Example:
        >>> heads = Heads(weight=1.0, features=2, deep=False, rounds=1, seed=0)
        >>> learn_domains(Domains(shift=3.0, seed=0), heads).points.shape
        torch.Size([200, 2])
    """
    game = domains_game(heads)
    Loop(game=game, batches=domains, engine=_engine(), seed=heads.seed).run(
        until=heads.rounds * _BATCH
    )
    random = Randomness(seed=domains.seed, stream="new")
    drawn = [domains.draw(each, _TESTED, random) for each in (True, False)]
    answers = [game.answer(as_images(points)).argmax(dim=1) for points, _ in drawn]
    right = [found == labels for found, (_, labels) in zip(answers, drawn, strict=True)]
    seen = [game.encode(as_images(points), "source") for points, _ in drawn]
    probed = [each[:_PROBED] for each in seen]
    return Adapted(
        source=right[0],
        target=right[1],
        linear=probe_domains(probed[0], probed[1], hidden=0, seed=heads.seed),
        deep=probe_domains(probed[0], probed[1], seed=heads.seed),
        yes=_map(game),
        points=torch.cat([points[:100] for points, _ in drawn]) / _SCALE,
        labels=torch.cat([labels[:100] for _, labels in drawn]),
    )


def _map(game: InvarianceGame) -> NDArray[np.float64]:
    steps = ((torch.arange(_SIDE) + 0.5) / _SIDE * 2 - 1) * REACH * _SCALE
    plane = torch.cartesian_prod(steps, steps)
    yes = game.classify(as_images(plane))[:, 1].view(_SIDE, _SIDE).T
    return yes.double().numpy()


@lru_cache(maxsize=64)
def learn_groups(groups: Groups, heads: Heads, *, told: bool) -> Fair:
    """Play the game of groups by zerosum's own loop, and try its classifier.

    Args:
        groups: The points.
        heads: How is played.
        told: Whether the head of the groups is given the true answer besides the features.

    Example:
        >>> heads = Heads(weight=1.0, features=2, deep=False, rounds=1, seed=0)
        >>> fair = learn_groups(Groups(spread=0.3, seed=0), heads, told=False)
        >>> [each.group for each in fair.rates]
        [0, 1, 2]
    """
    played = groups_game(heads, told=told)
    game = played.plain
    Loop(game=played, batches=groups, engine=_engine(), seed=heads.seed).run(
        until=heads.rounds * _BATCH
    )
    new = groups.draw(3 * _TESTED, Randomness(seed=groups.seed, stream="new"))
    said = game.answer(new.images).argmax(dim=1) == 1
    features = game.encode(new.images, "source")
    first, last = (features[new.groups == each][:_PROBED] for each in (0, Groups.count - 1))
    return Fair(
        right=said == (new.labels == 1),
        rates=group_rates(said, new.labels == 1, new.groups),
        probe=probe_domains(first, last, seed=heads.seed),
    )


def groups_game(heads: Heads, *, told: bool) -> GroupsGame:
    """Make the game of groups, as it is before its first round.

    Example:
        >>> heads = Heads(weight=1.0, features=2, deep=False, rounds=1, seed=0)
        >>> groups_game(heads, told=True).players["domain"].network
        Sequential(
          (0): Linear(in_features=4, out_features=3, bias=True)
        )
    """
    inputs = (1 + told) * heads.features
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(heads.seed, "groups"))
        below: list[nn.Module] = [nn.Linear(inputs, _HEAD), nn.ReLU()] if heads.deep else []
        head = nn.Sequential(*below, nn.Linear(_HEAD if heads.deep else inputs, Groups.count))
    optimizer = _settings(heads).domain_optimizer
    return GroupsGame(domains_game(heads), build_player(head, optimizer, _engine()), told=told)


def _settings(heads: Heads) -> InvarianceConfig:
    return InvarianceConfig(
        network=MlpClassifierConfig(widths=(_WIDTH, heads.features), input_noise=0.0, noise=0.0),
        domain_widths=(_HEAD,) if heads.deep else (),
        weight=heads.weight,
        classes=("no", "yes"),
        optimizer=OptimizerConfig(learning_rate=_RATE),
        domain_optimizer=OptimizerConfig(learning_rate=_HEAD_RATE),
    )


def _engine() -> Engine:
    return Engine(device=torch.device("cpu"))
