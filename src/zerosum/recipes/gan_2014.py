"""The first GAN (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661)."""

from dataclasses import replace

from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig
from zerosum.games.adversarial_settings import AdversarialConfig
from zerosum.games.parts.settings import BurnInConfig, OptimizerConfig
from zerosum.networks.mlp_settings import MaxoutDiscriminatorConfig, MlpGeneratorConfig

__all__ = ["gan_2014"]

_EPOCH = 50_000
_HALVING = 17_328_714
"""Images in which 1.000004 to the power of the rounds is 2, in rounds of 100."""


def gan_2014() -> GenerationRunConfig:
    """The first GAN, on MNIST: rectified units against maxout units, by plain descent.

    A generator of 1,200 and 1,200 ReLUs whose pixels are sigmoids, a discriminator of 240 and 240
    maxout units that drops pixels and units; rates that fall by half in 17 million images, and a
    momentum that rises from 0.5 to 0.7. The generator is paid for the discriminator's belief, the
    non-saturating way. Published: a Parzen-window log-likelihood of 225 ± 2 nats, as
    zerosum evaluate RUN --against mnist --against-split test --metrics parzen
    estimates it.

    Source: Goodfellow et al. 2014, and the settings of their program for MNIST, in all of its
    numbers; half of a cost there, the discriminator's, is half a rate here.

    Differs: the generator's last biases begin at 0, where theirs begin at the mean image; players
    move by turns, where theirs move at the same time; the momentum rises from the start, where
    theirs waits for an epoch; all 60,000 images are shown, of which theirs keeps 10,000 for
    validation; the program does not end, this ends when the momentum is at 0.7.
    """
    descent = OptimizerConfig(method="sgd", learning_rate=0.1, momentum=0.7, halving=_HALVING)
    return GenerationRunConfig(
        recipe="gan-2014",
        data="mnist",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AdversarialConfig(
            generator=MlpGeneratorConfig(
                widths=(1_200, 1_200), slope=0.0, dropout=0.0, output="sigmoid", weight_range=0.05
            ),
            discriminator=MaxoutDiscriminatorConfig(),
            generator_optimizer=descent,
            discriminator_optimizer=replace(descent, learning_rate=0.05),
            burn_in=BurnInConfig(images=250 * _EPOCH, shape="linear", momentum=0.5),
        ),
        total_images=250 * _EPOCH,
        batch_size=100,
        evaluate_every=500_000,
        sample_every=500_000,
        log_every=20_000,
    )
