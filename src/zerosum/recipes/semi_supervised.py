"""Few labels (Salimans et al. 2016, https://arxiv.org/abs/1606.03498), and what they are worth.

Each recipe has a twin whose classifier learns from the same labels alone.
"""

from dataclasses import fields, replace

from zerosum.config.run import PicturesConfig, RunConfig
from zerosum.families.classification.settings import ClassificationRunConfig
from zerosum.families.semi_supervised.settings import SemiSupervisedRunConfig
from zerosum.games.classification_settings import ClassificationConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.games.semi_supervised_settings import SemiSupervisedConfig
from zerosum.networks.dcgan_settings import DcganGeneratorConfig
from zerosum.networks.semi_supervised_settings import DeepClassifierConfig, MlpClassifierConfig

__all__ = ["sgan", "sgan_conv", "sgan_conv_supervised", "sgan_supervised"]

_LABELS = 10
_EPSILON = 1e-4
"""The published code adds 1e-8 under the root, to the mean square of the gradient. It matters:
features that nearly match give the generator small gradients, and they should give small steps."""


def sgan() -> SemiSupervisedRunConfig:
    """Few labels: a GAN whose discriminator classifies, fully connected, for digits.

    The published form for MNIST: normalised weights that begin as the data want it, noise in every
    layer, a generator that matches features, Adam at 3e-3 with β₁ = 0.5, batches of 100, 300
    epochs of MNIST, tested with the EMA of the weights. Published errors of 10,000 with 100
    labels: 93 ± 6.5. Labels of 10 images of each class are used: --labels-per-class N for
    others.

    Source: Salimans et al. 2016, section 5.1, and their program for MNIST.

    Differs: the generator moves by the images that the discriminator has just seen, where the
    program takes others; weights begin as the first 100 images want it, there 500; latents are
    U(-1, 1) for U(0, 1), which the first batch normalisation makes the same.
    """
    optimizer = OptimizerConfig(learning_rate=3e-3, epsilon=_EPSILON)
    return SemiSupervisedRunConfig(
        recipe="sgan",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=SemiSupervisedConfig(
            network=MlpClassifierConfig(),
            labels_per_class=_LABELS,
            optimizer=optimizer,
            generator_optimizer=optimizer,
            ema_half_life=700_000,
        ),
        total_images=18_000_000,
        batch_size=100,
        sample_every=250_000,
        evaluate_every=250_000,
        log_every=20_000,
    )


def sgan_conv() -> SemiSupervisedRunConfig:
    """Few labels for colour images: nine convolutions, feature matching by absolute values.

    The paper's classifier for SVHN, a DCGAN generator, Adam at 3e-4 with β₁ = 0.5, batches of 100.
    Published errors on SVHN with 1,000 labels: 8.11 ± 1.3 %. Meant for a GPU.

    Source: Salimans et al. 2016, section 5.3, and their program for SVHN: its classifier, its
    generator's channels (512, 256, 128), its 900 epochs with a rate that falls in the last 300.

    Differs: as `sgan` does; and the generator has kernels of 4 for 5, no normalised weights in its
    last layer, and a scale to learn after each normalisation, so that its first images have a
    deviation of 0.3 before tanh, for 0.1.
    """
    images = 900 * 73_257
    optimizer = OptimizerConfig(
        learning_rate=3e-4, epsilon=_EPSILON, decay=(images * 2 // 3, images)
    )
    return SemiSupervisedRunConfig(
        recipe="sgan-conv",
        data="svhn",
        pictures=PicturesConfig(size=(32, 32)),
        game=SemiSupervisedConfig(
            network=DeepClassifierConfig(),
            generator=DcganGeneratorConfig(base_channels=128),
            labels_per_class=100,
            optimizer=optimizer,
            generator_optimizer=optimizer,
            matching="absolute",
            ema_half_life=700_000,
        ),
        total_images=images,
        batch_size=100,
        sample_every=500_000,
        evaluate_every=500_000,
        log_every=20_000,
    )


def sgan_supervised() -> ClassificationRunConfig:
    """The classifier of `sgan` on the labels alone: what it is to be compared with.

    Source: none; a control.

    Differs: from `sgan` by having no generator and no images without a label, and in its length.
    """
    return _on_labels_alone(sgan(), images=2_000_000)


def sgan_conv_supervised() -> ClassificationRunConfig:
    """The classifier of `sgan-conv` on the labels alone: what it is to be compared with.

    Source: none; a control.

    Differs: from `sgan-conv` by having no generator and no images without a label, and in its
    length.
    """
    return _on_labels_alone(sgan_conv(), images=2_000_000)


def _on_labels_alone(config: SemiSupervisedRunConfig, *, images: int) -> ClassificationRunConfig:
    game = config.game
    shared = {each.name: getattr(config, each.name) for each in fields(RunConfig)}
    return ClassificationRunConfig(
        **shared
        | {
            "recipe": f"{config.recipe}-supervised",
            "total_images": images,
            "game": ClassificationConfig(
                network=game.network,
                labels_per_class=game.labels_per_class,
                optimizer=replace(game.optimizer, decay=None),
                ema_half_life=100_000,
            ),
        }
    )
