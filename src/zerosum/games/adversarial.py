"""Generator against discriminator: the game of Goodfellow et al. (2014) and its descendants.

The order of play is the paper's Algorithm 1 (https://arxiv.org/abs/1406.2661). Which loss is used
and what joins it are settings: one `Objective`, one `AugmentationPipeline`, and for each player
one list of `Regulariser`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from zerosum import games
from zerosum.data.scaling import dequantise
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.base import Player, Round, Turn
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, GeneratingGame
from zerosum.games.parts.augmentation import AugmentationPipeline
from zerosum.games.parts.classes import Classes, repeat_labels
from zerosum.games.parts.discrimination import (
    discrimination_scores,
    discriminator_loss,
    generator_loss,
    logits_of,
    share_above,
)
from zerosum.games.parts.regularisers import Pair, Regulariser, make_regularisers, regularise
from zerosum.objectives.losses import make_objective
from zerosum.types import Batch, Images, Labels, Logits, OtherImages, Scalar

__all__ = ["AdversarialGame"]


class AdversarialGame(GeneratingGame[Batch]):
    """A generator G that maps latents to images, against a discriminator D.

    In each round D is given one batch of real and one of generated images. G moves in every
    ``critic_turns``-th round, ``generator_turns`` times, against the D that has just moved.

    In a conditional game both players know the class. Each generated image has the class of the
    real image at its place in the batch: classes come as often as in the data, and objectives and
    penalties that pair real with generated images compare images of one class.

    Args:
        settings: The losses, and what joins them.
        generator: Player whose network maps latents (n, d) to images.
        discriminator: Player whose network maps images to logits (n,), or (n, 1).
        classes: Those of a conditional game; None: the game is unconditional.

    Attributes:
        objective: The two players' losses.
        augmentation: What images pass through on their way to D.
        regularisers: What joins the loss of each player, by its name.
        growth: When growing networks get their next size; or None.

    Example:
        >>> from zerosum.config import MlpDiscriminatorConfig, MlpGeneratorConfig
        >>> from zerosum.randomness import Randomness
        >>> def player(network):
        ...     return Player(network=network, optimizer=torch.optim.Adam(network.parameters()))
        >>> settings = AdversarialConfig(
        ...     generator=MlpGeneratorConfig(latent_size=2),
        ...     discriminator=MlpDiscriminatorConfig(),
        ... )
        >>> game = AdversarialGame(
        ...     settings,
        ...     generator=player(settings.generator.build((1, 4, 4))),
        ...     discriminator=player(settings.discriminator.build((1, 4, 4))),
        ... )
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [turn.player for turn in game.turns(Batch(images=torch.zeros(8, 1, 4, 4)), now)]
        ['discriminator', 'generator']
    """

    def __init__(
        self,
        settings: AdversarialConfig,
        *,
        generator: Player,
        discriminator: Player,
        classes: Classes | None = None,
    ) -> None:
        self.players = {DISCRIMINATOR: discriminator, GENERATOR: generator}
        self.settings = settings
        self.latent = settings.latent
        self.conditional_on = classes
        self.objective = make_objective(settings.objective, settings.real_label)
        self.augmentation = AugmentationPipeline(settings)
        self.regularisers = make_regularisers(settings)
        self.growth = games.Growth(settings.growth) if settings.growth.is_enabled else None

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """Play a round of Algorithm 1, whose k is ``critic_turns``.

        There k minibatches of x and z are sampled, with a step of D for each; then one of z, with
        a step of G. Here G's step uses the z of D's last one, so that G(z) is computed once; each
        of several ``generator_turns`` after the first samples z of its own.
        """
        # "Sample minibatch of m examples from data generating distribution": x.
        real, labels = self.prepare(batch.images, now), self.known_labels(batch)
        played, before = divmod(now.number, self.settings.critic_turns)
        generator_moves = before + 1 == self.settings.critic_turns
        times = self.settings.generator_batch if generator_moves else 1
        # "Sample minibatch of m noise samples": G(z), with a graph only if G moves.
        with torch.set_grad_enabled(generator_moves):
            fake = self.generate(times * len(real), now.random, repeat_labels(labels, times))
        first = self.discriminator_turn(real, fake[: len(real)].detach(), labels, now)
        yield first
        for again in range(self.settings.generator_turns if generator_moves else 0):
            if again:
                fake = self.generate(times * len(real), now.random, repeat_labels(labels, times))
            due = self.due(GENERATOR, played * self.settings.generator_turns + again)
            yield self.generator_turn(real, fake, labels, now, first.scores["real"], due)
        self.augmentation.follow(first.scores, len(real), now)

    def discriminator_turn(
        self, real: Images, fake: Images, labels: Labels | None, now: Round
    ) -> Turn:
        """D's step: ascend the gradient of E log D(x) + E log(1 − D(G(z))).

        Other objectives have other losses. Penalties that differentiate the logits of the loss
        share its graph, as in R3GAN's own program: D computes them once.
        """
        due = self.due(DISCRIMINATOR, now.number)
        shared = {each.uses_logits_of for each in due}
        # Leaves of the graph, so that penalties can differentiate D by them.
        real = self.augment(real, now).detach().requires_grad_("real" in shared)
        fake = self.augment(fake, now).detach().requires_grad_("fake" in shared)
        real_logits = self.logits(real, labels, twice="real" in shared)
        fake_logits = self.logits(fake, labels, twice="fake" in shared)
        pair = Pair(
            real=real, fake=fake, labels=labels, real_logits=real_logits, fake_logits=fake_logits
        )
        loss = discriminator_loss(self.objective, real_logits, fake_logits)
        cost, terms = regularise(loss, due, self, pair, now)
        scores = {"adversarial": loss, **terms}
        scores |= discrimination_scores(self.objective, real_logits, fake_logits)
        scores |= self.augmentation.scores(self.objective, real_logits, fake_logits, now)
        return Turn(player=DISCRIMINATOR, cost=cost, scores=scores)

    def generator_turn(
        self,
        real: Images,
        fake: OtherImages,
        labels: Labels | None,
        now: Round,
        threshold: Scalar,
        due: Sequence[Regulariser],
    ) -> Turn:
        """G's step: descend the gradient of E log(1 − D(G(z))), or of another objective's loss.

        Its accuracy is the share of its images whose logits are above ``threshold``, the mean
        logit of real images at D's turn.
        """
        fake = self.augment(fake, now)
        if self.objective.uses_real_in_generator or any(each.uses_real for each in due):
            real = self.augment(real, now)
        pair = Pair(real=real, fake=fake, labels=labels)
        fake_logits = self.logits(fake, pair.fake_labels)
        loss = generator_loss(self.objective, fake_logits, lambda: self.logits(real, labels))
        counted = None if self.settings.feature_matching.alone else loss
        cost, terms = regularise(counted, due, self, pair, now)
        accuracy = share_above(fake_logits.detach(), threshold)
        return Turn(player=GENERATOR, cost=cost, scores={"accuracy": accuracy, **terms})

    def prepare(self, images: Images, now: Round) -> Images:
        """The real images x of this round: dequantised, and as coarse as growing networks need."""
        images = dequantise(images, now.random) if self.settings.dequantise else images
        return images if self.growth is None else self.growth.prepare(self.players, images, now)

    def known_labels(self, batch: Batch) -> Labels | None:
        """The classes of the real images in a conditional game, or None."""
        return None if self.conditional_on is None else batch.labels

    def augment(self, images: Images, now: Round) -> Images:
        """The images as D is given them.

        Penalties differentiate D by these, not through the augmentation: PyTorch has no second
        derivative of interpolated pixels.
        """
        return self.augmentation.augment(images, now)

    def logits(
        self, images: Images, labels: Labels | None = None, *, twice: bool = False
    ) -> Logits:
        """D's logits; ``twice``: their gradient will be differentiated in turn."""
        return logits_of(self.players[DISCRIMINATOR].network, images, labels, twice=twice)

    def due(self, player: str, turn: int) -> list[Regulariser]:
        """The player's regularisers that are due in its turn of that number, from 0."""
        return [each for each in self.regularisers[player] if each.is_due(turn)]

    def state_dict(self) -> dict[str, Tensor]:
        """The states of regularisers and augmentation: the mean path length, the p of ADA."""
        state: dict[str, Tensor] = {}
        for part in self._parts():
            state |= part.state_dict()
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned."""
        super().load_state_dict(state)
        for part in self._parts():
            part.load_state_dict(state)

    def _parts(self) -> list[Regulariser | AugmentationPipeline]:
        return [*chain(*self.regularisers.values()), self.augmentation]
