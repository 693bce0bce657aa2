"""R3GAN (Huang et al. 2024, https://arxiv.org/abs/2501.05441), small and at the paper's size."""

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import (
    AdaptiveAugmentationConfig,
    BurnInConfig,
    OptimizerConfig,
    PenaltiesConfig,
    PenaltyConfig,
)
from zerosum.networks.r3gan_settings import R3ganDiscriminatorConfig, R3ganGeneratorConfig

__all__ = ["r3gan_cifar10", "r3gan_digits", "r3gan_faces32"]


def r3gan_digits() -> GenerationRunConfig:
    """R3GAN on the 5,000 digits that come with zerosum, for two processor cores.

    One block at each size, half as many channels in the discriminator, and R1 and R2 in every
    fourth round with γ = 1: they are gradients of gradients and cost more than all else. The step
    falls from 1.6e-3 to 4e-4. Batches of 16, because many small steps bring more here than few
    good ones. An image takes several times as long as with dcgan-digits, and teaches more. Unlike
    the paper's, the images are bounded by tanh, without which plain black is hard to learn, and
    where they are doubled the outermost pixel is repeated: with 0 beyond the black border two of
    four trainings ended in plain black within 4,000 images, with this none of three.

    Source: Huang et al. 2024, made small; no published settings are for digits of this size.

    Differs: in size, rates, batches, half-life and the border, by tanh, and in that penalties are
    lazy.
    """
    burn_in = BurnInConfig(images=200_000, learning_rate=4.0, beta2=0.9)
    return GenerationRunConfig(
        recipe="r3gan-digits",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=R3ganGeneratorConfig(
                base_channels=32, max_channels=128, blocks=1, bounded=True, repeat_border=True
            ),
            discriminator=R3ganDiscriminatorConfig(base_channels=16, max_channels=128, blocks=1),
            objective="relativistic",
            penalties=_penalties(weight=0.5, every=4),
            generator_optimizer=_optimizer(4e-4),
            discriminator_optimizer=_optimizer(4e-4),
            ema_half_life=2_000,
            burn_in=burn_in,
        ),
        total_images=200_000,
        evaluate_every=20_000,
        batch_size=16,
        sample_every=10_000,
        log_every=2_000,
    )


def r3gan_faces32() -> GenerationRunConfig:
    """R3GAN on faces at 32 pixels: the networks of r3gan-digits, one size more.

    Any folder of aligned faces will do: ``--data FOLDER``. For two processor cores and some hours;
    with a GPU, --game.generator.blocks 2 --game.discriminator.blocks 2, the paper's depth, and
    --batch-size 256.

    Source: Huang et al. 2024, made small; their smallest faces have 64 pixels.

    Differs: in size, rates, batches and half-life, in that penalties are lazy, and by no
    augmentation.
    """
    burn_in = BurnInConfig(images=650_000, learning_rate=4.0, beta2=0.9)
    return GenerationRunConfig(
        recipe="r3gan-faces32",
        data="celeba",
        pictures=PicturesConfig(size=(32, 32), flip=True),
        game=AdversarialConfig(
            generator=R3ganGeneratorConfig(base_channels=32, max_channels=256, blocks=1),
            discriminator=R3ganDiscriminatorConfig(base_channels=16, max_channels=128, blocks=1),
            objective="relativistic",
            penalties=_penalties(weight=0.5, every=4),
            generator_optimizer=_optimizer(4e-4),
            discriminator_optimizer=_optimizer(4e-4),
            ema_half_life=5_000,
            burn_in=burn_in,
        ),
        total_images=650_000,
        evaluate_every=50_000,
        batch_size=16,
        sample_every=10_000,
        log_every=2_000,
    )


def r3gan_cifar10() -> GenerationRunConfig:
    """R3GAN on CIFAR-10 at the paper's size; meant for several GPUs.

    768 channels in two blocks at each size, batches of 512, 250,000,000 images; Adam with β₁ = 0.
    Over the first 20,000,000 the step falls from 2e-4 to 5e-5 and γ from 0.05 to 0.005, β₂ rises
    from 0.9 to 0.99, the half-life of the EMA from 0 to 5,000,000 and the chance of each kind
    of augmentation from 0 to 0.55. The paper's networks also know the class, so its FID of 1.96 is
    not to be expected.

    Source: Huang et al. 2024, and the settings CIFAR10 of their program.

    Differs: no classes; and the program's augmentation changes colours half as often, and cuts
    pieces out.
    """
    burn_in = BurnInConfig(
        images=20_000_000,
        learning_rate=4.0,
        penalties=10.0,
        beta2=0.9,
        half_life=0.0,
        augmentation=0.0,
    )
    return GenerationRunConfig(
        recipe="r3gan-cifar10",
        data="cifar10",
        pictures=PicturesConfig(size=(32, 32), flip=True),
        game=AdversarialConfig(
            generator=R3ganGeneratorConfig(base_channels=768, max_channels=768),
            discriminator=R3ganDiscriminatorConfig(base_channels=768, max_channels=768),
            objective="relativistic",
            penalties=_penalties(weight=0.0025),
            generator_optimizer=_optimizer(5e-5),
            discriminator_optimizer=_optimizer(5e-5),
            ema_half_life=5_000_000,
            adaptive_augmentation=AdaptiveAugmentationConfig(probability=0.55),
            burn_in=burn_in,
        ),
        total_images=250_000_000,
        evaluate_every=1_000_000,
        batch_size=512,
        sample_every=500_000,
        log_every=50_000,
    )


def _optimizer(learning_rate: float) -> OptimizerConfig:
    return OptimizerConfig(learning_rate=learning_rate, betas=(0.0, 0.99))


def _penalties(*, weight: float, every: int = 1) -> PenaltiesConfig:
    """R1 and R2 alike; the weight is γ/2."""
    penalty = PenaltyConfig(weight=weight, every=every)
    return PenaltiesConfig(r1=penalty, r2=penalty)
