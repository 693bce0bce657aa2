"""The fully connected GAN of the course's first exercise, in both of its published forms."""

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.mlp_settings import MlpDiscriminatorConfig, MlpGeneratorConfig

__all__ = ["mnist_gan_2018", "mnist_gan_2022"]

_EPOCH = 60_000


def mnist_gan_2018() -> GenerationRunConfig:
    """Fully connected GAN on MNIST, with one-sided label smoothing.

    Dropout in both networks, uniform latents, Adam at 2e-3, 100 epochs. Published means of the
    costs (discriminator / generator): 1.166 / 1.508 in epochs 1 to 10, 1.309 / 1.085 in epochs 91
    to 100.

    Source: the course's notebook of 2018, in all of its numbers.

    Differs: in nothing that is known.
    """
    optimizer = OptimizerConfig(learning_rate=2e-3, betas=(0.9, 0.999))
    return GenerationRunConfig(
        recipe="mnist-gan-2018",
        data="mnist",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=MlpGeneratorConfig(),
            discriminator=MlpDiscriminatorConfig(),
            real_label=0.9,
            latent="uniform",
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
        ),
        total_images=100 * _EPOCH,
        evaluate_every=5 * _EPOCH,
        batch_size=64,
        log_every=20_000,
        sample_every=200_000,
    )


def mnist_gan_2022() -> GenerationRunConfig:
    """The same GAN as of 2022: slower steps, no dropout in the generator.

    Smoothed labels, Adam at 2e-4, batches of 128, 10 epochs. Published costs (discriminator /
    generator): from 0.933 / 1.083 to 0.612 / 3.953, with partial mode collapse to be seen.

    Source: the course's notebook of 2022, in all of its numbers.

    Differs: in nothing that is known.
    """
    optimizer = OptimizerConfig(learning_rate=2e-4, betas=(0.9, 0.999))
    return GenerationRunConfig(
        recipe="mnist-gan-2022",
        data="mnist",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=MlpGeneratorConfig(dropout=0.0),
            discriminator=MlpDiscriminatorConfig(),
            real_label=0.9,
            latent="uniform",
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
        ),
        total_images=10 * _EPOCH,
        evaluate_every=_EPOCH,
        batch_size=128,
    )
