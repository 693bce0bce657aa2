"""Directions that somebody found good and gave a name, in a file beside the network."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from zerosum.checks import require
from zerosum.errors import ConfigError, FileError, printable
from zerosum.explaining import explain, is_there
from zerosum.files import writing
from zerosum.latent.base import LatentSpace
from zerosum.latent.directions import Directions
from zerosum.registry import Table

__all__ = ["KEPT", "MOST", "KeptDirection", "KeptDirections"]

KEPT = "kept"
"""What stands for these directions where others are named by how they are found."""

_FORMAT = "zerosum-directions"
_VERSION = "1"
_LONGEST = 60
MOST = 200

Step = Float[Tensor, "..."]
"""One unit step, of the shape of the space's steps: (d,) for z, (1, d) for styles."""


@dataclass(frozen=True, kw_only=True)
class KeptDirection:
    """A direction with a name.

    Attributes:
        name: What its finder calls it, up to 60 characters.
        step: The unit step.
        origin: How it was found, in words.
        images_seen: How many images the network had seen when it was found: after more training
            the direction may mean something else.

    Raises:
        ConfigError: The name is none, or the step leads nowhere.

    Example:
        >>> KeptDirection(name="slant", step=torch.tensor([0.0, 1.0])).origin
        ''
        >>> KeptDirection(name=" ", step=torch.tensor([0.0, 1.0]))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected a name of 1 to 60 characters, got ' '.
    """

    name: str
    step: Step
    origin: str = ""
    images_seen: int = 0

    def __post_init__(self) -> None:
        fits = self.name == self.name.strip() and self.name.isprintable()
        require(
            fits and 1 <= len(self.name) <= _LONGEST,
            f"expected a name of 1 to {_LONGEST} characters, got {printable(self.name)[:99]!r}.",
        )
        length = self.step.norm()
        require(
            bool(length.isfinite() and length > 0),
            f"the direction {self.name!r} has the length {length:g}: it leads nowhere.",
        )


class KeptDirections(Mapping[str, KeptDirection]):
    """The directions in a file, by name, in the order in which they were kept.

    The file is read at each use, so that what another process kept is there. It is replaced as a
    whole; of two processes that write at once, one may lose what the other kept.

    Args:
        path: The file, such as ``Run.directions_path``; it need not be there.
        space: The latent space in which they lead.

    Raises:
        FileError: On use, if the file cannot be read, or is damaged or something else.
        ConfigError: On use, if the file is of another latent space.
        UnknownNameError: On a look-up, if no direction has that name.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.config import change
        >>> from zerosum.families.building import build_game
        >>> from zerosum.latent.directions import find_directions
        >>> from zerosum.latent.spaces import latent_space
        >>> from zerosum.recipes import recipe
        >>> from zerosum.training.engine import Engine
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
        >>> space = latent_space(build_game(narrow, Engine(device=torch.device("cpu"))))
        >>> with TemporaryDirectory() as folder:
        ...     kept = KeptDirections(Path(folder) / "directions.safetensors", space)
        ...     (step,) = find_directions(space, "sefa", 1)
        ...     kept.keep(KeptDirection(name="slant", step=step, origin="sefa 1"))
        ...     kept.rename("slant", "lean")
        ...     list(kept), kept.steps().shape
        (['lean'], torch.Size([1, 100]))
    """

    def __init__(self, path: Path, space: LatentSpace) -> None:
        self.path = path
        self._space = space

    def __getitem__(self, name: str) -> KeptDirection:
        return Table("kept direction", self._read())[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def steps(self) -> Directions:
        """All of them, one below the other.

        Raises:
            ConfigError: None is kept.
        """
        kept = self._read()
        if not kept:
            raise ConfigError(
                f"no directions are kept in {self.path}. Find some and name them: zerosum studio, "
                "page Play; or kept_directions.keep(...) of a loaded run in Python."
            )
        steps: Directions = torch.stack([each.step for each in kept.values()])
        return steps

    def keep(self, *directions: KeptDirection) -> None:
        """Add directions, or replace those of their names.

        Raises:
            ConfigError: One is of another latent space, or there are too many.
            FileError: The file cannot be read or written.
        """
        kept = {**self._read(), **{each.name: self._fitting(each) for each in directions}}
        require(len(kept) <= MOST, f"{MOST} directions are kept already; drop some first.")
        self._write(kept)

    def rename(self, name: str, new: str) -> None:
        """Give a direction another name, at its place.

        Raises:
            UnknownNameError: None has that name.
            ConfigError: The new name is none, or another direction has it.
            FileError: The file cannot be read or written.
        """
        renamed = replace(self[name], name=new)
        kept = self._read()
        require(new == name or new not in kept, f"another direction is called {new!r} already.")
        places = [renamed if key == name else each for key, each in kept.items()]
        self._write({each.name: each for each in places})

    def drop(self, name: str) -> None:
        """Remove a direction.

        Raises:
            UnknownNameError: None has that name.
            FileError: The file cannot be read or written.
        """
        _ = self[name]
        self._write({key: each for key, each in self._read().items() if key != name})

    def _fitting(self, direction: KeptDirection) -> KeptDirection:
        """The direction with a step of length 1 on the CPU.

        Raises:
            ConfigError: It is of another latent space.
        """
        shape, expected = tuple(direction.step.shape), self._space.step_shape
        require(
            shape == expected,
            f"the direction {direction.name!r} has the shape {shape}, and this generator's steps "
            f"have {expected}: it was found with another generator.",
        )
        step = direction.step.detach().cpu().float()
        return replace(direction, step=step / step.norm())

    def _read(self) -> dict[str, KeptDirection]:
        if not is_there(self.path):
            return {}
        try:
            with safe_open(self.path, framework="pt", device="cpu") as file:
                found = _directions_of(file)
        except OSError as error:
            raise FileError(explain(error, self.path, "read")) from error
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise FileError(
                f"{self.path} holds no directions that this zerosum can read ({error}): it is "
                "damaged, or of another program or version. Move it away to begin anew."
            ) from error
        return {each.name: self._fitting(each) for each in found}

    def _write(self, kept: Mapping[str, KeptDirection]) -> None:
        described = [
            {"name": each.name, "origin": each.origin, "images_seen": each.images_seen}
            for each in kept.values()
        ]
        header = {
            "format": _FORMAT,
            "version": _VERSION,
            "symbol": self._space.symbol,
            "directions": json.dumps(described),
        }
        steps = {str(number): each.step for number, each in enumerate(kept.values())}
        with writing(self.path) as temporary:
            save_file(steps, temporary, metadata=header)


def _directions_of(file: Any) -> list[KeptDirection]:
    """What a file holds.

    Raises:
        ValueError: It holds something else.
    """
    header = file.metadata() or {}
    if (header.get("format"), header.get("version")) != (_FORMAT, _VERSION):
        raise ValueError(f"its format is {header.get('format')!r} {header.get('version')!r}")
    return [
        KeptDirection(
            name=str(each["name"]),
            step=file.get_tensor(str(number)),
            origin=str(each["origin"]),
            images_seen=int(each["images_seen"]),
        )
        for number, each in enumerate(json.loads(header["directions"]))
    ]
