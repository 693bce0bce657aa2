"""From the settings of a game against a classifier to the game."""

from zerosum.attacks import PixelClassifier
from zerosum.families.players import build_player
from zerosum.games import PerturbationGame
from zerosum.games.perturbation_settings import PerturbationConfig
from zerosum.networks import Perturber
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_perturbation"]


def build_perturbation(
    config: PerturbationConfig, shape: ImageShape, engine: Engine, victim: PixelClassifier | None
) -> PerturbationGame:
    """The game with these settings, for images of that shape.

    Args:
        config: The settings.
        shape: (c, h, w).
        engine: Where it is played.
        victim: Who is to be misled, on the engine's device; None, if nobody is to play.

    Example:
        >>> import torch
        >>> engine = Engine(device=torch.device("cpu"))
        >>> game = build_perturbation(PerturbationConfig(), (1, 28, 28), engine, None)
        >>> sorted(game.players)
        ['discriminator', 'generator']
    """
    translator = config.generator.build(shape)
    network = Perturber(translator, image_shape=shape, universal=config.universal)
    discriminator = None
    if config.discriminator_weight:
        judge = config.discriminator.build(shape)
        discriminator = build_player(judge, config.discriminator_optimizer, engine)
    return PerturbationGame(
        config,
        generator=build_player(
            network,
            config.generator_optimizer,
            engine,
            ema_half_life=config.ema_half_life,
        ),
        discriminator=discriminator,
        victim=victim,
    )
