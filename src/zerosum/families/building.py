"""Where a run's configuration becomes its game."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from zerosum.config.run import RunConfig
from zerosum.errors import ConfigError
from zerosum.families import family_of
from zerosum.games.base import Game
from zerosum.nn import needs_batch
from zerosum.randomness import derive_seed
from zerosum.training.engine import Engine

__all__ = ["build_game"]


def build_game(config: RunConfig, engine: Engine, *, aids: Any = None) -> Game[Any]:
    """The game of a run, its networks initialised from the run's seed, on the engine's device.

    Args:
        config: The run.
        engine: Where it is played.
        aids: What its family says that it needs besides; without it a game can be used, but
            perhaps not played.

    Raises:
        ConfigError: The settings do not fit each other or the images.

    Example:
        >>> from zerosum.recipes import recipe
        >>> engine = Engine(device=torch.device("cpu"))
        >>> one, two = (build_game(recipe("mnist-gan-2018"), engine) for _ in range(2))
        >>> sorted(one.players)
        ['discriminator', 'generator']
        >>> ours, theirs = (game.players["generator"].parameters for game in (one, two))
        >>> all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
        True
    """
    with torch.random.fork_rng(), _too_large_explained():
        # On the CPU, whatever the device: one seed, one set of first weights.
        torch.manual_seed(derive_seed(config.seed, "weights"))
        game: Game[Any] = family_of(config).build(config, engine, aids)
    if config.batch_size // engine.processes == 1:
        _refuse_batch_of_one(game)
    return game


@contextmanager
def _too_large_explained() -> Iterator[None]:
    """Explain errors of PyTorch for networks that are too large.

    Raises:
        ConfigError: The networks within do not fit into memory.
    """
    try:
        yield
    except (RuntimeError, MemoryError, OverflowError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        if not isinstance(error, MemoryError) and not re.search("(?i)memory|overflow", reason):
            raise
        raise ConfigError(
            f"the networks do not fit into memory ({reason}): choose fewer channels, "
            "smaller sizes and numbers of layers, or smaller pictures."
        ) from error


def _refuse_batch_of_one(game: Game[Any]) -> None:
    for name, player in game.players.items():
        if needs_batch(player.network):
            raise ConfigError(
                f"the {name} has batch normalisation, which needs at least 2 pictures in a batch "
                "of each process, got 1. Raise batch_size, or choose another norm."
            )
