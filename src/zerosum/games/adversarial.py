"""Generator against discriminator: the game of Goodfellow et al. (2014) and its descendants.

Which cost, which penalty and which tricks are settings; the order of play is the paper's
Algorithm 1 (https://arxiv.org/abs/1406.2661).
"""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from zerosum import games
from zerosum.augment.diffaugment import augment
from zerosum.data.scaling import dequantise
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.base import Player, Round, Turn
from zerosum.games.generating import DISCRIMINATOR, GENERATOR, GeneratingGame
from zerosum.games.parts.adaptive import AdaptiveAugmentation, overfitting
from zerosum.games.parts.classes import Classes
from zerosum.games.parts.growth import Growth, grow, simplify
from zerosum.games.parts.judging import opinions, share_above
from zerosum.games.parts.schedules import STEADY, Schedule
from zerosum.games.parts.settings import (
    BurnInConfig,
    InstanceNoiseConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.networks.rows import one_per_picture
from zerosum.nn.bilinear import TwiceDifferentiable
from zerosum.objectives.losses import make_objective
from zerosum.objectives.penalties import JUDGED, PENALTIES, Penalty
from zerosum.types import Batch, Images, Labels, Logits, OtherImages, Scalar

__all__ = ["AdversarialGame", "InstanceNoise", "WeightedPenalty"]


@dataclass(frozen=True)
class WeightedPenalty:
    """A penalty on the discriminator, its weight, and how often it is paid.

    Lazy regularisation (Karras et al. 2020, appendix B, https://arxiv.org/abs/1912.04958): paid
    every ``every`` rounds with ``every`` times the weight, it costs little and pulls as hard. It
    is a part of that turn's cost, not a step of its own as in the paper, so the optimizer takes as
    many steps as without it and needs no other settings. The weight may change while the run goes
    on: it is multiplied by ``factor``.

    Example:
        >>> from zerosum.config import PenaltyConfig
        >>> from zerosum.randomness import Randomness
        >>> lazy = WeightedPenalty(PenaltyConfig(weight=5.0, every=16), name="r1")
        >>> rounds = [Round(number=n, images=64 * n, random=Randomness(seed=0)) for n in range(40)]
        >>> [now.number for now in rounds if lazy.is_due(now)]
        [0, 16, 32]
    """

    settings: PenaltyConfig
    name: str = field(kw_only=True)
    factor: Schedule = field(default=STEADY, kw_only=True)

    @property
    def penalty(self) -> Penalty:
        """What is paid."""
        return PENALTIES[self.name]

    def is_due(self, now: Round) -> bool:
        """Whether this round pays the penalty."""
        return now.number % self.settings.every == 0

    @property
    def judged(self) -> str | None:
        """At which of the pictures that are judged it looks, ``real`` or ``fake``; or None."""
        return JUDGED.get(self.penalty)

    def weight_at(self, now: Round) -> float:
        """What the mean penalty is multiplied by in a round that pays it."""
        return self.settings.weight * self.factor.at(now.images) * self.settings.every


@dataclass(frozen=True)
class InstanceNoise:
    """Gaussian noise on all that the discriminator sees, fading out linearly.

    Sønderby et al. 2017, section 2.3 (https://arxiv.org/abs/1610.04490).

    Attributes:
        settings: How strong it is at the start, and when it has faded to nothing.

    Example:
        >>> from zerosum.config import InstanceNoiseConfig
        >>> noise = InstanceNoise(InstanceNoiseConfig(deviation=0.5, until=1000))
        >>> [noise.at(images) for images in (0, 500, 1000, 2000)]
        [0.5, 0.25, 0.0, 0.0]
    """

    settings: InstanceNoiseConfig

    def at(self, images: int) -> float:
        """The standard deviation after that many images."""
        return self.settings.deviation * max(0.0, 1.0 - images / self.settings.until)


class AdversarialGame(GeneratingGame[Batch]):
    """A generator G that turns latents into pictures, against a discriminator D.

    Each round shows D one batch of real and one of generated pictures. G moves in every
    ``critic_turns``-th round, against the D that has just moved.

    In a conditional game both know the class. Each generated picture is asked to be of the class
    of the real one that it is shown beside: classes come as often as in the data, and objectives
    and penalties that pair real with generated pictures compare like with like.

    Args:
        settings: What is paid, and how it is played.
        generator: Player whose network maps latents (n, d) to images.
        discriminator: Player whose network maps images to logits (n,), or (n, 1).
        classes: Those that G is asked for; None: the game knows no classes.

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
        >>> now = Round(number=0, images=0, random=Randomness(seed=0))
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
        self.asked = classes
        self.objective = make_objective(settings.objective, settings.real_label)
        self.penalties = weighted_penalties(settings.penalties, settings.burn_in)
        self.adaptive = _adaptive(settings)
        self.instance_noise = InstanceNoise(settings.instance_noise)
        self.growth = Growth(settings.growth) if settings.growth.is_wanted else None
        paths, matching = settings.path_length, settings.feature_matching
        self.path_length = games.PathLength(paths) if paths.weight > 0 else None
        self.matching = games.FeatureMatching(matching) if matching.weight > 0 else None

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """Algorithm 1: D moves every round, G after ``critic_turns`` rounds."""
        shown = dequantise(batch.images, now.random) if self.settings.dequantise else batch.images
        real = self.grown(shown, now)
        labels = asked = None if self.asked is None else batch.labels
        generator_moves = (now.number + 1) % self.settings.critic_turns == 0
        times = self.settings.generator_batch if generator_moves else 1
        if asked is not None:
            asked = asked.repeat(times)
        with torch.set_grad_enabled(generator_moves):
            fake = self.generate(times * len(real), now.random, asked)
        judgement = self.discriminator_turn(real, fake[: len(real)].detach(), now, labels)
        yield judgement
        if generator_moves:
            yield self.generator_turn(fake, real, judgement.scores["real"], now, asked)
        if self.adaptive:
            self.adaptive.follow(judgement.scores["overfitting"], len(real), now)

    def grown(self, real: Images, now: Round) -> Images:
        """Let the players grow to where they are now; the pictures with as much detail as that."""
        if self.growth is None:
            return real
        for player in self.players.values():
            grow(player, self.growth.progress(now.images))
        return simplify(self.players[DISCRIMINATOR], real)

    def discriminator_turn(
        self, real: Images, fake: Images, now: Round, labels: Labels | None = None
    ) -> Turn:
        """D learns to tell real from fake, and pays its penalties.

        Those on the slope at the very pictures that are judged share the graph of the cost, as in
        R3GAN's own program: one pass of D serves for the logits and for their slope.
        """
        due = [penalty for penalty in self.penalties if penalty.is_due(now)]
        twice = {penalty.judged for penalty in due}
        real = self.view(real, now).detach().requires_grad_("real" in twice)
        fake = self.view(fake, now).detach().requires_grad_("fake" in twice)
        real_logits = self.judge(real, labels, twice="real" in twice)
        fake_logits = self.judge(fake, labels, twice="fake" in twice)
        terms = {"adversarial": self.objective.discriminator(real_logits, fake_logits).mean()}
        known = ((real, real_logits), (fake, fake_logits))
        for penalty in due:
            terms[penalty.name] = self.pay(penalty, known, now, labels)
        scores = terms | opinions(real_logits, fake_logits)
        if self.adaptive:
            found = overfitting(self.objective, real_logits, fake_logits)
            chance = torch.full_like(found, self.adaptive.chance_at(now))
            scores |= {"overfitting": found, "augmentation": chance}
        return Turn(
            player=DISCRIMINATOR, cost=torch.stack(list(terms.values())).sum(), scores=scores
        )

    def pay(
        self,
        due: WeightedPenalty,
        known: tuple[tuple[Images, Logits], tuple[Images, Logits]],
        now: Round,
        labels: Labels | None = None,
    ) -> Scalar:
        """The penalty's part of D's cost, of real and generated pictures and their logits.

        A penalty that looks elsewhere is computed in full precision: see `JUDGED`.
        """
        (real, _), (fake, _) = known

        def critic(images: Images) -> Logits:
            judged = [logits for seen, logits in known if seen is images]
            return judged[0] if judged else self.judge(images, labels, twice=True)

        precise = torch.autocast(real.device.type, enabled=False)
        with nullcontext() if due.judged else precise:
            values = due.penalty(critic, real, fake, now.random)
        return due.weight_at(now) * values.mean()

    def generator_turn(
        self,
        fake: Images,
        real: OtherImages,
        real_logit: Scalar,
        now: Round,
        labels: Labels | None = None,
    ) -> Turn:
        """G learns to be taken for real by the D that has just moved.

        Its accuracy is the share of its pictures that D rates above the average real one, whose
        logit was ``real_logit`` at D's turn.
        """
        shown = self.view(fake, now)
        fake_logits = self.judge(shown, labels)
        matching, paired = self.matching, self.objective.uses_real_in_generator
        if matching or paired:
            real = self.view(real, now)
        real_logits = None
        if paired:
            known = None if labels is None else labels[: len(real)]
            with torch.no_grad():
                real_logits = self.judge(real, known).repeat(len(fake) // len(real))
        cost = self.objective.generator(fake_logits, real_logits).mean()
        scores = {"accuracy": share_above(fake_logits.detach(), real_logit)}
        if matching:
            match = matching.pay(self.players[DISCRIMINATOR].network, shown, real)
            cost = match if matching.settings.alone else cost + match
            scores["matching"] = match
        paths = self.path_length
        if paths and paths.is_due(now.number // self.settings.critic_turns):
            half = -(-len(fake) // 2)
            few = self.fresh_latents(half, now.random, None if labels is None else labels[:half])
            scores |= paths.pay(self.players[GENERATOR].network, few, now)
            cost = cost + scores["path penalty"]
        return Turn(player=GENERATOR, cost=cost, scores=scores)

    def view(self, images: Images, now: Round) -> Images:
        """The pictures as D gets to see them: augmented, then noisy.

        Penalties look at D's slope there, not through the augmentation: a slope of a slope is not
        to be had through interpolated pixels.
        """
        if self.adaptive:
            images = self.adaptive.view(images, now)
        images = augment(images, self.settings.augmentation, now.random)
        deviation = self.instance_noise.at(now.images)
        return images + deviation * now.random.normal(*images.shape) if deviation else images

    def judge(
        self, images: Images, labels: Labels | None = None, *, twice: bool = False
    ) -> Logits:
        """D's logits, in full precision: costs are taken of small differences.

        Args:
            images: What D sees.
            labels: In a conditional game, the classes.
            twice: Whether the logits' gradient will be differentiated in turn.
        """
        network = self.players[DISCRIMINATOR].network
        # forward() goes past torch.compile, whose networks can be differentiated only once.
        judge = network.forward if twice else network
        with TwiceDifferentiable() if twice else nullcontext():
            logits: Tensor = judge(images) if labels is None else judge(images, labels)
        return one_per_picture(logits.float(), len(images))

    def state_dict(self) -> dict[str, Tensor]:
        """The running mean of the path length and the state of ADA, where there are any."""
        state = {"path mean": self.path_length.mean} if self.path_length else {}
        return state | ({"adaptive": self.adaptive.state} if self.adaptive else {})

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave."""
        super().load_state_dict(state)
        if self.path_length:
            self.path_length.mean = state["path mean"]
        if self.adaptive:
            self.adaptive.state = state["adaptive"]


def weighted_penalties(
    settings: PenaltiesConfig, burn_in: BurnInConfig
) -> tuple[WeightedPenalty, ...]:
    """The penalties that weigh anything, by whose factor they change while the run begins.

    Example:
        >>> from zerosum.config import BurnInConfig, PenaltiesConfig, PenaltyConfig
        >>> settings = PenaltiesConfig(r1=PenaltyConfig(weight=5.0))
        >>> [penalty.name for penalty in weighted_penalties(settings, BurnInConfig())]
        ['r1']
    """
    factor = burn_in.schedule(burn_in.penalties)
    return tuple(
        WeightedPenalty(each, name=name, factor=factor)
        for name, each in vars(settings).items()
        if each.weight > 0
    )


def _adaptive(settings: AdversarialConfig) -> AdaptiveAugmentation | None:
    ada, burn_in = settings.adaptive_augmentation, settings.burn_in
    if not ada.is_wanted:
        return None
    return AdaptiveAugmentation(ada, factor=burn_in.schedule(burn_in.augmentation))
