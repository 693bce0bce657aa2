"""Images from nothing, one for each number of a seed: what is shared by all who make them."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import torch

from zerosum.errors import RunError
from zerosum.media.images import (
    check_png,
    check_sheet,
    save_images,
    save_png,
    tile,
    to_images,
)
from zerosum.models.base import Model
from zerosum.types import Images, ImageShape, Progress

__all__ = ["Sampler"]

SamplerT = TypeVar("SamplerT", bound="Sampler")


class Sampler(Model):
    """A trained game to `sample` from: image i of a seed is always the same."""

    does: ClassVar[str] = "makes pictures from nothing"
    use: ClassVar[str] = "zerosum sample {run} --grid FILE.png"
    way_there: ClassVar[str] = "zerosum train dcgan-faces --data FOLDER"

    def of_class(self: SamplerT, *classes: str | int) -> SamplerT:
        """The same model, all of whose images are of these classes, one after the other.

        Args:
            classes: By name, or by number from 0; where classes are called by numbers, by name
                alone.

        Raises:
            UnknownNameError: There is no such class.
            RunError: The run knows no classes.
        """
        raise RunError(
            f"{self.run.path} knows no classes. Train a run that does: zerosum train RECIPE "
            "--data SOURCE --game.conditional projection."
        )

    @abstractmethod
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

    def sample(
        self,
        count: int,
        *,
        seed: int = 0,
        batch_size: int = 64,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> Images:
        """New images, shape (count, c, h, w), floats in [-1, 1] on the CPU.

        Image i of a seed is the same whatever the count and the batch size, up to the rounding of
        its last bits.

        Args:
            count: Number of images.
            seed: From which they follow.
            batch_size: How many are drawn at once.
            truncation: Less varied images, of which more are good: see `LatentSpace.truncate`;
                for runs with latents alone. None: as they come.
            progress: Is told of what is done and of how much there is to do.

        Raises:
            ConfigError: The count is less than 1, the seed negative, or the truncation out of
                range.
        """
        pieces = self.batches(
            count, seed=seed, batch_size=batch_size, truncation=truncation, progress=progress
        )
        return torch.cat(list(pieces))

    def save(
        self,
        out: str | Path,
        *,
        count: int = 64,
        seed: int = 0,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write images to a folder or ``.zip`` of PNG files, or to a ``.npz``."""
        images = self.batches(count, seed=seed, truncation=truncation, progress=progress)

        def facts(index: int) -> dict[str, str]:
            options = self.options(truncation, index=index, seed=seed)
            return self.facts(seed=seed, index=index, **options)

        save_images(Path(out), images, facts=facts)

    def save_grid(
        self,
        file: str | Path,
        *,
        count: int = 64,
        seed: int = 0,
        truncation: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write one PNG with ``count`` images in rows, marked as generated.

        Where there are several classes, each has a column of its own.
        """
        check_png(Path(file))
        check_sheet(count, self.image_shape)
        images = self.sample(count, seed=seed, truncation=truncation, progress=progress)
        (image,) = to_images(tile(images, columns=self.columns(count)))
        facts = self.facts(seed=seed, **self.options(truncation))
        save_png(image, Path(file), facts=facts)

    @property
    def image_shape(self) -> ImageShape:
        """(c, h, w) of the images."""
        return self.run.config().pictures.shape

    def columns(self, count: int) -> int | None:
        """Columns in a grid of so many images; None: as many as rows."""
        return None

    def options(
        self, truncation: float | None, *, index: int | None = None, seed: int = 0
    ) -> dict[str, Any]:
        """The options for the metadata of image ``index``, or of all images."""
        return {} if truncation is None else {"truncation": truncation}
