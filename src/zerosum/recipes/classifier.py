"""Classifiers: the baseline and the victim of what comes with adversaries."""

from zerosum.config.run import PicturesConfig
from zerosum.families.classification.settings import ClassificationRunConfig
from zerosum.games.classification_settings import ClassificationConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.classifier_settings import ConvClassifierConfig

__all__ = ["classifier"]


def classifier() -> ClassificationRunConfig:
    """A small convolutional classifier, on digits or on any labelled images.

    Small turns, shifts and changes of size of what it learns from, batch normalisation (or none:
    --game.network.norm none), an EMA of the weights, a learning rate that falls to zero. It is
    tested on the split test of its source, or on a tenth of the images that it is not shown.
    --adversarial-training 0.1 lets it learn from images that were changed to mislead it, by 0.1
    of the way from black to white in each pixel (--game.adversarial-training.steps 7: harder, and
    slower); zerosum attack tells what that is good for.

    Source: none; a plain baseline.

    Differs: from nothing that is published.
    """
    images = 150_000
    return ClassificationRunConfig(
        recipe="classifier",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=ClassificationConfig(
            network=ConvClassifierConfig(),
            optimizer=OptimizerConfig(
                learning_rate=2e-3, betas=(0.9, 0.999), decay=(images // 3, images)
            ),
            augmentation=("affine",),
            ema_half_life=5_000,
        ),
        total_images=images,
        batch_size=64,
        evaluate_every=15_000,
        log_every=2_000,
    )
