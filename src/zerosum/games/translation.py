"""Games over two domains: pictures of one are turned into pictures of the other.

All share one step: translate a batch once; let the translators pay for being found out, and for
whatever else the game asks of them; let each discriminator tell real pictures of its domain from
the same translations. A game of this family says in `turns` who moves when, and in one method
what the translators pay.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.augment.diffaugment import augment
from zerosum.checkpoint import require_like
from zerosum.games.base import Game, Player, Round, Turn, evaluating
from zerosum.games.parts.discrimination import (
    discriminator_turn,
    generator_loss,
    share_above,
    total,
)
from zerosum.games.parts.pool import ImagePool
from zerosum.games.translation_settings import (
    CycleConfig,
    Direction,
    OneWayConfig,
    TranslationConfig,
)
from zerosum.objectives.losses import make_objective
from zerosum.objectives.translation import absolute_error
from zerosum.types import DomainBatch, Images, Scalar

if TYPE_CHECKING:  # A network that someone brings has the parts, not the class.
    from zerosum.networks.kinds import Translator

__all__ = ["CycleGame", "OneWayGame", "TranslationGame"]


class TranslationGame(Game[DomainBatch]):
    """What all games over two domains share.

    Args:
        settings: What is paid.
        players: The players by name.

    Attributes:
        directions: From which domain to which the game learns to translate.
    """

    directions: tuple[Direction, ...]

    def __init__(self, settings: TranslationConfig, *, players: Mapping[str, Player]) -> None:
        self.settings = settings
        self.players = players
        self.objective = make_objective(settings.objective)

    @abstractmethod
    def generator(self, direction: str) -> "Translator":
        """The best translator in that direction: its EMA, where there is one."""

    def translate(self, images: Images, direction: str) -> Images:
        """Pictures of the other domain, by the best translator in evaluation mode."""
        with evaluating(self.generator(direction)) as network:
            device = next(network.parameters()).device
            translated: Images = network(images.to(device))
        return translated.float()

    def reconstruct(self, translated: Images, direction: str) -> Images | None:
        """Translations of that direction, translated back; None where there is no way back."""
        back = direction[::-1]
        return self.translate(translated, back) if back in self.directions else None

    def preview(self, examples: DomainBatch) -> list[Images]:
        """Columns of pictures that show how the game stands.

        For each direction: the examples, their translations, and those translated back, or, where
        there is no way back, the examples of the other domain.
        """
        columns: list[Images] = []
        for direction in self.directions:
            source, target = examples.along(direction)
            made = self.translate(source, direction).cpu()
            back = self.reconstruct(made, direction)
            columns += [source, made, target if back is None else back.cpu()]
        return columns

    def logits(self, name: str, images: Images, now: Round) -> Float[Tensor, " patches"]:
        """A discriminator's logits, of all patches of all pictures in one row."""
        seen = augment(images, self.settings.augmentation, now.random)
        logits: Tensor = self.players[name].network(seen)
        return logits.float().flatten()

    def discriminator_turn(self, name: str, real: Images, fake: Images, now: Round) -> Turn:
        """A discriminator learns to tell real pictures of its domain from translations."""
        real_logits, fake_logits = self.logits(name, real, now), self.logits(name, fake, now)
        return discriminator_turn(name, self.objective, real_logits, fake_logits)

    def generator_loss(
        self, name: str, fake: Images, real: Images, now: Round
    ) -> tuple[Scalar, Scalar]:
        """The translators' adversarial loss, and the share of patches that pass for real.

        A patch passes if its logit is above that of a discriminator that cannot tell.
        """
        fake_logits = self.logits(name, fake, now)
        loss = generator_loss(self.objective, fake_logits, lambda: self.logits(name, real, now))
        return loss, share_above(fake_logits.detach(), self.objective.undecided)


class CycleGame(TranslationGame):
    """Two translators, there and back, and a discriminator for each domain.

    With G: A → B, F: B → A, and D_A, D_B, the translators pay (equations 1 to 3 and section 5.2)

        adv(D_B(G(a))) + adv(D_A(F(b)))
        + λ (‖F(G(a)) − a‖₁ + ‖G(F(b)) − b‖₁)
        + λ ι (‖G(b) − b‖₁ + ‖F(a) − a‖₁),

    the norms being means over pixels. Then each discriminator learns from real pictures and from
    the translations just made, some of them exchanged for older ones. The paper halves the
    discriminators' costs, which Adam does not notice.

    Args:
        settings: What is paid; λ is its ``cycle_weight``, and ι its ``identity_weight``, 0.5 in
            the paper and 0 in the course.
        generators: Player with the networks ``a2b`` (G) and ``b2a`` (F) in a ModuleDict.
        discriminator_a: Player of D_A.
        discriminator_b: Player of D_B.

    Paper:
        Zhu et al. 2017, https://arxiv.org/abs/1703.10593

    Example:
        >>> from zerosum.config import PatchDiscriminatorConfig, ResnetTranslatorConfig
        >>> from zerosum.randomness import Randomness
        >>> def player(network):
        ...     return Player(network=network, optimizer=torch.optim.Adam(network.parameters()))
        >>> settings = CycleConfig(
        ...     generator=ResnetTranslatorConfig(base_channels=4, blocks=1),
        ...     discriminator=PatchDiscriminatorConfig(base_channels=4),
        ... )
        >>> g, f = (settings.generator.build((3, 32, 32)) for _ in range(2))
        >>> d_a, d_b = (settings.discriminator.build((3, 32, 32)) for _ in range(2))
        >>> game = CycleGame(
        ...     settings,
        ...     generators=player(nn.ModuleDict({"a2b": g, "b2a": f})),
        ...     discriminator_a=player(d_a),
        ...     discriminator_b=player(d_b),
        ... )
        >>> batch = DomainBatch(a=torch.zeros(1, 3, 32, 32), b=torch.ones(1, 3, 32, 32))
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [turn.player for turn in game.turns(batch, now)]
        ['generators', 'discriminator_b', 'discriminator_a']
    """

    directions = ("a2b", "b2a")
    roles = MappingProxyType(
        {
            "generators": "generator",
            "discriminator_a": "discriminator",
            "discriminator_b": "discriminator",
        }
    )

    settings: CycleConfig

    def __init__(
        self,
        settings: CycleConfig,
        *,
        generators: Player,
        discriminator_a: Player,
        discriminator_b: Player,
    ) -> None:
        super().__init__(
            settings,
            players={
                "generators": generators,
                "discriminator_a": discriminator_a,
                "discriminator_b": discriminator_b,
            },
        )
        self.pools = {"a": ImagePool(settings.pool), "b": ImagePool(settings.pool)}

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """Both translators move together, then each discriminator by what they have made."""
        fake_b, same_b = self._through("a2b", batch.a, batch.b)
        fake_a, same_a = self._through("b2a", batch.b, batch.a)
        yield self.generators_turn(batch, (fake_a, fake_b), (same_a, same_b), now)
        for domain, real, fake in (("b", batch.b, fake_b), ("a", batch.a, fake_a)):
            shown = self.pools[domain].exchange(fake.detach(), now)
            yield self.discriminator_turn(f"discriminator_{domain}", real, shown, now)

    def generators_turn(
        self,
        batch: DomainBatch,
        fakes: tuple[Images, Images],
        same: tuple[Images | None, Images | None],
        now: Round,
    ) -> Turn:
        """The translators learn to be believed, to be undone by each other, and to do no more.

        Args:
            batch: The real pictures.
            fakes: Translations into A and into B.
            same: What the translators into A and into B make of pictures that are there already.
            now: The round.
        """
        fake_a, fake_b = fakes
        believed_b, accuracy_b = self.generator_loss("discriminator_b", fake_b, batch.b, now)
        believed_a, accuracy_a = self.generator_loss("discriminator_a", fake_a, batch.a, now)
        back_a, back_b = self._network("b2a")(fake_b), self._network("a2b")(fake_a)
        cycle = absolute_error(back_a.float(), batch.a) + absolute_error(back_b.float(), batch.b)
        weight = self.settings.cycle_weight
        terms = {
            "adversarial a2b": believed_b,
            "adversarial b2a": believed_a,
            "cycle": weight * cycle.mean(),
        }
        if same[0] is not None and same[1] is not None:
            identity = absolute_error(same[0], batch.a) + absolute_error(same[1], batch.b)
            terms["identity"] = weight * self.settings.identity_weight * identity.mean()
        return Turn(
            player="generators",
            cost=total(terms),
            scores=terms | {"accuracy": (accuracy_a + accuracy_b) / 2},
        )

    def generator(self, direction: str) -> "Translator":
        """The best translator in that direction: its EMA, where there is one."""
        best = self.players["generators"].best
        assert isinstance(best, nn.ModuleDict)
        return cast("Translator", best[direction])

    def state_dict(self) -> dict[str, Tensor]:
        """The pools."""
        return {f"pool {domain}": pool.images for domain, pool in self.pools.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back the pools, each of which may be as full as it likes."""
        require_like(state, {f"pool {domain}": torch.empty(0) for domain in self.pools}, "game")
        device = self.players["generators"].parameters[0].device
        for domain, pool in self.pools.items():
            pool.images = state[f"pool {domain}"].to(device)

    def _network(self, direction: str) -> nn.Module:
        networks = self.players["generators"].network
        assert isinstance(networks, nn.ModuleDict)
        return networks[direction]

    def _through(
        self, direction: str, source: Images, target: Images
    ) -> tuple[Images, Images | None]:
        """Translate the source, and, where that is paid for, what needs no translation."""
        network = self._network(direction)
        if not self.settings.identity_weight:
            return network(source).float(), None
        made = network(torch.cat([source, target])).float()
        return made[: len(source)], made[len(source) :]


class OneWayGame(TranslationGame):
    """One translator and one discriminator, of the domain that it translates into.

    Args:
        settings: What is paid, and from which domain to which.
        generator: Player whose network translates.
        discriminator: Player whose network judges.
    """

    def __init__(
        self, settings: OneWayConfig, *, generator: Player, discriminator: Player
    ) -> None:
        super().__init__(
            settings, players={"discriminator": discriminator, "generator": generator}
        )
        self.directions = (settings.direction,)

    def domains(self, batch: DomainBatch) -> tuple[Images, Images]:
        """The pictures to be translated, and those that they are to look like."""
        return batch.along(self.directions[0])

    def network(self) -> nn.Module:
        """The translator that learns."""
        return self.players["generator"].network

    def generator(self, direction: str) -> "Translator":
        """The best translator: its EMA, where there is one."""
        assert direction in self.directions
        return cast("Translator", self.players["generator"].best)

    def generator_turn(self, terms: dict[str, Scalar], accuracy: Scalar) -> Turn:
        """The turn of the translator that pays these terms."""
        return Turn(
            player="generator",
            cost=total(terms),
            scores={**terms, "accuracy": accuracy},
        )
