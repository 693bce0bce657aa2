"""From the settings of a game over two domains to the game."""

from typing import Any

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
from zerosum.objectives import make_objective
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_translation"]


def build_translation(
    config: TranslationConfig, shape: ImageShape, engine: Engine
) -> TranslationGame:
    """The game with these settings, for pictures of that shape.

    Example:
        >>> import torch
        >>> from zerosum.config import PatchDiscriminatorConfig, ResnetTranslatorConfig
        >>> config = CycleConfig(
        ...     generator=ResnetTranslatorConfig(width=4, blocks=1),
        ...     discriminator=PatchDiscriminatorConfig(width=4),
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
                generator=parts.generator(parts.translator()),
                discriminator=parts.discriminator(channels=2 * shape[0]),
                direction=config.direction,
                partner_weight=config.partner_weight,
                **parts.shared,
            )
        case CartoonConfig():
            return CartoonGame(
                generator=parts.generator(parts.translator()),
                discriminator=parts.discriminator(),
                content=load_content(config.content, shape, cache=cache_folder()).to(
                    engine.device
                ),
                content_weight=config.content_weight,
                warmup=config.warmup,
                **parts.shared,
            )
    raise AssertionError(f"no game goes with {type(config).__name__}")


class _Parts:
    """What the games of this family are put together from."""

    def __init__(self, config: TranslationConfig, shape: ImageShape, engine: Engine) -> None:
        self.config = config
        self.shape = shape
        self.engine = engine
        self.shared: dict[str, Any] = {
            "objective": make_objective(config.objective),
            "augmentation": config.augmentation,
        }

    def translator(self) -> nn.Module:
        return self.config.generator.build(self.shape)

    def generator(self, network: nn.Module) -> Player:
        config = self.config
        return build_player(
            network,
            config.generator_optimizer,
            self.engine,
            average_half_life=config.average_half_life,
        )

    def discriminator(self, *, channels: int | None = None) -> Player:
        config = self.config
        shape = (channels or self.shape[0], *self.shape[1:])
        network = config.discriminator.build(shape)
        return build_player(network, config.discriminator_optimizer, self.engine)


def _build_cycle(config: CycleConfig, parts: _Parts) -> CycleGame:
    return CycleGame(
        generators=parts.generator(
            nn.ModuleDict({"a2b": parts.translator(), "b2a": parts.translator()})
        ),
        discriminator_a=parts.discriminator(),
        discriminator_b=parts.discriminator(),
        cycle_weight=config.cycle_weight,
        identity_weight=config.identity_weight,
        pool=config.pool,
        **parts.shared,
    )


def _build_contrastive(config: ContrastiveConfig, parts: _Parts) -> ContrastiveGame:
    translator = config.generator.build(parts.shape)
    heads = PatchHeads(
        widths=translator.map_widths,
        units=config.units,
        initialisation=config.generator.initialisation,
    )
    return ContrastiveGame(
        generator=parts.generator(nn.ModuleDict({"translator": translator, "heads": heads})),
        discriminator=parts.discriminator(),
        direction=config.direction,
        nce_weight=config.nce_weight,
        nce_identity=config.nce_identity,
        flip_equivariance=config.flip_equivariance,
        places=config.places,
        temperature=config.temperature,
        **parts.shared,
    )
