"""What a user does with zerosum, as functions: train, resume, load, sample.

The command line is a thin layer over this module and `zerosum.jobs`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from zerosum.config import RunConfig, change
from zerosum.config.build import build_game
from zerosum.errors import ConfigError, RunError
from zerosum.games.adversarial import AdversarialGame, draw_latents
from zerosum.jobs import resume_run, train_run
from zerosum.pictures import provenance, save_pictures, save_png, tile, to_pictures
from zerosum.randomness import Randomness
from zerosum.recipes import recipe as find_recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device
from zerosum.types import Images, Latents

__all__ = ["Model", "load", "resume", "train"]


class Model:
    """A trained game, ready to be used.

    Attributes:
        run: Where it comes from.
        game: The players, on the device.
        images: Real images that it has seen.

    Example:
        >>> narrow = change(find_recipe("dcgan-digits"), {"game.generator.width": 4})
        >>> game = build_game(narrow, Engine(device=choose_device("cpu")))
        >>> untrained = Model(run=Run(Path("runs/digits")), game=game, images=0)
        >>> two, three = untrained.sample(2, seed=7), untrained.sample(3, seed=7)
        >>> torch.allclose(two, three[:2], atol=1e-5)
        True
    """

    def __init__(self, *, run: Run, game: AdversarialGame, images: int) -> None:
        self.run = run
        self.game = game
        self.images = images

    def sample(self, count: int, *, seed: int = 0, batch_size: int = 64) -> Images:
        """New pictures, shape (count, c, h, w), floats in [-1, 1] on the CPU.

        Picture i of a seed is the same whatever the count and the batch size, up to the rounding
        of its last bits.

        Raises:
            ConfigError: The count is less than 1 or the seed negative.
        """
        return torch.cat(list(self.batches(count, seed=seed, batch_size=batch_size)))

    def batches(self, count: int, *, seed: int = 0, batch_size: int = 64) -> Iterator[Images]:
        """The pictures of `sample` in pieces, for counts that do not fit into memory."""
        if count < 1 or seed < 0 or batch_size < 1:
            raise ConfigError(
                "expected count ≥ 1, seed ≥ 0 and batch_size ≥ 1, "
                f"got {count}, {seed} and {batch_size}."
            )
        random = Randomness(seed=seed, stream="sample")
        for start in range(0, count, batch_size):
            indices = range(start, min(start + batch_size, count))
            latents = [self._latents(random.at(index)) for index in indices]
            yield self.game.draw(torch.cat(latents)).cpu()

    def save(self, out: str | Path, *, count: int = 64, seed: int = 0) -> None:
        """Write pictures to a folder or ``.zip`` of PNG files, or to a ``.npz``."""
        save_pictures(
            Path(out), self.batches(count, seed=seed), facts=lambda i: self._facts(seed, index=i)
        )

    def save_grid(self, file: str | Path, *, count: int = 64, seed: int = 0) -> None:
        """Write one PNG with ``count`` pictures in rows, marked as generated."""
        (picture,) = to_pictures(tile(self.sample(count, seed=seed)))
        save_png(picture, Path(file), facts=self._facts(seed))

    def _latents(self, random: Randomness) -> Latents:
        return draw_latents(self.game.latent, random, 1, self.game.latent_size)

    def _facts(self, seed: int, **extra: int) -> dict[str, str]:
        return provenance(run=self.run.path.name, seed=seed, images=self.images, **extra)


def train(
    recipe: str | RunConfig,
    *,
    data: str | Path | None = None,
    images: int | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    fields: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    quiet: bool = False,
) -> Model:
    """Train by a recipe and return the trained model.

    Args:
        recipe: A name (``zerosum recipes`` lists them), or a configuration of your own.
        data: Source of the real pictures instead of the recipe's.
        images: Real images to see in all.
        batch_size: Real images in a round.
        seed: From which all random numbers follow.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        fields: Any other fields, named as on the command line: ``{"game.generator.width": 32}``.
        out: The run folder to make; by default the next free ``runs/RECIPE``.
        quiet: Few lines instead of a progress bar.

    Raises:
        ZerosumError: A setting, the data or the folder does not do; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.width": 4, "game.discriminator.width": 4}
        >>> tiny = {"images": 64, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     model = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        >>> model.images, model.sample(2).shape
        (64, torch.Size([2, 1, 28, 28]))
    """
    config = find_recipe(recipe) if isinstance(recipe, str) else recipe
    asked = {
        "data": None if data is None else str(data),
        "images": images,
        "batch_size": batch_size,
        "seed": seed,
        "device": device,
    }
    given: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    config = change(config, {**(fields or {}), **given})
    outcome = train_run(config, out=None if out is None else Path(out), quiet=quiet)
    return load(outcome.run.path, device=config.device)


def resume(
    run: str | Path, *, images: int | None = None, device: str | None = None, quiet: bool = False
) -> Model:
    """Go on with a run from its checkpoint, bit for bit, and return the trained model.

    Args:
        run: The run folder.
        images: Real images to see in all, instead of what the run was made for.
        device: Another device than the run's.
        quiet: Few lines instead of a progress bar.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.width": 4, "game.discriminator.width": 4}
        >>> tiny = {"images": 32, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     _ = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        ...     resume(f"{folder}/run", images=64, quiet=True).images
        64
    """
    outcome = resume_run(Path(run), images=images, device=device, quiet=quiet)
    return load(outcome.run.path, device=outcome.run.config().device)


def load(run: str | Path, *, device: str = "auto") -> Model:
    """The model that a run has trained so far.

    Raises:
        RunError: The folder is no run, or not one that makes pictures from nothing.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> narrow = {"game.generator.width": 4, "game.discriminator.width": 4}
        >>> tiny = {"images": 32, "batch_size": 16, "device": "cpu", "fields": narrow}
        >>> with TemporaryDirectory() as folder:
        ...     trained = train("dcgan-digits", **tiny, out=f"{folder}/run", quiet=True)
        ...     loaded = load(f"{folder}/run", device="cpu")
        >>> torch.equal(trained.sample(2), loaded.sample(2))
        True
    """
    found = Run.open(Path(run))
    state = found.load()
    config = found.config()
    engine = Engine(device=choose_device(device))
    game = build_game(config, engine)
    if not isinstance(game, AdversarialGame):
        raise RunError(f"{found.path} is not a run that makes pictures from latents.")
    for name, player in game.players.items():
        player.load_networks(state["loop"]["players"][name])
    return Model(run=found, game=game, images=state["loop"]["images"])
