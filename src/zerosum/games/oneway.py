"""The games of one direction: CUT, pix2pix and CartoonGAN.

Each differs from the others in what the translator pays beside being found out, and in what the
discriminator is shown.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from zerosum.games.base import Player, Round, Turn
from zerosum.games.parts.discrimination import discrimination_scores, discriminator_loss
from zerosum.games.translation import OneWayGame
from zerosum.games.translation_settings import CartoonConfig, ContrastiveConfig, PairedConfig
from zerosum.objectives.translation import absolute_error, patch_nce
from zerosum.types import DomainBatch, Images, Mask, Scalar

if TYPE_CHECKING:  # A network that someone brings has the parts, not the class.
    from zerosum.networks.kinds import MappedTranslator, Translator

__all__ = ["CartoonGame", "ContrastiveGame", "PairedGame"]

Content = Callable[[Images], Tensor]
"""From pictures in [-1, 1] to maps in which the same content looks the same."""


class ContrastiveGame(OneWayGame):
    """CUT: each place of a translation must tell which place of its source it came from.

    The translator G, with heads H on the maps between its layers, pays

        adv(D(G(x))) + λ · ½ (NCE(x, G(x)) + NCE(y, G(y))),

    x being pictures to translate and y pictures of the other domain, which must stay what they
    are; NCE is the mean of `patch_nce` over the maps, at places drawn anew for x and for y in
    every round. There is no way back, so half the networks and half the memory of CycleGAN.

    FastCUT does without the term of y, so that λ weighs the first alone, and mirrors pictures.

    Args:
        settings: What is paid; λ is its ``nce_weight``.
        generator: Player with the networks ``translator`` (a ResnetTranslator) and ``heads``
            (PatchHeads) in a ModuleDict.
        discriminator: Player whose network judges.

    Paper:
        Park et al. 2020, equation 5, https://arxiv.org/abs/2007.15651
    """

    settings: ContrastiveConfig

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """D moves, then G and its heads."""
        source, target = self.domains(batch)
        given = torch.cat([source, target]) if self.settings.nce_identity else source
        mirrored = self._choose(len(given), now) if self.settings.flip_equivariance else None
        made, maps = self._translate(_mirror(given, mirrored))
        if mirrored is not None:
            with torch.no_grad():
                _, maps = self._translate(given)
        fake = made[: len(source)]
        yield self.discriminator_turn("discriminator", target, fake.detach(), now)
        believed, accuracy = self.generator_loss("discriminator", fake, target, now)
        nce = self.settings.nce_weight * self.contrast(maps, made, now, mirrored)
        yield self.generator_turn({"adversarial": believed, "nce": nce}, accuracy)

    def contrast(
        self, maps: Sequence[Tensor], made: Images, now: Round, mirrored: Mask | None = None
    ) -> Scalar:
        """NCE of the translations against what they were made of.

        Args:
            maps: The maps of the pictures that were translated; they are not changed by this.
            made: The translations.
            now: Whose random numbers choose the places.
            mirrored: Which translations are of mirror images, shape (n,); None: none.
        """
        _, found = self._translate(made)
        found = [_mirror(each, mirrored) for each in found]
        domains = 2 if self.settings.nce_identity else 1
        sides = zip(_split(found, domains), _split(maps, domains), strict=True)
        return torch.stack([self._compare(*side, now) for side in sides]).mean()

    def _compare(self, found: Sequence[Tensor], wanted: Sequence[Tensor], now: Round) -> Scalar:
        """NCE of one domain's maps, at places of its own."""
        places = [self._draw(each, now) for each in wanted]
        heads = self._part("heads")
        queries = heads([each.float() for each in found], places)
        with torch.no_grad():
            keys = heads([each.float() for each in wanted], places)
        costs = [
            patch_nce(query, key, temperature=self.settings.temperature).mean()
            for query, key in zip(queries, keys, strict=True)
        ]
        return torch.stack(costs).mean()

    def _translate(self, images: Images) -> tuple[Images, Sequence[Tensor]]:
        made, maps = cast("MappedTranslator", self._part("translator")).with_maps(images)
        return made.float(), maps

    def generator(self, direction: str) -> "Translator":
        """The best translator: its EMA, where there is one."""
        assert direction in self.directions
        best = self.players["generator"].best
        assert isinstance(best, nn.ModuleDict)
        return cast("Translator", best["translator"])

    def _part(self, name: str) -> nn.Module:
        network = self.network()
        assert isinstance(network, nn.ModuleDict)
        return network[name]

    def _draw(self, maps: Tensor, now: Round) -> Tensor:
        """Different places of a map, as many as are wanted or as there are."""
        count = maps.shape[2] * maps.shape[3]
        order = now.random.uniform(1, count)[0].argsort()
        return order[: self.settings.places]

    def _choose(self, n: int, now: Round) -> Mask:
        """Which of n pictures are mirrored."""
        return now.random.uniform(n) < 0.5


def _mirror(maps: Tensor, chosen: Mask | None) -> Tensor:
    """The mirror images, left to right, of those that are chosen."""
    if chosen is None:
        return maps
    return torch.where(chosen.view(-1, 1, 1, 1), maps.flip(3), maps)


def _split(maps: Sequence[Tensor], domains: int) -> list[tuple[Tensor, ...]]:
    """The maps of each domain by itself."""
    return list(zip(*(each.chunk(domains) for each in maps), strict=True))


class PairedGame(OneWayGame):
    """pix2pix: every picture has a partner, and the translation must be like it.

    D judges a picture beside its source; the translator pays adv(D(x, G(x))) + λ ‖G(x) − y‖₁.

    Args:
        settings: What is paid; λ is its ``partner_weight``.
        generator: Player whose network translates.
        discriminator: Player whose network judges pictures on top of their sources (2c channels).

    Paper:
        Isola et al. 2017, equation 4, https://arxiv.org/abs/1611.07004
    """

    settings: PairedConfig

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """D moves, then G."""
        source, target = self.domains(batch)
        made = self.network()(source).float()
        real, fake = torch.cat([source, target], dim=1), torch.cat([source, made], dim=1)
        yield self.discriminator_turn("discriminator", real, fake.detach(), now)
        believed, accuracy = self.generator_loss("discriminator", fake, real, now)
        partner = self.settings.partner_weight * absolute_error(made, target).mean()
        yield self.generator_turn({"adversarial": believed, "partner": partner}, accuracy)


class CartoonGame(OneWayGame):
    """CartoonGAN: keep the content of a photograph, and draw edges as sharp as a cartoon's.

    D is to take cartoons y for real, and for false not only translations G(x) but also cartoons
    e(y) whose edges were smoothed; each of the three weighs as much as the others, so that a D
    that cannot tell thinks two thirds of all pictures false. The translator pays

        adv(D(G(x))) + ω ‖φ(G(x)) − φ(x)‖₁,

    φ being maps of a trained classifier. In the first rounds only the content is paid for and
    only the translator moves: it learns to redraw photographs before it learns to draw.

    Photographs are domain A, and cartoons B; batches bring the latter's smoothed edges.

    Args:
        settings: What is paid; ω is its ``content_weight``. Its ``warmup`` is 10 epochs in the
            paper.
        generator: Player whose network translates.
        discriminator: Player whose network judges.
        content: φ, whose own weights stand still.

    Paper:
        Chen, Lai and Liu 2018, section 3, CVPR: CartoonGAN: Generative Adversarial Networks for
        Photo Cartoonization
    """

    settings: CartoonConfig

    def __init__(
        self,
        settings: CartoonConfig,
        *,
        generator: Player,
        discriminator: Player,
        content: Content,
    ) -> None:
        super().__init__(settings, generator=generator, discriminator=discriminator)
        self.content = content

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """First the content alone; then D moves, and G."""
        source, target = self.domains(batch)
        made = self.network()(source).float()
        if now.images_seen >= self.settings.warmup:
            assert batch.smoothed is not None
            yield self.telling_turn(target, made.detach(), batch.smoothed, now)
        terms = {"content": self.settings.content_weight * self.keep_content(source, made)}
        if now.images_seen < self.settings.warmup:
            yield Turn(player="generator", cost=terms["content"], scores=terms)
            return
        terms["adversarial"], accuracy = self.generator_loss("discriminator", made, target, now)
        yield self.generator_turn(terms, accuracy)

    def telling_turn(self, real: Images, made: Images, smoothed: Images, now: Round) -> Turn:
        """D learns to tell cartoons from translations, and from cartoons without sharp edges."""
        real_logits, made_logits, smoothed_logits = (
            self.logits("discriminator", images, now) for images in (real, made, smoothed)
        )
        # In the second pair the real ones are constants: they have paid in the first, and weigh
        # no more than either kind of false ones.
        pairs = ((real_logits, made_logits), (real_logits.detach(), smoothed_logits))
        costs = [discriminator_loss(self.objective, *pair) for pair in pairs]
        false = torch.cat([made_logits, smoothed_logits])
        return Turn(
            player="discriminator",
            cost=torch.stack(costs).sum(),
            scores=discrimination_scores(real_logits.repeat(2), false),
        )

    def keep_content(self, source: Images, made: Images) -> Scalar:
        """‖φ(G(x)) − φ(x)‖₁, the mean over the maps."""
        with torch.no_grad():
            wanted = self.content(source)
        return absolute_error(self.content(made), wanted).mean()
