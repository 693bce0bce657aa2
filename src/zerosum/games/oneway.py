"""The games of one direction: CUT, pix2pix and CartoonGAN.

They differ in the terms that join the translator's adversarial loss, and in what the
discriminator is given.
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
"""From images in [-1, 1] to feature maps that depend on content and little on style."""


class ContrastiveGame(OneWayGame):
    """CUT: each place of a translation must identify the place of its source.

    The cost of the translator G, with heads H on the maps between its layers, is

        adv(D(G(x))) + λ · ½ (NCE(x, G(x)) + NCE(y, G(y))),

    x being images to translate and y images of the other domain, which are not to change; NCE is
    the mean of `patch_nce` over the maps, at places drawn anew for x and for y in every round.
    There is no translator back, so it takes half the networks and half the memory of CycleGAN.

    FastCUT leaves out the term of y, so that λ weighs the first alone, and mirrors images.

    Args:
        settings: λ is its ``nce_weight``.
        generator: Player with the networks ``translator`` (a ResnetTranslator) and ``heads``
            (PatchHeads) in a ModuleDict.
        discriminator: Player whose network computes logits.

    Paper:
        Park et al. 2020, equation 5, https://arxiv.org/abs/2007.15651
    """

    settings: ContrastiveConfig

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """D moves, then G and its heads."""
        source, target = self.domains(batch)
        images = torch.cat([source, target]) if self.settings.nce_identity else source
        mirrored = self._choose(len(images), now) if self.settings.flip_equivariance else None
        translated, maps = self._translate(_mirror(images, mirrored))
        if mirrored is not None:
            with torch.no_grad():
                _, maps = self._translate(images)
        fake = translated[: len(source)]
        yield self.discriminator_turn("discriminator", target, fake.detach(), now)
        loss, accuracy = self.generator_loss("discriminator", fake, target, now)
        nce = self.settings.nce_weight * self.contrast(maps, translated, now, mirrored)
        yield self.generator_turn({"adversarial": loss, "nce": nce}, accuracy)

    def contrast(
        self, maps: Sequence[Tensor], translated: Images, now: Round, mirrored: Mask | None = None
    ) -> Scalar:
        """NCE of the translations and their sources.

        Args:
            maps: The maps of the sources; gradients do not go through them.
            translated: The translations.
            now: The round, whose random numbers choose the places.
            mirrored: Which translations are of mirror images, shape (n,); None: none.
        """
        _, of_translated = self._translate(translated)
        of_translated = [_mirror(each, mirrored) for each in of_translated]
        domains = 2 if self.settings.nce_identity else 1
        pairs = zip(_split(of_translated, domains), _split(maps, domains), strict=True)
        return torch.stack([self._nce(*pair, now) for pair in pairs]).mean()

    def _nce(self, translated: Sequence[Tensor], source: Sequence[Tensor], now: Round) -> Scalar:
        """NCE of one domain's maps, at places of its own."""
        places = [self._draw_places(each, now) for each in source]
        heads = self._part("heads")
        queries = heads([each.float() for each in translated], places)
        with torch.no_grad():
            keys = heads([each.float() for each in source], places)
        costs = [
            patch_nce(query, key, temperature=self.settings.temperature).mean()
            for query, key in zip(queries, keys, strict=True)
        ]
        return torch.stack(costs).mean()

    def _translate(self, images: Images) -> tuple[Images, Sequence[Tensor]]:
        translated, maps = cast("MappedTranslator", self._part("translator")).with_maps(images)
        return translated.float(), maps

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

    def _draw_places(self, maps: Tensor, now: Round) -> Tensor:
        """Different places of a map: as many as configured, at most all."""
        count = maps.shape[2] * maps.shape[3]
        order = now.random.uniform(1, count)[0].argsort()
        return order[: self.settings.places]

    def _choose(self, n: int, now: Round) -> Mask:
        """Which of n images are mirrored."""
        return now.random.uniform(n) < 0.5


def _mirror(maps: Tensor, chosen: Mask | None) -> Tensor:
    """Mirror the chosen ones, left to right."""
    if chosen is None:
        return maps
    return torch.where(chosen.view(-1, 1, 1, 1), maps.flip(3), maps)


def _split(maps: Sequence[Tensor], domains: int) -> list[tuple[Tensor, ...]]:
    """The maps of each domain by itself."""
    return list(zip(*(each.chunk(domains) for each in maps), strict=True))


class PairedGame(OneWayGame):
    """pix2pix: every image has a partner, and its translation is to equal it.

    D is given an image joined with its source; the translator's cost is
    adv(D(x, G(x))) + λ ‖G(x) − y‖₁.

    Args:
        settings: λ is its ``partner_weight``.
        generator: Player whose network translates.
        discriminator: Player whose network takes sources and images joined by channels (2c).

    Paper:
        Isola et al. 2017, equation 4, https://arxiv.org/abs/1611.07004
    """

    settings: PairedConfig

    def turns(self, batch: DomainBatch, now: Round) -> Iterator[Turn]:
        """D moves, then G."""
        source, target = self.domains(batch)
        translated = self.network()(source).float()
        real, fake = torch.cat([source, target], dim=1), torch.cat([source, translated], dim=1)
        yield self.discriminator_turn("discriminator", real, fake.detach(), now)
        loss, accuracy = self.generator_loss("discriminator", fake, real, now)
        partner = self.settings.partner_weight * absolute_error(translated, target).mean()
        yield self.generator_turn({"adversarial": loss, "partner": partner}, accuracy)


class CartoonGame(OneWayGame):
    """CartoonGAN: keep the content of a photograph, and draw edges as sharp as a cartoon's.

    D's real images are cartoons y. Its fake ones are not only translations G(x) but also cartoons
    e(y) whose edges were smoothed. Each of the three has the same weight, so that an undecided D
    has the probability ⅓ for "real". The translator's cost is

        adv(D(G(x))) + ω ‖φ(G(x)) − φ(x)‖₁,

    φ being maps of a trained classifier. During the warmup only the content term counts and only
    the translator moves: it learns to reconstruct photographs first.

    Photographs are domain A, and cartoons B; batches have cartoons with smoothed edges besides.

    Args:
        settings: ω is its ``content_weight``. Its ``warmup`` is 10 epochs in the paper.
        generator: Player whose network translates.
        discriminator: Player whose network computes logits.
        content: φ, whose own weights are frozen.

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
        translated = self.network()(source).float()
        if now.images_seen >= self.settings.warmup:
            assert batch.smoothed is not None
            yield self.edges_turn(target, translated.detach(), batch.smoothed, now)
        terms = {"content": self.settings.content_weight * self.content_loss(source, translated)}
        if now.images_seen < self.settings.warmup:
            yield Turn(player="generator", cost=terms["content"], scores=terms)
            return
        loss, accuracy = self.generator_loss("discriminator", translated, target, now)
        terms["adversarial"] = loss
        yield self.generator_turn(terms, accuracy)

    def edges_turn(self, real: Images, translated: Images, smoothed: Images, now: Round) -> Turn:
        """D learns to tell cartoons from translations, and from cartoons without sharp edges."""
        real_logits, translated_logits, smoothed_logits = (
            self.logits("discriminator", images, now) for images in (real, translated, smoothed)
        )
        # In the second pair the real logits are constants: their gradient comes from the first
        # pair, and real images weigh no more than either kind of fake ones.
        pairs = ((real_logits, translated_logits), (real_logits.detach(), smoothed_logits))
        costs = [discriminator_loss(self.objective, *pair) for pair in pairs]
        fake = torch.cat([translated_logits, smoothed_logits])
        return Turn(
            player="discriminator",
            cost=torch.stack(costs).sum(),
            scores=discrimination_scores(self.objective, real_logits.repeat(2), fake),
        )

    def content_loss(self, source: Images, translated: Images) -> Scalar:
        """‖φ(G(x)) − φ(x)‖₁, the mean over the maps."""
        with torch.no_grad():
            target = self.content(source)
        return absolute_error(self.content(translated), target).mean()
