"""WGAN-GP (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028)."""

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import OptimizerConfig, PenaltiesConfig, PenaltyConfig
from zerosum.networks.dcgan_settings import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.networks.resnet_settings import ResnetDiscriminatorConfig, ResnetGeneratorConfig

__all__ = ["wgan_gp_cifar10", "wgan_gp_mnist"]

_PENALTIES = PenaltiesConfig(gradient=PenaltyConfig(weight=10.0))


def wgan_gp_mnist() -> GenerationRunConfig:
    """WGAN-GP on MNIST with a plain convolutional critic without normalisation.

    Five turns of the critic for one of the generator; Adam at 1e-4 with β = (0, 0.9).

    Source: Gulrajani et al. 2017, algorithm 1 with the values that it names.

    Differs: the networks of their program for MNIST have 64 to 256 channels in three layers of
    kernel 5, ours 32 and 64 in two of kernel 4, and its generator has no batch normalisation; its
    batches are of 50, its β₁ is 0.5, and it takes 200,000 generator turns, this 3,750. Besides an
    EMA of the generator.
    """
    optimizer = OptimizerConfig(learning_rate=1e-4, betas=(0.0, 0.9))
    return GenerationRunConfig(
        recipe="wgan-gp-mnist",
        data="mnist",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=DcganGeneratorConfig(
                latent_size=128, base_channels=32, initialisation="default"
            ),
            discriminator=DcganDiscriminatorConfig(
                base_channels=32, norm="none", initialisation="default"
            ),
            objective="wasserstein",
            penalties=_PENALTIES,
            critic_turns=5,
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
            ema_half_life=20_000,
        ),
        total_images=1_200_000,
        evaluate_every=100_000,
        batch_size=64,
    )


def wgan_gp_cifar10() -> GenerationRunConfig:
    """WGAN-GP on CIFAR-10 with the paper's residual networks.

    100,000 generator turns on 128 images with five critic turns on 64 each; Adam at 2e-4 with β
    = (0, 0.9), falling linearly to zero; dequantised images. Published FID 17.0 to 22.3 in
    independent trainings, without classes.

    Source: Gulrajani et al. 2017, and their program for these networks, told to know no classes.

    Differs: the last of five critic turns is shown half of the images that the generator then
    moves by, where the program draws others.
    """
    images = 100_000 * 5 * 64
    optimizer = OptimizerConfig(learning_rate=2e-4, betas=(0.0, 0.9), decay=(0, images))
    return GenerationRunConfig(
        recipe="wgan-gp-cifar10",
        data="cifar10",
        pictures=PicturesConfig(size=(32, 32)),
        game=AdversarialConfig(
            generator=ResnetGeneratorConfig(),
            discriminator=ResnetDiscriminatorConfig(),
            objective="wasserstein",
            penalties=_PENALTIES,
            critic_turns=5,
            generator_batch=2,
            dequantise=True,
            generator_optimizer=optimizer,
            discriminator_optimizer=optimizer,
        ),
        total_images=images,
        batch_size=64,
    )
