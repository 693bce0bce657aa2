"""DCGAN (Radford et al. 2016, https://arxiv.org/abs/1511.06434) at the sizes of the course."""

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import OptimizerConfig, PenaltiesConfig, PenaltyConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig

__all__ = ["dcgan_cifar10", "dcgan_digits", "dcgan_faces", "dcgan_mnist", "dcgan_svhn"]


def dcgan_digits() -> GenerationRunConfig:
    """DCGAN on the 5,000 digits that come with zerosum: a first run of about three minutes.

    Half the paper's channels and fast steps, so that two cores suffice; β₂ = 0.95, so that Adam's
    steps fit the slopes of the last 20 rounds, not of the last 1,000, in a run of minutes; R1 in
    every fourth round, because 5,000 images are soon known by heart; an EMA of the
    generator, so that the images are calm.

    Source: Radford et al. 2016, made small.

    Differs: half the channels that their program has for MNIST, kernels of 4 for 5, normal latents
    for uniform ones, Adam at 1e-3 for 2e-4 with β₂ = 0.95 for 0.999, batches of 32 for 128; R1 and
    the EMA.
    """
    optimizer = OptimizerConfig(learning_rate=1e-3, betas=(0.5, 0.95))
    return GenerationRunConfig(
        recipe="dcgan-digits",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(base_channels=32),
            discriminator=DcganDiscriminatorConfig(base_channels=32),
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=4)),
            ema_half_life=2_000,
        ),
        total_images=200_000,
        evaluate_every=20_000,
        batch_size=32,
        sample_every=10_000,
        log_every=2_000,
    )


def dcgan_mnist() -> GenerationRunConfig:
    """DCGAN on MNIST at 28 pixels, in the paper's form.

    Uniform latents, weights N(0, 0.02), batch normalisation, Adam at 2e-4 with β₁ = 0.5, batches
    of 128, 64 and 128 channels.

    Source: Radford et al. 2016, section 4, and weight decay and channels of their program for
    MNIST.

    Differs: kernels of 4, which halve and double every even side exactly, for 5; the program's
    fully connected hidden layers of 1,024, which the paper advises against, are left out, and its
    classes; 10 epochs for the program's 200; besides an EMA of the generator.
    """
    optimizer = OptimizerConfig(weight_decay=2.5e-5)
    return GenerationRunConfig(
        recipe="dcgan-mnist",
        data="mnist",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(),
            discriminator=DcganDiscriminatorConfig(),
            latent="uniform",
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
            ema_half_life=10_000,
        ),
        total_images=600_000,
        batch_size=128,
        sample_every=20_000,
    )


def dcgan_svhn() -> GenerationRunConfig:
    """DCGAN on street-view house numbers at 32 pixels, as the course trained it in 2018.

    Linear stem and head, uniform latents, batches of 128, 50 epochs. Published costs
    (discriminator / generator): from 0.997 / 1.547 to 0.578 / 3.604, readable numbers.

    Source: the course's notebook of 2018, in all of its numbers.

    Differs: in nothing that is known. The paper has more channels, kernels of 5, weights N(0,
    0.02) and normalises the first map too.
    """
    return GenerationRunConfig(
        recipe="dcgan-svhn",
        data="svhn",
        pictures=PicturesConfig(size=(32, 32)),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(
                base_channels=32, stem="linear", stem_norm=False, initialisation="default"
            ),
            discriminator=_COURSE_DISCRIMINATOR,
            latent="uniform",
        ),
        total_images=50 * 73_257,
        evaluate_every=200_000,
        batch_size=128,
    )


def dcgan_cifar10() -> GenerationRunConfig:
    """DCGAN on CIFAR-10 at 32 pixels, as the course trained it in 2022.

    Convolutional stem, uniform latents, batches of 128, 10 epochs. Published costs (discriminator
    / generator): from 0.602 / 2.964 to 0.677 / 1.849.

    Source: the course's notebook of 2022, in all of its numbers.

    Differs: in nothing that is known. The paper has more channels, kernels of 5 and weights N(0,
    0.02).
    """
    return GenerationRunConfig(
        recipe="dcgan-cifar10",
        data="cifar10",
        pictures=PicturesConfig(size=(32, 32)),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(
                base_channels=32, output_bias=True, initialisation="default"
            ),
            discriminator=_COURSE_DISCRIMINATOR,
            latent="uniform",
        ),
        total_images=500_000,
        batch_size=128,
        sample_every=25_000,
    )


def dcgan_faces() -> GenerationRunConfig:
    """DCGAN on faces at 64 pixels: the course's project of 2022.

    Networks of 64 to 512 channels, four downsamplings and four upsamplings; latent vectors of 128
    numbers, batches of 64, and besides an EMA of the generator, whose colours do not swing from
    round to round. Any folder of aligned faces will do: ``--data FOLDER``.

    Source: the course's project of 2022: its networks (3,806,080 and 2,765,568 weights), latents
    and batches, and weights N(0, 0.02) as in Radford et al. 2016.

    Differs: the course cut 32,600 faces out of CelebA, here are all of a source; mirror images and
    the EMA are not said to be the course's. The paper has twice the channels (128 to 1,024),
    kernels of 5, 100 uniform latents and batches of 128.
    """
    return GenerationRunConfig(
        recipe="dcgan-faces",
        data="celeba",
        pictures=PicturesConfig(size=(64, 64), flip=True),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(latent_size=128),
            discriminator=DcganDiscriminatorConfig(),
            ema_half_life=10_000,
        ),
        total_images=650_000,
        evaluate_every=25_000,
        batch_size=64,
        sample_every=10_000,
        log_every=2_000,
    )


_COURSE_DISCRIMINATOR = DcganDiscriminatorConfig(
    base_channels=32, head="linear", initialisation="default"
)
