"""Games over two domains: images of one are translated into images of the other.

In each round of any of them a batch is translated once. The translators' cost is the adversarial
loss and the game's own terms; each discriminator learns to tell real images of its domain from
the same translations. A game defines in `turns` who moves when, and the terms of the cost.
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
        settings: Objective, augmentation, and the weights of the terms.
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
        """Translate images to the other domain, by the best translator in evaluation mode."""
        with evaluating(self.generator(direction)) as network:
            device = next(network.parameters()).device
            translated: Images = network(images.to(device))
        return translated.float()

    def reconstruct(self, translated: Images, direction: str) -> Images | None:
        """Translate results of that direction back; None if no translator does."""
        back = direction[::-1]
        return self.translate(translated, back) if back in self.directions else None

    def preview(self, examples: DomainBatch) -> list[Images]:
        """Columns of images for a sample grid.

        For each direction: the examples, their translations, and those translated back, or, where
        no translator leads back, the examples of the other domain.
        """
        columns: list[Images] = []
        for direction in self.directions:
            source, target = examples.along(direction)
            translated = self.translate(source, direction).cpu()
            back = self.reconstruct(translated, direction)
            columns += [source, translated, target if back is None else back.cpu()]
        return columns

    def logits(self, name: str, images: Images, now: Round) -> Float[Tensor, " patches"]:
        """A discriminator's logits, of all patches of all images in one row."""
        images = augment(images, self.settings.augmentation, now.random)
        logits: Tensor = self.players[name].network(images)
        return logits.float().flatten()

    def discriminator_turn(self, name: str, real: Images, fake: Images, now: Round) -> Turn:
        """A discriminator learns to tell real images of its domain from translations."""
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

    With G: A → B, F: B → A, and D_A, D_B, the translators' cost is (equations 1 to 3 and section
    5.2)

        adv(D_B(G(a))) + adv(D_A(F(b)))
        + λ (‖F(G(a)) − a‖₁ + ‖G(F(b)) − b‖₁)
        + λ ι (‖G(b) − b‖₁ + ‖F(a) − a‖₁),

    the norms being means over pixels. Then each discriminator learns from real images and from
    the new translations, some of them exchanged for older ones. The paper halves the
    discriminators' costs, which makes no difference to Adam.

    Args:
        settings: λ is its ``cycle_weight``, and ι its ``identity_weight``, 0.5 in the paper and 0
            in the course.
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
        """Both translators move together, then each discriminator, by the same translations."""
        fake_b, same_b = self._translate("a2b", batch.a, batch.b)
        fake_a, same_a = self._translate("b2a", batch.b, batch.a)
        yield self.generators_turn(batch, (fake_a, fake_b), (same_a, same_b), now)
        for domain, real, fake in (("b", batch.b, fake_b), ("a", batch.a, fake_a)):
            pooled = self.pools[domain].exchange(fake.detach(), now)
            yield self.discriminator_turn(f"discriminator_{domain}", real, pooled, now)

    def generators_turn(
        self,
        batch: DomainBatch,
        fakes: tuple[Images, Images],
        same: tuple[Images | None, Images | None],
        now: Round,
    ) -> Turn:
        """The translators lower the adversarial, cycle consistency and identity terms.

        Args:
            batch: The real images.
            fakes: Translations into A and into B.
            same: The results of the translators into A and into B for images of A and of B.
            now: The round.
        """
        fake_a, fake_b = fakes
        adversarial_b, accuracy_b = self.generator_loss("discriminator_b", fake_b, batch.b, now)
        adversarial_a, accuracy_a = self.generator_loss("discriminator_a", fake_a, batch.a, now)
        back_a, back_b = self._network("b2a")(fake_b), self._network("a2b")(fake_a)
        cycle = absolute_error(back_a.float(), batch.a) + absolute_error(back_b.float(), batch.b)
        weight = self.settings.cycle_weight
        terms = {
            "adversarial a2b": adversarial_b,
            "adversarial b2a": adversarial_a,
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
        """Load the pools, whatever the number of images in each."""
        require_like(state, {f"pool {domain}": torch.empty(0) for domain in self.pools}, "game")
        device = self.players["generators"].parameters[0].device
        for domain, pool in self.pools.items():
            pool.images = state[f"pool {domain}"].to(device)

    def _network(self, direction: str) -> nn.Module:
        networks = self.players["generators"].network
        assert isinstance(networks, nn.ModuleDict)
        return networks[direction]

    def _translate(
        self, direction: str, source: Images, target: Images
    ) -> tuple[Images, Images | None]:
        """Translate the source and, for the identity term, images of the target domain."""
        network = self._network(direction)
        if not self.settings.identity_weight:
            return network(source).float(), None
        translated = network(torch.cat([source, target])).float()
        return translated[: len(source)], translated[len(source) :]


class OneWayGame(TranslationGame):
    """One translator and one discriminator, of the domain that it translates into.

    Args:
        settings: The terms' weights, and from which domain to which.
        generator: Player whose network translates.
        discriminator: Player whose network computes logits.
    """

    def __init__(
        self, settings: OneWayConfig, *, generator: Player, discriminator: Player
    ) -> None:
        super().__init__(
            settings, players={"discriminator": discriminator, "generator": generator}
        )
        self.directions = settings.directions

    def domains(self, batch: DomainBatch) -> tuple[Images, Images]:
        """The images to be translated, and real images of the other domain."""
        return batch.along(self.directions[0])

    def network(self) -> nn.Module:
        """The translator that learns."""
        return self.players["generator"].network

    def generator(self, direction: str) -> "Translator":
        """The best translator: its EMA, where there is one."""
        assert direction in self.directions
        return cast("Translator", self.players["generator"].best)

    def generator_turn(self, terms: dict[str, Scalar], accuracy: Scalar) -> Turn:
        """The translator's turn, whose cost is the sum of these terms."""
        return Turn(
            player="generator",
            cost=total(terms),
            scores={**terms, "accuracy": accuracy},
        )
