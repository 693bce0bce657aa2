"""AdvGAN: a generator learns to mislead a trained classifier."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn.functional import softplus

from zerosum.attacks import Goal, Learned, PixelClassifier, into_range
from zerosum.games.base import Game, Player, Round, Turn, evaluating
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.games.parts.discrimination import (
    discriminator_turn,
    generator_loss,
    logits_of,
    total,
)
from zerosum.games.perturbation_settings import PerturbationConfig
from zerosum.objectives.losses import make_objective
from zerosum.registry import Table
from zerosum.types import Batch, ClassLogits, Images, Logits, Mask, PerSample, Pixels

__all__ = ["MISLEADING", "PerturbationGame"]


def _margin(goal: Goal, logits: ClassLogits, confidence: float) -> PerSample:
    return (confidence - goal.margin(logits)).clamp_min(0)


def _cross_entropy(goal: Goal, logits: ClassLogits, confidence: float) -> PerSample:
    return softplus(-goal.odds(logits))


MISLEADING: Table[Callable[[Goal, ClassLogits, float], PerSample]] = Table(
    "cost of not misleading", {"margin": _margin, "cross-entropy": _cross_entropy}
)
"""The losses of an image that does not mislead the classifier, by name; z are its logits.

``margin``: max(κ − margin(z), 0), which is 0 where the goal is reached by κ (Carlini and Wagner
2017, section V.A, f₆, https://arxiv.org/abs/1608.04644). ``cross-entropy``: −log p, p being the
probability of the goal: that of the target class, or one minus that of the original class.
"""


class PerturbationGame(Game[Batch]):
    """A generator G changes images a little, to mislead a classifier f, the victim.

    x' = x + ε G(x), clamped to [0, 1], differs from x by at most ε in any pixel. The cost of G is

        mean misleading(f(x')) + α adv(D(x')) + β mean max(‖x' − x‖₂ − c, 0),

    and D learns to tell changed images x' from clean ones x. Terms are means over the images, and
    the norm is that of the change after clamping. f is no player: it is frozen, in evaluation
    mode. The goal is any class but the one that f predicts for x, right or wrong, so that no
    labels are needed; or a target class.

    Args:
        settings: α is its ``discriminator_weight``, β its ``size_weight``, c its ``size`` and κ
            its ``confidence``.
        generator: Player whose network maps images in [-1, 1] to shares of ε in [-1, 1].
        discriminator: Player of D; None, where α is 0.
        victim: f. Its parameters are frozen, and it is put into evaluation mode, for good. None:
            the game cannot be played, but G can be used.

    Attributes:
        roles: Other names than those of the players, since the alarm's rules do not hold here: D's
            success is no failure of G, and G's gradient vanishes where all images mislead.

    Paper:
        Xiao et al. 2018, section 3.2, https://arxiv.org/abs/1801.02610

    Example:
        >>> from torch import nn
        >>> from zerosum.config import ResnetTranslatorConfig
        >>> from zerosum.networks import Perturber
        >>> from zerosum.randomness import Randomness
        >>> translator = ResnetTranslatorConfig(base_channels=4, blocks=1)
        >>> settings = PerturbationConfig(generator=translator)
        >>> network = Perturber(settings.generator.build((1, 8, 8)), image_shape=(1, 8, 8))
        >>> game = PerturbationGame(
        ...     settings,
        ...     generator=Player(
        ...         network=network, optimizer=torch.optim.Adam(network.parameters())),
        ...     victim=PixelClassifier(network=nn.Sequential(nn.Flatten(), nn.Linear(64, 3))),
        ... )
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [turn.player for turn in game.turns(Batch(images=torch.zeros(4, 1, 8, 8)), now)]
        ['generator']
    """

    roles: Mapping[str, str] = MappingProxyType(
        {GENERATOR: "perturber", DISCRIMINATOR: "detector"}
    )

    def __init__(
        self,
        settings: PerturbationConfig,
        *,
        generator: Player,
        discriminator: Player | None = None,
        victim: PixelClassifier | None,
    ) -> None:
        self.settings = settings
        sides = {DISCRIMINATOR: discriminator, GENERATOR: generator}
        self.players = {name: side for name, side in sides.items() if side is not None}
        self.objective = make_objective(settings.objective)
        if victim is not None:
            victim.network.eval().requires_grad_(False)
        self._victim = victim

    @property
    def victim(self) -> PixelClassifier:
        """The classifier that is misled."""
        assert self._victim is not None, "the game was built without its victim"
        return self._victim

    @property
    def attack(self) -> Learned:
        """The best generator as an attack, without a change of its mode."""
        return Learned(network=self.players[GENERATOR].best)

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """D moves, if there is one, then G, against the D that has just moved."""
        clean = to_pixels(batch.images)
        changes: Images = self.players[GENERATOR].network(batch.images)
        changed = into_range(clean, self.settings.epsilon * changes.float())
        if DISCRIMINATOR in self.players:
            yield self.discriminator_turn(batch.images, changed.detach())
        yield self.generator_turn(clean, changed)

    def discriminator_turn(self, images: Images, changed: Pixels) -> Turn:
        """D learns to tell clean images, in [-1, 1], from changed ones, in [0, 1]."""
        clean_logits, changed_logits = self.logits(images), self.logits(changed * 2 - 1)
        return discriminator_turn(DISCRIMINATOR, self.objective, clean_logits, changed_logits)

    def generator_turn(self, clean: Pixels, changed: Pixels) -> Turn:
        """G learns to mislead the victim by changes that D cannot recognise.

        Its score ``fooled`` is the share of images that reach the goal, of those that did not
        before the change.
        """
        goal, eligible = self.goal(clean)
        logits = self.victim_logits(changed)
        misleading = MISLEADING[self.settings.misleading]
        terms = {"misleading": misleading(goal, logits, self.settings.confidence).mean()}
        if DISCRIMINATOR in self.players:
            changed_logits = self.logits(changed * 2 - 1)
            loss = generator_loss(
                self.objective, changed_logits, lambda: self.logits(clean * 2 - 1)
            )
            terms["adversarial"] = self.settings.discriminator_weight * loss
        length = torch.linalg.vector_norm(changed - clean, dim=(1, 2, 3))
        if weight := self.settings.size_weight:
            terms["too large"] = weight * (length - self.settings.size).clamp_min(0).mean()
        fooled = (goal.fooled(logits) & eligible).sum() / eligible.sum().clamp_min(1)
        scores = terms | {"fooled": fooled, "size": length.detach().mean()}
        return Turn(player=GENERATOR, cost=total(terms), scores=scores)

    def goal(self, clean: Pixels) -> tuple[Goal, Mask]:
        """The goal of each image, and which images do not reach it unchanged."""
        with torch.no_grad():
            logits = self.victim_logits(clean)
        predicted, target = logits.argmax(dim=1), self.settings.targeted
        if target is None:
            return Goal(labels=predicted), torch.ones_like(predicted, dtype=torch.bool)
        return Goal(labels=torch.full_like(predicted, target), targeted=True), predicted != target

    def logits(self, images: Images) -> Logits:
        """D's logits of images in [-1, 1]."""
        return logits_of(self.players[DISCRIMINATOR].network, images)

    def victim_logits(self, images: Pixels) -> ClassLogits:
        """The victim's logits, in full precision."""
        return self.victim(images).float()

    def preview(self, images: Images) -> tuple[Images, Images]:
        """The changes as a share of ε, and the changed images; all in [-1, 1]."""
        with evaluating(self.players[GENERATOR].best) as network:
            device = next(network.parameters()).device
            changes: Tensor = network(images.to(device)).float().to(images.device)
        clean = to_pixels(images)
        changed = into_range(clean, self.settings.epsilon * changes)
        return (changed - clean) / self.settings.epsilon, changed * 2 - 1


def to_pixels(images: Images) -> Pixels:
    """Scale from [-1, 1] to [0, 1], in which ε is measured.

    Example:
        >>> to_pixels(torch.tensor([-1.0, 0.0, 1.0]).view(1, 1, 1, 3)).flatten()
        tensor([0.0000, 0.5000, 1.0000])
    """
    return (images + 1) / 2
