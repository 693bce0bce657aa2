"""The base class of trained models, and the error for a model of another kind."""

import json
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import TypeVar

from zerosum import models
from zerosum.config.json import to_json
from zerosum.errors import ConfigError, RunError, printable
from zerosum.export import PLAYER, Part, check_export, export_network
from zerosum.games.base import Game
from zerosum.media.images import provenance
from zerosum.runs import Run

__all__ = ["CUT", "RANGE", "KindT", "Model", "WrongKindError", "require", "rows"]

KindT = TypeVar("KindT", bound="Model", default="Model")
"""The kind of a model; by default any."""

RANGE = "from -1 (black) to 1 (white)"
CUT = "what lies beyond is to be cut"


class WrongKindError(RunError, AttributeError):
    """A run is of another kind than the one that is needed."""


class Model(ABC):
    """A trained game, ready for use.

    Args:
        run: The run folder.
        game: The players, on the device.
        images_seen: Number of real images that it was trained on.

    Attributes:
        does: A phrase on the purpose of such models.
        use: The command that uses one.
        way_there: The command that trains one.
    """

    does: ClassVar[str]
    use: ClassVar[str]
    way_there: ClassVar[str]

    def __init__(self, *, run: Run, game: Game[Any], images_seen: int) -> None:
        self.run = run
        self.game = game
        self.images_seen = images_seen

    def export(self, file: str | Path, *, direction: str | None = None) -> None:
        """Write the run's network for other programs.

        The file holds the EMA alone, in evaluation mode, for any number n of rows: a
        generator, latents (n, d) to images; the translator of a direction, images to images
        of any height and width that are multiples of its ``multiple``; a classifier, images to
        logits (n, classes); or a perturber, images to their changes. Its metadata describe input
        and output, the run, the configuration, and how the latents of a seed are drawn.

        Args:
            file: It ends in ``.onnx`` (needs the packages onnx and onnxscript), ``.pt2`` (a
                program that needs PyTorch only), ``.safetensors`` (the weights), or, of a run
                that generates, ``.html`` (a page that draws the pictures itself).
            direction: Of a run that translates, by default its first.

        Raises:
            ConfigError: The file name is unsuitable, or there is no such direction.
            WrongKindError: A page is to be written of a run that does not generate.
        """
        check_export(Path(file))
        if Path(file).suffix.lower() == PLAYER:
            self.save_player(Path(file), direction=direction)
            return
        part = self.part(direction)
        source = {"zerosum:config": json.dumps(to_json(self.run.config()))}
        description = f"A neural network trained by zerosum (run {printable(self.run.name)})."
        facts = {**self.facts(), "Description": description, **source, **part.facts}
        del facts["zerosum:generated"]  # It is of images.
        export_network(replace(part, facts=facts), Path(file))

    def save_player(self, file: Path, *, direction: str | None = None) -> None:
        """Write a page that draws a generator's pictures by itself.

        Args:
            file: It ends in ``.html``.
            direction: None: pictures are made from latents.

        Raises:
            WrongKindError: This model does not.
        """
        raise refusal(self, models.Generator)

    @abstractmethod
    def part(self, direction: str | None = None) -> Part:
        """Return the run's network, with a description of input and output.

        Raises:
            ConfigError: There is no such direction.
        """

    def refuse(self, direction: str | None) -> None:
        """Refuse a direction where nothing is translated.

        Raises:
            ConfigError: One is named.
        """
        if direction is not None:
            raise ConfigError(f"{self.run.path} does not translate: it has no direction.")

    def facts(self, *, seed: int | None = None, **extra: float | str) -> dict[str, str]:
        """Return the metadata of an image that the model generated, with the caller's own."""
        return provenance(run=self.run.name, images_seen=self.images_seen, seed=seed, **extra)

    if not TYPE_CHECKING:  # Type checkers know the attributes of the class, and no others.

        def __getattr__(self, name: str) -> Any:
            """Name the kind of model that has a missing attribute."""
            kinds = (getattr(models, each) for each in models.__all__)
            for other in () if name.startswith("_") else kinds:
                if isinstance(other, type) and issubclass(other, Model) and hasattr(other, name):
                    home = next(each for each in other.__mro__ if name in vars(each))
                    raise refusal(self, home)
            raise AttributeError(f"a {type(self).__name__} has no attribute {name!r}")


def require(model: Model, kind: type[KindT]) -> KindT:
    """Return the model if it is of that kind.

    Raises:
        WrongKindError: It is of another; the message tells its purpose.
    """
    if not isinstance(model, kind):
        raise refusal(model, kind)
    return model


def refusal(model: Model, kind: type[Model]) -> WrongKindError:
    """Make the error for a model that is not of the required kind.

    Args:
        model: The model.
        kind: The required kind.
    """
    path = model.run.path
    return WrongKindError(
        f"{path} is not a run that {kind.does}: it {model.does} ({model.use.format(run=path)}). "
        f"Train one: {kind.way_there}."
    )


def rows(shape: tuple[int, ...]) -> str:
    """Format a shape with any number n of rows.

    Example:
        >>> rows((3, 32, 32))
        '(n, 3, 32, 32)'
    """
    return f"(n, {', '.join(map(str, shape))})"
