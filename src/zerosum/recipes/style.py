"""ProGAN, StyleGAN and StyleGAN2 (Karras et al. 2018, 2019, 2020)."""

from dataclasses import replace

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import (
    GrowthConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.networks.progan_settings import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.networks.style_settings import StyleDiscriminatorConfig, StyleGeneratorConfig

__all__ = [
    "progan_digits",
    "progan_faces32",
    "stylegan2_256",
    "stylegan2_digits",
    "stylegan2_faces32",
    "stylegan_digits",
    "stylegan_faces32",
]

_OPTIMIZER = OptimizerConfig(learning_rate=2e-3, betas=(0.0, 0.99))
_R1 = PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=8))
_DIGIT_STYLES = StyleGeneratorConfig(
    latent_size=64,
    style_size=64,
    base_channels=16,
    max_channels=64,
    depth=2,
    mixing=0.0,
    bounded=True,
)
_FACE_STYLES = replace(_DIGIT_STYLES, max_channels=128, depth=4, bounded=False, noise=False)


def stylegan2_digits() -> GenerationRunConfig:
    """StyleGAN2 on the 5,000 digits that come with zerosum, at a size for two cores.

    An eighth of the paper's channels, a mapping of two layers, R1 in every eighth round, batches
    of 16; no path length penalty and no mixed styles, which are for finer control of large
    images and slow small ones down. Unlike the paper's, the images are bounded by tanh: with
    that it draws digits after 5,000 images, without it one and the same shape after 40,000,
    because a linear layer cannot make plain black.

    Source: Karras et al. 2020, made small.

    Differs: in size, γ (1 for 10), batches (16 for 32) and half-life, and by tanh; no path length
    penalty, no mixed styles.
    """
    return _digits("stylegan2-digits", _styled(_DIGIT_STYLES, _small_discriminator()))


def stylegan_digits() -> GenerationRunConfig:
    """StyleGAN, whose styles act by adaptive instance normalisation, on the bundled digits.

    Otherwise as ``stylegan2-digits``, without residual blocks in the discriminator.

    Source: Karras et al. 2019, made small.

    Differs: it does not grow; in size, γ (1 for 10), batches and half-life, by tanh, and no styles
    are mixed.
    """
    generator = replace(_DIGIT_STYLES, style="adain")
    return _digits("stylegan-digits", _styled(generator, _small_discriminator(residual=False)))


def progan_digits() -> GenerationRunConfig:
    """ProGAN on the bundled digits: 7 pixels, then 14, then 28, each faded in.

    Each size is held for 10,000 images and the next fades in over 10,000. The non-saturating
    cost and R1 stand where the paper has WGAN-GP, for which one turn each is slow; the images
    are bounded as those of ``stylegan2-digits``.

    Source: Karras et al. 2018, made small.

    Differs: the cost and the penalty; in size, in how long a size lasts (800,000 and 800,000 in
    the paper), Adam at 2e-3 for 1e-3, batches of 16 at every size; Adam's means are kept when a
    size is added, where the program forgets them; by tanh.
    """
    generator = ProganGeneratorConfig(
        latent_size=64, base_channels=16, max_channels=64, bounded=True
    )
    return _digits("progan-digits", _growing(generator, hold=10_000, fade=10_000))


def stylegan2_faces32() -> GenerationRunConfig:
    """StyleGAN2 on faces at 32 pixels, for two processor cores; any folder: --data FOLDER.

    As ``stylegan2-digits``, with one size more, and unbounded as in the paper, but without its
    noise, with which networks of this size draw grain before they can draw detail: after 45,000
    images KD-efficientnet-lite0 is 0.295 with it and 0.087 without.

    Source: Karras et al. 2020, made small.

    Differs: in size, γ (1 for 10), batches (16 for 32) and half-life; no noise, no path length
    penalty, no mixed styles.
    """
    return _faces(
        "stylegan2-faces32", _styled(_FACE_STYLES, _small_discriminator(max_channels=128))
    )


def stylegan_faces32() -> GenerationRunConfig:
    """StyleGAN on faces at 32 pixels, for two processor cores; any folder: --data FOLDER.

    Source: Karras et al. 2019, made small.

    Differs: it does not grow; in size, γ (1 for 10), batches and half-life; no noise, and no
    styles are mixed.
    """
    generator = replace(_FACE_STYLES, style="adain")
    return _faces(
        "stylegan-faces32",
        _styled(generator, _small_discriminator(max_channels=128, residual=False)),
    )


def progan_faces32() -> GenerationRunConfig:
    """ProGAN on faces: 4 pixels, then 8, 16 and 32, each faded in; any folder: --data FOLDER.

    Each size is held for 10,000 images and the next fades in over 10,000; costs as in
    ``progan-digits``.

    Source: Karras et al. 2018, made small.

    Differs: as ``progan-digits`` does, but for tanh.
    """
    generator = ProganGeneratorConfig(latent_size=64, base_channels=16, max_channels=128)
    return _faces("progan-faces32", _growing(generator, hold=10_000, fade=10_000))


def stylegan2_256() -> GenerationRunConfig:
    """StyleGAN2 of configuration F at 256 pixels, with 30 million weights; meant for a GPU.

    Adam at 2e-3 with β = (0, 0.99), R1 with γ = 10 in every 16th round, the path length penalty of
    2 in every fourth turn, batches of 32, an EMA with a half-life of 10,000 images and 25
    million images in all, as in the paper's appendix B. That the paper lowers Adam's settings by
    k / (k + 1) makes up for lazy penalties being steps of their own there, k + 1 in place of k;
    here they are part of a turn's cost, and the k steps stay k.

    Source: Karras et al. 2020, and config-f of their program.

    Differs: lazy penalties are part of a turn; the program is for FFHQ at 1,024 pixels and LSUN at
    256, here are CelebA's faces or any folder.
    """
    return GenerationRunConfig(
        recipe="stylegan2-256",
        data="celeba",
        pictures=PicturesConfig(size=(256, 256), flip=True, enlarge=True),
        game=AdversarialConfig(
            generator=StyleGeneratorConfig(base_channels=128),
            discriminator=StyleDiscriminatorConfig(base_channels=128),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=5.0, every=16)),
            path_length=PathLengthConfig(weight=2.0, every=4),
            ema_half_life=10_000,
        ),
        total_images=25_000_000,
        evaluate_every=500_000,
        batch_size=32,
        sample_every=100_000,
    )


def _small_discriminator(
    *, max_channels: int = 64, residual: bool = True
) -> StyleDiscriminatorConfig:
    return StyleDiscriminatorConfig(base_channels=16, max_channels=max_channels, residual=residual)


def _styled(
    generator: StyleGeneratorConfig, discriminator: StyleDiscriminatorConfig
) -> AdversarialConfig:
    return AdversarialConfig(
        generator=generator,
        discriminator=discriminator,
        generator_optimizer=_OPTIMIZER,
        discriminator_optimizer=_OPTIMIZER,
        penalties=_R1,
        ema_half_life=2_000,
    )


def _growing(generator: ProganGeneratorConfig, *, hold: int, fade: int) -> AdversarialConfig:
    return AdversarialConfig(
        generator=generator,
        discriminator=ProganDiscriminatorConfig(
            base_channels=16, max_channels=generator.max_channels
        ),
        generator_optimizer=_OPTIMIZER,
        discriminator_optimizer=_OPTIMIZER,
        penalties=_R1,
        growth=GrowthConfig(hold=hold, fade=fade),
        ema_half_life=2_000,
    )


def _digits(name: str, game: AdversarialConfig) -> GenerationRunConfig:
    return GenerationRunConfig(
        recipe=name,
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=game,
        total_images=200_000,
        evaluate_every=20_000,
        batch_size=16,
        sample_every=10_000,
        log_every=2_000,
    )


def _faces(name: str, game: AdversarialConfig) -> GenerationRunConfig:
    return GenerationRunConfig(
        recipe=name,
        data="celeba",
        pictures=PicturesConfig(size=(32, 32), flip=True),
        game=replace(game, ema_half_life=5_000),
        total_images=650_000,
        evaluate_every=50_000,
        batch_size=16,
        sample_every=10_000,
        log_every=2_000,
    )
