"""Terms that join a player's cost beside the adversarial loss: one protocol for both players."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from zerosum import games
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.base import Round
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, GeneratingGame
from zerosum.games.parts.classes import repeat_labels
from zerosum.games.parts.discrimination import logits_of, total
from zerosum.games.parts.schedules import STEADY, Schedule
from zerosum.games.parts.settings import PenaltyConfig
from zerosum.objectives.penalties import PENALTIES, USES_LOGITS_OF, Penalty
from zerosum.types import Images, Labels, Logits, OtherImages, Scalar

__all__ = ["Pair", "Regulariser", "WeightedPenalty", "make_regularisers", "regularise"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Real and generated images as D is given them in one turn.

    Attributes:
        real: Augmented images, shape (n, c, h, w).
        fake: The same, generated, shape (m, c, h, w), m being n or a multiple of it.
        labels: The classes of the real images, in a conditional game.
        real_logits: D's logits of the real images, at D's turn.
        fake_logits: D's logits of the generated images, at D's turn.

    Example:
        >>> images = torch.zeros(2, 1, 4, 4)
        >>> pair = Pair(real=images, fake=images.repeat(2, 1, 1, 1), labels=torch.tensor([0, 7]))
        >>> pair.fake_labels
        tensor([0, 7, 0, 7])
    """

    real: Images
    fake: OtherImages
    labels: Labels | None = None
    real_logits: Logits | None = None
    fake_logits: Logits | None = None

    @property
    def fake_labels(self) -> Int[Tensor, " m"] | None:
        """The classes of the generated images: those of the real ones, over and over."""
        return repeat_labels(self.labels, len(self.fake) // len(self.real))


class Regulariser(ABC):
    """A term of a player's cost, computed in some or all of its turns.

    Attributes:
        name: What the term is called in logs.
        every: It is due in every so many of the player's turns.
        uses_logits_of: Whose logits it differentiates by the images: those of ``real`` or
            ``fake``, which the loss is computed from too; None: of neither.
        uses_real: Whether, at G's turn, it needs real images.

    Example:
        >>> class Brightness(Regulariser):
        ...     name = "brightness"
        ...     def term(self, game, pair, now):
        ...         return {"brightness": pair.fake.mean()}
        >>> Brightness().is_due(7)
        True
    """

    name: str
    every: int = 1
    uses_logits_of: str | None = None
    uses_real: bool = False

    def is_due(self, turn: int) -> bool:
        """Whether the player's turn of that number, from 0, includes the term."""
        return turn % self.every == 0

    @abstractmethod
    def term(self, game: GeneratingGame[Any], pair: Pair, now: Round) -> dict[str, Scalar]:
        """The term, weight included, under ``name``; beside it whatever else is to be recorded."""

    def state_dict(self) -> dict[str, Tensor]:
        """Its state from turn to turn, by names of its own."""
        return {}

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Load what `state_dict` returned; the rest of the state belongs to others."""
        assert not self.state_dict(), f"{self.name} has a state, and must load it"


def regularise(
    loss: Scalar | None,
    due: Sequence[Regulariser],
    game: GeneratingGame[Any],
    pair: Pair,
    now: Round,
) -> tuple[Scalar, dict[str, Scalar]]:
    """The cost, which is the loss and all terms that are due, and what to record of the terms.

    Args:
        loss: The adversarial loss; None: it is left out.
        due: The regularisers of this turn.
        game: Whose players they are about.
        pair: The images of this turn.
        now: The round.
    """
    scores: dict[str, Scalar] = {}
    for each in due:
        scores |= each.term(game, pair, now)
    terms = {} if loss is None else {"adversarial": loss}
    return total(terms | {each.name: scores[each.name] for each in due}), scores


class WeightedPenalty(Regulariser):
    """A penalty on the gradient of D, its weight, and how often it is due.

    Lazy regularisation (Karras et al. 2020, appendix B, https://arxiv.org/abs/1912.04958): added
    every ``every`` rounds with ``every`` times the weight, it costs little and acts as strongly.
    It is a part of that turn's cost, not a step of its own as in the paper, so the optimizer takes
    as many steps as without it and needs no other settings.

    Args:
        settings: The weight, and how often the penalty is due.
        name: Which one, of `PENALTIES`.
        factor: On the weight, as a function of the images seen.

    Example:
        >>> from zerosum.config import PenaltyConfig
        >>> lazy = WeightedPenalty(PenaltyConfig(weight=5.0, every=16), name="r1")
        >>> [turn for turn in range(40) if lazy.is_due(turn)]
        [0, 16, 32]
    """

    def __init__(self, settings: PenaltyConfig, *, name: str, factor: Schedule = STEADY) -> None:
        self.settings = settings
        self.name = name
        self.every = settings.every
        self.factor = factor
        self.penalty: Penalty = PENALTIES[name]
        self.uses_logits_of = USES_LOGITS_OF.get(self.penalty)

    def weight_at(self, now: Round) -> float:
        """The factor on the mean penalty in a round in which it is due."""
        return self.settings.weight * self.factor.at(now.images_seen) * self.every

    def term(self, game: GeneratingGame[Any], pair: Pair, now: Round) -> dict[str, Scalar]:
        """The weighted mean; without logits to use, in full precision: see `USES_LOGITS_OF`."""
        discriminator = game.players[DISCRIMINATOR].network

        def critic(images: Images) -> Logits:
            for known, logits in ((pair.real, pair.real_logits), (pair.fake, pair.fake_logits)):
                if images is known and logits is not None:
                    return logits
            return logits_of(discriminator, images, pair.labels, twice=True)

        precise = torch.autocast(pair.real.device.type, enabled=False)
        with nullcontext() if self.uses_logits_of else precise:
            values = self.penalty(critic, pair.real, pair.fake, now.random)
        return {self.name: self.weight_at(now) * values.mean()}


def make_regularisers(settings: AdversarialConfig) -> dict[str, tuple[Regulariser, ...]]:
    """The regularisers of each player whose weight is not 0.

    Example:
        >>> from zerosum.config import MlpDiscriminatorConfig, MlpGeneratorConfig
        >>> from zerosum.config import PenaltiesConfig, PenaltyConfig
        >>> settings = AdversarialConfig(
        ...     generator=MlpGeneratorConfig(),
        ...     discriminator=MlpDiscriminatorConfig(),
        ...     penalties=PenaltiesConfig(r1=PenaltyConfig(weight=5.0)),
        ... )
        >>> [[each.name for each in own] for own in make_regularisers(settings).values()]
        [['r1'], []]
    """
    burn_in, penalties = settings.burn_in, vars(settings.penalties)
    factor = burn_in.schedule(burn_in.penalties)
    of_generator: list[Regulariser] = []
    # Through the package, so that a game without them does not import them.
    if settings.feature_matching.weight > 0:
        of_generator.append(games.FeatureMatching(settings.feature_matching))
    if settings.path_length.weight > 0:
        of_generator.append(games.PathLength(settings.path_length))
    return {
        DISCRIMINATOR: tuple(
            WeightedPenalty(penalty, name=name, factor=factor)
            for name, penalty in penalties.items()
            if penalty.weight > 0
        ),
        GENERATOR: tuple(of_generator),
    }
