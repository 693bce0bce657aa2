"""Fully visible belief networks: no adversary, and an exact likelihood."""

from zerosum.config.run import PicturesConfig
from zerosum.families.autoregressive.settings import AutoregressiveRunConfig
from zerosum.games.autoregressive_settings import AutoregressiveConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.made_settings import MadeConfig

__all__ = ["fvbn_digits"]


def fvbn_digits() -> AutoregressiveRunConfig:
    """Fully visible belief network: digits pixel by pixel, each given those before it.

    A masked autoencoder (MADE) with one hidden layer, for black and white pixels: grey ones are
    drawn black or white, anew each time that an image is shown, and once and for all in the
    images that it is tested on. Scored by the exact likelihood of those, in nats for an image
    and in bits per dimension; a network that is averaged, a learning rate that falls to zero.

    On all of MNIST: --data mnist --images 600000, with --game.optimizer.decay 300000 600000 and
    --game.network.widths 2000. Grey pixels: --levels 256 --game.network.widths 500.

    Source: Germain et al. 2015, sections 4.1 and 6.3: the order of the pixels is their own, and
    direct connections are there.

    Differs: Adam for Adadelta, pixels that are drawn anew for the one binarisation that was
    published, and a hidden layer of 1,000 units for 8,000; grey levels as in PixelCNN++ (Salimans
    et al. 2017, eq. 2).
    """
    images = 120_000
    return AutoregressiveRunConfig(
        recipe="fvbn-digits",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AutoregressiveConfig(
            network=MadeConfig(widths=(1000,)),
            optimizer=OptimizerConfig(
                learning_rate=2e-3, betas=(0.9, 0.999), decay=(images // 2, images)
            ),
            ema_half_life=20_000,
        ),
        total_images=images,
        batch_size=128,
        sample_every=20_000,
        evaluate_every=20_000,
        log_every=2_000,
    )
