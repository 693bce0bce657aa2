"""A trained game, ready to be used."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import torch

from zerosum.abilities import Classifies, Translates
from zerosum.config.build import build_game
from zerosum.config.json import to_json
from zerosum.errors import ConfigError, RunError
from zerosum.export import export_network, takes_latents, takes_pictures
from zerosum.games import (
    AdaptingGame,
    AdversarialGame,
    ClassificationGame,
    Game,
    TranslationGame,
)
from zerosum.latent import LatentSpace, latent_space, recipe_of_latents
from zerosum.latent.directions import find_directions
from zerosum.latent.editing import save_edits
from zerosum.latent.projection import Descent, Projection, See, project
from zerosum.latent.walking import draw_walk, save_walk
from zerosum.pictures import provenance, save_pictures, save_png, tile, to_pictures
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device
from zerosum.types import Images

__all__ = ["Model", "load"]


class Model(Classifies, Translates):
    """A trained game, ready to be used: to `sample` from, to `translate` or `classify` with.

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

    def sample(
        self,
        count: int,
        *,
        seed: int = 0,
        batch_size: int = 64,
        truncation: float | None = None,
    ) -> Images:
        """New pictures, shape (count, c, h, w), floats in [-1, 1] on the CPU.

        Picture i of a seed is the same whatever the count and the batch size, up to the rounding
        of its last bits.

        Args:
            count: Number of pictures.
            seed: From which they follow.
            batch_size: How many are drawn at once.
            truncation: Less varied pictures, of which more are good: see `LatentSpace.truncate`.
                None: as they come.

        Raises:
            ConfigError: The count is less than 1, the seed negative, or the truncation out of
                range.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        pieces = self.batches(count, seed=seed, batch_size=batch_size, truncation=truncation)
        return torch.cat(list(pieces))

    def batches(
        self,
        count: int,
        *,
        seed: int = 0,
        batch_size: int = 64,
        truncation: float | None = None,
    ) -> Iterator[Images]:
        """The pictures of `sample` in pieces, for counts that do not fit into memory."""
        if count < 1 or seed < 0 or batch_size < 1:
            raise ConfigError(
                "expected count ≥ 1, seed ≥ 0 and batch_size ≥ 1, "
                f"got {count}, {seed} and {batch_size}."
            )
        space = self.latent
        space.check_truncation(truncation)
        pieces = (
            space.latents(range(start, min(start + batch_size, count)), seed=seed)
            for start in range(0, count, batch_size)
        )
        if truncation is None:
            return (space.game.draw(latents).cpu() for latents in pieces)
        return (
            space.draw(space.truncate(space.points(latents), truncation)).cpu()
            for latents in pieces
        )

    @property
    def latent(self) -> LatentSpace:
        """The space in which the generator's pictures lie beside each other.

        Raises:
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        if isinstance(self.game, ClassificationGame | AdaptingGame):
            raise RunError(
                f"{self.run.path} makes no pictures, it classifies them: "
                f"zerosum classify {self.run.path} PICTURE..."
            )
        if not isinstance(self.game, AdversarialGame):
            raise RunError(
                f"{self.run.path} does not make pictures from nothing, it translates pictures: "
                f"zerosum translate {self.run.path} PICTURE..."
            )
        return latent_space(self.game)

    def walk(
        self,
        seeds: Sequence[int],
        *,
        frames: int = 30,
        walks: int = 1,
        truncation: float | None = None,
    ) -> Iterator[Images]:
        """The pictures on a closed walk from seed to seed and back to the first.

        Walk number j passes by picture number j of each seed, as `sample` draws it, at one speed
        all along: in z along spheres (straight on for uniform latents), in the styles of a
        style-based generator straight on.

        Args:
            seeds: At least two.
            frames: From one seed to the next, on average.
            walks: How many walks go side by side.
            truncation: As for `sample`.

        Returns:
            For each of ``len(seeds) * frames`` frames the pictures, shape (walks, c, h, w).

        Raises:
            ConfigError: There are fewer than two seeds, or something is out of range.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        return draw_walk(self.latent, seeds, frames=frames, walks=walks, truncation=truncation)

    def project(
        self,
        images: Images,
        *,
        descent: Descent | None = None,
        see: See | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Projection:
        """The points of the latent space whose pictures are nearest to the given ones.

        Args:
            images: Pictures of the run's shape, in [-1, 1].
            descent: How to look for them.
            see: Features to compare besides pixels: `FeatureNetwork.see`.
            progress: Is told of steps done and of their number.

        Raises:
            ConfigError: The pictures do not have the run's shape.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        return project(self.latent, images, descent=descent, see=see, progress=progress)

    def save(
        self,
        out: str | Path,
        *,
        count: int = 64,
        seed: int = 0,
        truncation: float | None = None,
    ) -> None:
        """Write pictures to a folder or ``.zip`` of PNG files, or to a ``.npz``."""
        pictures = self.batches(count, seed=seed, truncation=truncation)
        said = _said(truncation)
        save_pictures(Path(out), pictures, facts=lambda i: self.facts(seed=seed, index=i, **said))

    def save_grid(
        self,
        file: str | Path,
        *,
        count: int = 64,
        seed: int = 0,
        truncation: float | None = None,
    ) -> None:
        """Write one PNG with ``count`` pictures in rows, marked as generated."""
        (picture,) = to_pictures(tile(self.sample(count, seed=seed, truncation=truncation)))
        said = _said(truncation)
        save_png(picture, Path(file), facts=self.facts(seed=seed, **said))

    def save_walk(
        self,
        file: str | Path,
        *,
        seeds: Sequence[int] = (1, 2, 3, 4, 5),
        frames: int = 30,
        seconds: float | None = None,
        columns: int = 1,
        truncation: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Write an animation of `walk` that loops, marked as generated.

        Args:
            file: It ends in ``.gif``, or in ``.mp4`` where imageio-ffmpeg is installed.
            seeds: At least two.
            frames: From one seed to the next, on average.
            seconds: How long the loop takes; by default 25 frames a second.
            columns: Columns, and rows, of walks side by side.
            truncation: As for `sample`.
            progress: Is told of frames done and of their number.

        Raises:
            ConfigError: As `walk`, or the file cannot be written.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        said = {"seeds": " ".join(map(str, seeds)), **_said(truncation)}
        save_walk(
            self.latent,
            Path(file),
            seeds=seeds,
            frames=frames,
            seconds=seconds,
            columns=columns,
            truncation=truncation,
            facts=self.facts(**said),
            progress=progress,
        )

    def save_edits(
        self,
        file: str | Path,
        *,
        seed: int = 0,
        method: str = "pca",
        rows: int = 6,
        columns: int = 9,
        reach: float = 3.0,
    ) -> None:
        """Write a PNG of a seed's first picture, moved along directions found by a method.

        Raises:
            ConfigError: The method or a number is none that there is.
            RunError: The run is one that makes pictures of pictures, not of nothing.
        """
        space = self.latent
        directions = find_directions(space, method, rows)
        point = space.points(space.latents([0], seed=seed))
        facts = self.facts(seed=seed, directions=method)
        save_edits(space, Path(file), point, directions, columns=columns, reach=reach, facts=facts)

    def export(self, file: str | Path, *, direction: str | None = None) -> None:
        """Write the generator, or the translator of a direction, for other programs.

        The averaged network alone, in evaluation mode: latents (n, d) or pictures (n, c, h, w) in,
        pictures in [-1, 1] out, for any n; translators for any h and w that are multiples of
        their ``multiple``. The file says of itself where it comes from, its configuration, and how
        the latents of picture i of a seed are drawn.

        Args:
            file: It ends in ``.onnx`` (needs ``pip install 'zerosum[export]'``), ``.pt2`` (a
                program that needs PyTorch only) or ``.safetensors`` (the weights).
            direction: Of a run that translates, by default its first.

        Raises:
            ConfigError: The file or the direction is none that there is.
        """
        facts = {**self.facts(), "zerosum:config": json.dumps(to_json(self.run.config()))}
        if isinstance(self.game, TranslationGame):
            network = self.translator(direction)
            facts["zerosum:direction"] = direction or self.directions[0]
            shape, multiple, smallest = network.image_shape, network.multiple, network.smallest
            takes = takes_pictures(shape, multiple=multiple, smallest=smallest)  # type: ignore[arg-type]
        else:
            if direction is not None:
                raise ConfigError(
                    f"{self.run.path} makes pictures from nothing: it has no direction."
                )
            space = self.latent
            network, takes = space.network, takes_latents(space.game.latent_size)
            facts["zerosum:latents"] = recipe_of_latents(space.game.latent, space.game.latent_size)
        export_network(network, Path(file), takes=takes, facts=facts)

    def facts(self, *, seed: int | None = None, **extra: float | str) -> dict[str, str]:
        """What a picture that the model made says of itself, besides what the caller adds."""
        return provenance(run=self.run.path.name, images=self.images, seed=seed, **extra)


def _said(truncation: float | None) -> dict[str, Any]:
    return {} if truncation is None else {"truncation": truncation}


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
