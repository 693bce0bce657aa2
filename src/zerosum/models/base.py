"""What all trained games have in common, and what is said where one is of another kind."""

import json
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import TypeVar

from zerosum import models
from zerosum.config.json import to_json
from zerosum.errors import ConfigError, RunError, printable
from zerosum.export import Part, check_export, export_network
from zerosum.games.base import Game
from zerosum.media.images import provenance
from zerosum.runs import Run

__all__ = ["CUT", "RANGE", "KindT", "Model", "WrongKindError", "require", "rows"]

KindT = TypeVar("KindT", bound="Model", default="Model")
"""What a run is to be good for; any model, unless one says."""

RANGE = "from -1 (black) to 1 (white)"
CUT = "what lies beyond is to be cut"


class WrongKindError(RunError, AttributeError):
    """A run is asked for what runs of another kind are good for."""


class Model(ABC):
    """A trained game, ready to be used.

    Args:
        run: Where it comes from.
        game: The players, on the device.
        images_seen: Real images that it has seen.

    Attributes:
        does: What models of this kind do with pictures.
        use: The command that shows it.
        way_there: The command by which such a run comes about.
    """

    does: ClassVar[str]
    use: ClassVar[str]
    way_there: ClassVar[str]

    def __init__(self, *, run: Run, game: Game[Any], images_seen: int) -> None:
        self.run = run
        self.game = game
        self.images_seen = images_seen

    def export(self, file: str | Path, *, direction: str | None = None) -> None:
        """Write the network that the run is for, for other programs.

        The EMA alone, in evaluation mode, for any number n of rows: of a run that
        generates the generator, latents (n, d) to pictures; of one that translates the translator
        of a direction, pictures to pictures of any height and width that are multiples of its
        ``multiple``; of one that classifies the classifier, pictures to logits (n, classes); of
        one that misleads a classifier the perturber, pictures to their changes. The file says of
        itself what goes in and comes out, where it comes from, its configuration, and how the
        latents of picture i of a seed are drawn.

        Args:
            file: It ends in ``.onnx`` (needs the packages onnx and onnxscript), ``.pt2`` (a
                program that needs PyTorch only) or ``.safetensors`` (the weights).
            direction: Of a run that translates, by default its first.

        Raises:
            ConfigError: The file or the direction is none that there is.
        """
        check_export(Path(file))
        part = self.part(direction)
        source = {"zerosum:config": json.dumps(to_json(self.run.config()))}
        made = f"A neural network trained by zerosum (run {printable(self.run.path.name)})."
        facts = {**self.facts(), "Description": made, **source, **part.facts}
        del facts["zerosum:generated"]  # It is of pictures.
        export_network(replace(part, facts=facts), Path(file))

    @abstractmethod
    def part(self, direction: str | None = None) -> Part:
        """What the run is for, and what is to be known of what goes in and comes out.

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
        """What a picture that the model made says of itself, besides what the caller adds."""
        return provenance(run=self.run.path.name, images_seen=self.images_seen, seed=seed, **extra)

    if not TYPE_CHECKING:  # Who checks types offers what there is, and no more.

        def __getattr__(self, name: str) -> Any:
            """Say who has what this one has not."""
            kinds = (getattr(models, each) for each in models.__all__)
            for other in () if name.startswith("_") else kinds:
                if isinstance(other, type) and issubclass(other, Model) and hasattr(other, name):
                    home = next(each for each in other.__mro__ if name in vars(each))
                    raise refusal(self, home)
            raise AttributeError(f"a {type(self).__name__} has no attribute {name!r}")


def require(model: Model, kind: type[KindT]) -> KindT:
    """The model as one of that kind.

    Raises:
        WrongKindError: It is of another; the message says what it is good for.
    """
    if not isinstance(model, kind):
        raise refusal(model, kind)
    return model


def refusal(model: Model, kind: type[Model]) -> WrongKindError:
    """What to say where a run is not of the kind that is asked for.

    Args:
        model: What there is.
        kind: What is asked for.
    """
    path = model.run.path
    return WrongKindError(
        f"{path} is not a run that {kind.does}: it {model.does} ({model.use.format(run=path)}). "
        f"Train one: {kind.way_there}."
    )


def rows(shape: tuple[int, ...]) -> str:
    """The shape of any number of such things.

    Example:
        >>> rows((3, 32, 32))
        '(n, 3, 32, 32)'
    """
    return f"(n, {', '.join(map(str, shape))})"
