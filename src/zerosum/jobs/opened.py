"""The inputs of a job on images, and the failures among them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from zerosum.data import as_spec
from zerosum.errors import DataError
from zerosum.families.loading import load
from zerosum.jobs.inputs import Input, find_inputs, require_inputs
from zerosum.jobs.outputs import require_free
from zerosum.models.base import KindT

__all__ = ["OpenedInputs"]

T = TypeVar("T")


@runtime_checkable
class _Options(Protocol):
    """What all jobs on images can be told."""

    @property
    def checkpoint(self) -> Any: ...

    @property
    def device(self) -> str: ...

    @property
    def pixel_limit(self) -> int | None: ...


class OpenedInputs(Generic[KindT]):
    """The input images of a job, and the run whose model is applied to them.

    What costs least to refuse is refused first: there is nothing at a path, the folder for what is
    made is not empty; then the run is loaded, and the images are listed when the job asks.

    Args:
        run: The run folder.
        inputs: Image files, folders (with all below them) and zip or tar archives of images.
        kind: What the run is to be good for.
        options: Which checkpoint, on which device, up to which size of images.
        out: The folder to make, if one is named.

    Raises:
        ZerosumError: Something is not there, or not free, or the run is of another kind.

    Example:
        >>> from zerosum.config.commands.classify import ClassifyConfig
        >>> from zerosum.models.classifier import Classifier
        >>> OpenedInputs("runs/classifier", ["no-such.jpg"], Classifier, ClassifyConfig())
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no-such.jpg does not exist; check the path.
    """

    def __init__(
        self,
        run: str | Path,
        inputs: Sequence[str | Path],
        kind: type[KindT],
        options: _Options,
        *,
        out: Path | None = None,
    ) -> None:
        self._specs = [as_spec(each) for each in inputs]
        self._limit = options.pixel_limit
        self._out = out
        require_inputs(self._specs)
        if out is not None:
            require_free(out)
        self.model = load(run, kind=kind, device=options.device, checkpoint=options.checkpoint)
        self.failed: list[tuple[str, str]] = []

    def folder(self, usual: str) -> Path:
        """Where to put what is made: the folder that was named, or this one of the run's.

        Raises:
            ZerosumError: It is not empty, or nothing can be written there.
        """
        out = self._out or self.model.run.path / usual
        require_free(out)
        return out

    def find(self, *, direction: str | None = None, split: str | None = None) -> list[Input]:
        """All the images, not yet decoded: see `find_inputs`."""
        limit = self._limit or self.model.run.config().pictures.pixel_limit
        return find_inputs(self._specs, direction=direction, split=split, pixel_limit=limit)

    def use(
        self,
        inputs: Sequence[Input],
        read: Callable[[Input], T],
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[tuple[Input, T]]:
        """Each image with what is read of it; what cannot be read is noted in ``failed``.

        Args:
            inputs: The images.
            read: What to do with one; it raises `DataError` where that cannot be done.
            progress: Is told how many are done with, and of how many.
        """
        for number, each in enumerate(inputs, start=1):
            try:
                image = read(each)
            except DataError as error:
                self.failed.append((each.name, getattr(error, "reason", str(error))))
            else:
                yield each, image
            if progress is not None:
                progress(number, len(inputs))
