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

    For all of MNIST: --data mnist --game.network.widths 2000 --batch-size 128 --images 1200000
    --game.optimizer.learning-rate 0.002 --game.optimizer.decay 600000 1200000. For grey pixels:
    --levels 256 --game.network.widths 500 --game.network.no-direct.

    Source: Germain et al. 2015, sections 3, 4 and 6: one hidden layer, one order of the pixels,
    direct connections.

    Differs: the order is row by row; Adam with a falling rate, an EMA of the network and a smaller
    hidden layer; pixels are drawn anew, where one published binarisation is used; grey levels
    are those of PixelCNN++ (Salimans et al. 2017, eq. 2).
    """
    images = 120_000
    return AutoregressiveRunConfig(
        recipe="fvbn-digits",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=AutoregressiveConfig(
            network=MadeConfig(widths=(1000,)),
            optimizer=OptimizerConfig(
                learning_rate=5e-3, betas=(0.9, 0.999), decay=(images // 2, images)
            ),
            ema_half_life=20_000,
        ),
        total_images=images,
        batch_size=64,
        sample_every=20_000,
        evaluate_every=20_000,
        log_every=2_000,
    )
