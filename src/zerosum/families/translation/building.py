"""From the settings of a game over two domains to the game."""

from torch import nn

from zerosum.families.players import build_player
from zerosum.features import load_content
from zerosum.files import cache_folder
from zerosum.games import (
    CartoonGame,
    ContrastiveGame,
    CycleGame,
    PairedGame,
    Player,
    TranslationGame,
)
from zerosum.games.translation_settings import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    PairedConfig,
    TranslationConfig,
)
from zerosum.networks import PatchHeads
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_translation"]


def build_translation(
    config: TranslationConfig, shape: ImageShape, engine: Engine
) -> TranslationGame:
    """The game with these settings, for images of that shape.

    Example:
        >>> import torch
        >>> from zerosum.config import PatchDiscriminatorConfig, ResnetTranslatorConfig
        >>> config = CycleConfig(
        ...     generator=ResnetTranslatorConfig(base_channels=4, blocks=1),
        ...     discriminator=PatchDiscriminatorConfig(base_channels=4),
        ... )
        >>> game = build_translation(config, (3, 32, 32), Engine(device=torch.device("cpu")))
        >>> game.directions, sorted(game.players)
        (('a2b', 'b2a'), ['discriminator_a', 'discriminator_b', 'generators'])
    """
    parts = _Parts(config, shape, engine)
    match config:
        case CycleConfig():
            return _build_cycle(config, parts)
        case ContrastiveConfig():
            return _build_contrastive(config, parts)
        case PairedConfig():
            return PairedGame(
                config,
                generator=parts.generator(parts.translator()),
                discriminator=parts.discriminator(channels=2 * shape[0]),
            )
        case CartoonConfig():
            return CartoonGame(
                config,
                generator=parts.generator(parts.translator()),
                discriminator=parts.discriminator(),
                content=load_content(config.content, shape, cache=cache_folder()).to(
                    engine.device
                ),
            )
    raise AssertionError(f"no game goes with {type(config).__name__}")


class _Parts:
    """What the games of this family are put together from."""

    def __init__(self, config: TranslationConfig, shape: ImageShape, engine: Engine) -> None:
        self.config = config
        self.shape = shape
        self.engine = engine

    def translator(self) -> nn.Module:
        return self.config.generator.build(self.shape)

    def generator(self, network: nn.Module) -> Player:
        config = self.config
        return build_player(
            network,
            config.generator_optimizer,
            self.engine,
            ema_half_life=config.ema_half_life,
        )

    def discriminator(self, *, channels: int | None = None) -> Player:
        config = self.config
        shape = (channels or self.shape[0], *self.shape[1:])
        network = config.discriminator.build(shape)
        return build_player(network, config.discriminator_optimizer, self.engine)


def _build_cycle(config: CycleConfig, parts: _Parts) -> CycleGame:
    return CycleGame(
        config,
        generators=parts.generator(
            nn.ModuleDict({"a2b": parts.translator(), "b2a": parts.translator()})
        ),
        discriminator_a=parts.discriminator(),
        discriminator_b=parts.discriminator(),
    )


def _build_contrastive(config: ContrastiveConfig, parts: _Parts) -> ContrastiveGame:
    translator = config.generator.build(parts.shape)
    heads = PatchHeads(
        map_channels=translator.map_channels,
        units=config.units,
        initialisation=config.generator.initialisation,
    )
    return ContrastiveGame(
        config,
        generator=parts.generator(nn.ModuleDict({"translator": translator, "heads": heads})),
        discriminator=parts.discriminator(),
    )
