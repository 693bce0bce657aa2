"""A trained generator as a model: samples, walks, mixtures, projections and edits."""

import json
from collections.abc import Iterator, Sequence
from copy import copy
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from zerosum.checks import require
from zerosum.errors import printable
from zerosum.export import Part, takes_latents
from zerosum.games.generating import GeneratingGame
from zerosum.games.parts.classes import Classes
from zerosum.latent import LatentSpace, latent_space, recipe_of_latents
from zerosum.latent.directions import find_directions
from zerosum.latent.editing import save_edits
from zerosum.latent.kept import KEPT, KeptDirections
from zerosum.latent.mixing import Mixtures, draw_mixtures
from zerosum.latent.projection import Descent, Extract, Projection, project
from zerosum.latent.sampling import draw_samples
from zerosum.latent.walking import draw_walk, save_walk
from zerosum.media.images import check_png, save_images, save_png, to_images
from zerosum.models.base import CUT, RANGE, rows
from zerosum.models.sampler import Sampler
from zerosum.nn.noise import NoiseInjection
from zerosum.player import Named, save_player
from zerosum.runs import Run
from zerosum.types import Images, ImageShape, Progress
from zerosum.version import __version__

__all__ = ["Generator"]

GeneratorT = TypeVar("GeneratorT", bound="Generator")


class Generator(Sampler):
    """A trained generator: to `sample` from, to `walk`, `mix`, `project` and edit with.

    Attributes:
        labels: The classes of its images, one after the other; see `of_class`.

    Example:
        >>> import torch
        >>> from zerosum.config import change
        >>> from zerosum.families.building import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine, choose_device
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
        >>> game = build_game(narrow, Engine(device=choose_device("cpu")))
        >>> untrained = Generator(run=Run(Path("runs/digits")), game=game, images_seen=0)
        >>> two, three = untrained.sample(2, seed=7), untrained.sample(3, seed=7)
        >>> torch.allclose(two, three[:2], atol=1e-5)
        True
    """

    does: ClassVar[str] = "makes pictures from latents"

    def __init__(self, *, run: Run, game: GeneratingGame[Any], images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: GeneratingGame[Any] = game
        self.labels: tuple[int, ...] = ()

    def of_class(self: GeneratorT, *classes: str | int) -> GeneratorT:
        """Return the model with fixed classes for its images, one after the other.

        Image i of a seed has class number i, and classes repeat; so do the stops of a walk.
        Without this method classes are as frequent as in the data.

        Args:
            classes: Names, or numbers from 0; where the names are numbers, names alone.

        Raises:
            UnknownNameError: There is no such class.
            RunError: The run knows no classes.
        """
        known = self.conditional_classes
        if known is None:
            return super().of_class(*classes)
        model = copy(self)
        model.labels = tuple(known.find(each) for each in classes)
        return model

    @property
    def conditional_classes(self) -> Classes | None:
        """The classes of a conditional run, else None."""
        return self.game.conditional_on

    def batches(
        self,
        count: int,
        *,
        seed: int = 0,
        batch_size: int = 64,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Images]:
        """The images of `sample` in pieces, for counts that do not fit into memory."""
        pieces = draw_samples(
            self.latent, count, seed=seed, batch_size=batch_size, truncation=truncation
        )
        return pieces if progress is None else _counted(pieces, count, progress)

    @property
    def latent(self) -> LatentSpace:
        """The generator's latent space."""
        return latent_space(self.game, self.labels)

    @property
    def kept_directions(self) -> KeptDirections:
        """Directions of the latent space that were given names, in the run folder."""
        return KeptDirections(self.run.directions_path, self.latent)

    def walk(
        self,
        seeds: Sequence[int],
        *,
        frames: int = 30,
        walks: int = 1,
        truncation: float | None = None,
    ) -> Iterator[Images]:
        """Generate the images of a closed walk from seed to seed and back to the first.

        Walk j passes image j of each seed, as `sample` generates it, at constant speed: in z
        along spheres (straight for uniform latents), in the styles of a style-based generator
        straight.

        Args:
            seeds: At least two.
            frames: Mean number of frames from one seed to the next.
            walks: Number of walks side by side.
            truncation: As for `sample`.

        Returns:
            For each of ``len(seeds) * frames`` frames the images, shape (walks, c, h, w).

        Raises:
            ConfigError: There are fewer than two seeds, or something is out of range.
        """
        return draw_walk(self.latent, seeds, frames=frames, walks=walks, truncation=truncation)

    def mix(
        self,
        *,
        coarse: Sequence[int],
        fine: Sequence[int],
        from_layer: int | None = None,
        truncation: float | None = None,
    ) -> Mixtures:
        """Mix styles: coarse layers have the styles of some seeds, fine ones those of others.

        Args:
            coarse: Seeds, one for each row of ``mixtures``, (rows, columns, c, h, w).
            fine: Seeds, one for each column.
            from_layer: The first layer that is fine, from 1; None: half of the layers are.
            truncation: As for `sample`.

        Raises:
            ConfigError: The generator has no styles, or something is out of range.
        """
        return draw_mixtures(
            self.latent, coarse, fine, from_layer=from_layer, truncation=truncation
        )

    def project(
        self,
        images: Images,
        *,
        descent: Descent | None = None,
        extract: Extract | None = None,
        progress: Progress | None = None,
    ) -> Projection:
        """Find the points of the latent space whose images are nearest to the images.

        Args:
            images: Images of the run's shape, in [-1, 1].
            descent: How to look for them.
            extract: Features to compare besides pixels: `FeatureNetwork.extract`.
            progress: Is told of steps done and of their number.

        Raises:
            DataError: The images do not have the run's shape, or are no floats in that range.
        """
        return project(self.latent, images, descent=descent, extract=extract, progress=progress)

    @property
    def image_shape(self) -> ImageShape:
        """(c, h, w) of the images."""
        return self.latent.image_shape

    def columns(self, count: int) -> int | None:
        """One for each class, where there are several."""
        return len(self.labels) if 1 < len(self.labels) <= count else None

    def save_walk(
        self,
        file: str | Path,
        *,
        seeds: Sequence[int] = (1, 2, 3, 4, 5),
        frames: int = 30,
        seconds: float | None = None,
        columns: int = 1,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write an animation of `walk` that loops, marked as generated.

        Args:
            file: It ends in ``.gif``, or in ``.mp4`` where imageio-ffmpeg is installed.
            seeds: At least two.
            frames: Mean number of frames from one seed to the next.
            seconds: Duration of the loop; by default 25 frames a second.
            columns: Columns, and rows, of walks side by side.
            truncation: As for `sample`.
            progress: Called with the number of frames done and of all.

        Raises:
            ConfigError: As `walk`, or the file cannot be written.
        """
        options = {"seeds": " ".join(map(str, seeds)), **self.options(truncation)}
        save_walk(
            self.latent,
            Path(file),
            seeds=seeds,
            frames=frames,
            seconds=seconds,
            columns=columns,
            truncation=truncation,
            facts=self.facts(**options),
            progress=progress,
        )

    def save_mix(
        self,
        *,
        coarse: Sequence[int],
        fine: Sequence[int],
        grid: str | Path | None = None,
        out: str | Path | None = None,
        from_layer: int | None = None,
        truncation: float | None = None,
    ) -> None:
        """Write the table of `mix` with its sources on the edges, or each mixture by itself.

        Args:
            coarse: Seeds, one for each row.
            fine: Seeds, one for each column.
            grid: A PNG for the table.
            out: A folder, ``.zip`` or ``.npz`` for the mixtures, row by row.
            from_layer: As for `mix`.
            truncation: As for `sample`.
        """
        if grid is not None:
            check_png(Path(grid))
        table = self.mix(coarse=coarse, fine=fine, from_layer=from_layer, truncation=truncation)
        options = {"from_layer": table.from_layer, **self.options(truncation)}

        def facts(index: int) -> dict[str, str]:
            row, column = divmod(index, len(fine))
            return self.facts(coarse=coarse[row], fine=fine[column], **options)

        if grid is not None:
            seeds: dict[str, Any] = {
                "coarse": " ".join(map(str, coarse)),
                "fine": " ".join(map(str, fine)),
            }
            (sheet,) = to_images(table.sheet())
            save_png(sheet, Path(grid), facts=self.facts(**seeds, **options))
        if out is not None:
            save_images(Path(out), iter([table.mixtures.flatten(0, 1)]), facts=facts)

    def save_edits(
        self,
        file: str | Path,
        *,
        seed: int = 0,
        directions: str = "pca",
        rows: int = 6,
        columns: int = 9,
        reach: float = 3.0,
    ) -> None:
        """Write a PNG of a seed's first image, moved along directions of the latent space.

        Args:
            file: It ends in ``.png``.
            seed: The seed.
            directions: How they are found, ``pca`` or ``sefa``; ``kept``: the `kept_directions`.
            rows: How many directions, at most.
            columns: Images in a row, an odd number.
            reach: The greatest step, in standard deviations of random points.

        Raises:
            ConfigError: There are no such directions, or a number is out of range.
            FileError: The kept directions cannot be read, or the file cannot be written.
        """
        space = self.latent
        check_png(Path(file))
        if directions == KEPT:
            require(rows >= 1, f"expected at least one direction, got {rows}.")
            steps = self.kept_directions.steps()[:rows]
        else:
            steps = find_directions(space, directions, rows)
        point = space.points(space.latents([0], seed=seed))
        facts = self.facts(seed=seed, directions=directions, **self.options(None))
        save_edits(space, Path(file), point, steps, columns=columns, reach=reach, facts=facts)

    def options(
        self, truncation: float | None, *, index: int | None = None, seed: int = 0
    ) -> dict[str, Any]:
        """A truncation, and the class of one image or those of all."""
        label = None if index is None else self.latent.label(index, seed=seed)
        labels = self.labels if label is None else (label,)
        options = super().options(truncation)
        if self.conditional_classes is not None and labels:
            options["class"] = ", ".join(self.conditional_classes.names[each] for each in labels)
        return options

    def save_player(
        self, file: Path, *, direction: str | None = None, kept: KeptDirections | None = None
    ) -> None:
        """Write a page that draws the pictures by itself: sliders, seeds, walks.

        It holds the generator's numbers, opens from disk, loads nothing and sends nothing. The
        picture of a seed is the first of `sample`, within one step of each byte.

        Args:
            file: It ends in ``.html``.
            direction: None: there are none.
            kept: Directions with names, for sliders of their own; None: the `kept_directions`.

        Raises:
            ConfigError: The generator computes what the page cannot, or is too large.
        """
        self.refuse(direction)
        classes = self.conditional_classes
        save_player(
            self.latent,
            file,
            name=printable(self.run.name),
            classes=classes.names if classes else (),
            named=[
                Named(name=each.name, method="Named", step=each.step)
                for each in (self.kept_directions if kept is None else kept).values()
            ],
            facts=self.facts(),
            about={
                "Run": printable(self.run.name),
                "Trained on": f"{self.images_seen:,} images",
                "Made by": f"zerosum {__version__}",
                "Its pictures": "are generated; they show nothing that is real",
            },
        )

    def part(self, direction: str | None = None) -> Part:
        """Return its network, with a description of input and output.

        Raises:
            ConfigError: A direction is named.
        """
        self.refuse(direction)
        space = self.latent
        size, classes = (
            space.game.input_size,
            self.conditional_classes.names if self.conditional_classes else (),
        )
        facts = {
            "zerosum:input": f"latents {rows((size,))}",
            "zerosum:output": f"pictures {rows(space.image_shape)}, {RANGE}; {CUT}",
            "zerosum:latents": recipe_of_latents(
                space.game.latent, space.game.latent_size, classes=len(classes)
            ),
        }
        if classes:
            facts["zerosum:classes"] = json.dumps(classes)
        layers = space.network.modules()
        if any(isinstance(layer, NoiseInjection) for layer in layers):
            facts["zerosum:noise"] = "part of the file, the same for all pictures, as in samples"
        return Part(
            network=space.network, takes=takes_latents(size), gives="pictures", facts=facts
        )


def _counted(pieces: Iterator[Images], count: int, progress: Progress) -> Iterator[Images]:
    """The pieces, of each of which is told how many images there are then."""
    done = 0
    for images in pieces:
        done += len(images)
        progress(done, count)
        yield images
