"""A trained game, ready to be used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import torch
from torch import nn

from zerosum.config.build import build_game
from zerosum.errors import ConfigError, RunError
from zerosum.games import AdversarialGame, Game, TranslationGame
from zerosum.games.adversarial import draw_latents
from zerosum.games.base import evaluating
from zerosum.nn.tiles import translate_any_size
from zerosum.pictures import provenance, save_pictures, save_png, tile, to_pictures
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device
from zerosum.types import Images, Latents

__all__ = ["Model", "load"]


class Model:
    """A trained game, ready to be used: to `sample` from, or to `translate` with.

    Attributes:
        run: Where it comes from.
        game: The players, on the device.
        images: Real images that it has seen.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.width": 4})
        >>> game = build_game(narrow, Engine(device=choose_device("cpu")))
        >>> untrained = Model(run=Run(Path("runs/digits")), game=game, images=0)
        >>> two, three = untrained.sample(2, seed=7), untrained.sample(3, seed=7)
        >>> torch.allclose(two, three[:2], atol=1e-5)
        True
    """

    def __init__(self, *, run: Run, game: Game[Any], images: int) -> None:
        self.run = run
        self.game = game
        self.images = images

    def sample(self, count: int, *, seed: int = 0, batch_size: int = 64) -> Images:
        """New pictures, shape (count, c, h, w), floats in [-1, 1] on the CPU.

        Picture i of a seed is the same whatever the count and the batch size, up to the rounding
        of its last bits.

        Raises:
            ConfigError: The count is less than 1 or the seed negative.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        return torch.cat(list(self.batches(count, seed=seed, batch_size=batch_size)))

    def batches(self, count: int, *, seed: int = 0, batch_size: int = 64) -> Iterator[Images]:
        """The pictures of `sample` in pieces, for counts that do not fit into memory."""
        if count < 1 or seed < 0 or batch_size < 1:
            raise ConfigError(
                "expected count ≥ 1, seed ≥ 0 and batch_size ≥ 1, "
                f"got {count}, {seed} and {batch_size}."
            )
        if not isinstance(self.game, AdversarialGame):
            raise RunError(
                f"{self.run.path} does not make pictures from nothing, it translates pictures: "
                f"zerosum translate {self.run.path} PICTURE..."
            )
        random = Randomness(seed=seed, stream="sample")
        for start in range(0, count, batch_size):
            indices = range(start, min(start + batch_size, count))
            latents = [_latents(self.game, random.at(index)) for index in indices]
            yield self.game.draw(torch.cat(latents)).cpu()

    @property
    def directions(self) -> tuple[str, ...]:
        """From which domain to which the run translates: ``a2b``, ``b2a`` or both.

        Raises:
            RunError: The run is not one that translates pictures.
        """
        return self._translation.directions

    def translator(self, direction: str | None = None) -> nn.Module:
        """The network that translates, by default in the run's first direction.

        It takes and gives images (n, c, h, w) in [-1, 1] whose sides are multiples of its
        ``multiple`` and at least ``smallest``.

        Raises:
            RunError: The run is not one that translates pictures.
            ConfigError: It does not translate in that direction.
        """
        direction = direction or self.directions[0]
        if direction not in self.directions:
            raise ConfigError(
                f"{self.run.path} translates {' and '.join(self.directions)}, not {direction}."
            )
        return self._translation.generator(direction)

    def translate(
        self, images: Images, *, direction: str | None = None, tile: int = 1024
    ) -> Images:
        """Pictures of the other domain, floats in [-1, 1], where the given ones are.

        Args:
            images: Pictures in [-1, 1], shape (n, c, h, w), of any size.
            direction: ``a2b`` or ``b2a``; by default the run's first.
            tile: Larger pictures than tile x tile pixels go through in overlapping tiles.

        Raises:
            RunError: The run is not one that translates pictures.
            ConfigError: It does not translate in that direction, or the tiles are too small.
        """
        with evaluating(self.translator(direction)) as network:
            multiple: int = network.multiple  # type: ignore[assignment]
            return translate_any_size(network, images, multiple=multiple, tile=tile)

    @property
    def _translation(self) -> TranslationGame:
        if not isinstance(self.game, TranslationGame):
            raise RunError(
                f"{self.run.path} is not a run that translates pictures; train one: zerosum train "
                "cyclegan --data FOLDER, with trainA and trainB in it."
            )
        return self.game

    def save(self, out: str | Path, *, count: int = 64, seed: int = 0) -> None:
        """Write pictures to a folder or ``.zip`` of PNG files, or to a ``.npz``."""
        save_pictures(
            Path(out), self.batches(count, seed=seed), facts=lambda i: self._facts(seed, index=i)
        )

    def save_grid(self, file: str | Path, *, count: int = 64, seed: int = 0) -> None:
        """Write one PNG with ``count`` pictures in rows, marked as generated."""
        (picture,) = to_pictures(tile(self.sample(count, seed=seed)))
        save_png(picture, Path(file), facts=self._facts(seed))

    def _facts(self, seed: int, **extra: int) -> dict[str, str]:
        return provenance(run=self.run.path.name, seed=seed, images=self.images, **extra)


def _latents(game: AdversarialGame, random: Randomness) -> Latents:
    return draw_latents(game.latent, random, 1, game.latent_size)


def load(
    run: str | Path,
    *,
    device: str = "auto",
    checkpoint: Literal["latest", "best"] = "latest",
) -> Model:
    """The model that a run has trained so far.

    Args:
        run: The run folder.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.

    Raises:
        RunError: The folder is no run.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     load(folder)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: no config.json in ...
    """
    found = Run.open(Path(run))
    state = found.load(checkpoint)
    config = found.config()
    engine = Engine(device=choose_device(device))
    game = build_game(config, engine)
    for name, player in game.players.items():
        player.load_networks(state["loop"]["players"][name])
    return Model(run=found, game=game, images=state["loop"]["images"])
