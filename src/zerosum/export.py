"""A trained network as one file for programs that do not know zerosum: ONNX, PyTorch, weights."""

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from zerosum.errors import ConfigError, ZerosumError
from zerosum.files import writing
from zerosum.packages import installation
from zerosum.registry import Table
from zerosum.types import ImageShape

__all__ = [
    "FORMATS",
    "PLAYER",
    "InputSpec",
    "Part",
    "at_rest",
    "check_export",
    "export_network",
    "takes_any_size",
    "takes_images",
    "takes_latents",
]

PLAYER = ".html"
"""How a file's name ends that is a page of a generator: `zerosum.player` writes it."""

FACTS = "zerosum.json"
"""The name of the facts in a ``.pt2`` file."""

_AXES = {0: "n", 2: "height", 3: "width"}
"""What an ``.onnx`` file calls the axes that may have another length."""


@dataclass(frozen=True, kw_only=True)
class InputSpec:
    """What a network takes.

    Attributes:
        name: What its input is called.
        example: One such input, of two rows.
        sizes: The axes that may have another length, with the rule for it.
    """

    name: str
    example: Tensor
    sizes: Mapping[int, Any] = field(default_factory=lambda: {0: Dim("n", min=1)})


def takes_latents(size: int) -> InputSpec:
    """Latents (n, size), for any n.

    Example:
        >>> takes_latents(100).example.shape
        torch.Size([2, 100])
    """
    return InputSpec(name="latents", example=torch.zeros(2, size))


def takes_images(shape: ImageShape) -> InputSpec:
    """Images (n, c, h, w) of one size, for any n.

    Example:
        >>> takes_images((3, 64, 64)).example.shape
        torch.Size([2, 3, 64, 64])
    """
    return InputSpec(name="images", example=torch.zeros(2, *shape))


def takes_any_size(shape: ImageShape, *, multiple: int, smallest: int) -> InputSpec:
    """Images (n, c, h, w), for any n, and any h and w that are multiples of a number, not it.

    (Tracing takes a length of 1 for a constant, and that is what a side of one multiple becomes
    inside.)

    Args:
        shape: (c, h, w) of the images that the network was trained on.
        multiple: Of what h and w are multiples.
        smallest: The least h and w that the network takes; those here are at least 2 multiples.

    Example:
        >>> takes_any_size((3, 64, 64), multiple=4, smallest=8).example.shape
        torch.Size([2, 3, 24, 28])
    """
    # Neither side as small as can be, nor equal: what is true of the example by chance would be
    # taken for a condition.
    least = max(2, smallest // multiple)
    height, width = (least + 4) * multiple, (least + 5) * multiple
    sizes = {
        0: Dim("n", min=1),
        2: multiple * Dim("rows", min=least),
        3: multiple * Dim("columns", min=least),
    }
    return InputSpec(name="images", example=torch.zeros(2, shape[0], height, width), sizes=sizes)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The part of a game that is written to a file.

    Attributes:
        network: A network of one input and one output.
        takes: Its input.
        gives: What its output is called.
        facts: What the file says of itself: as metadata, in a ``.pt2`` as ``zerosum.json``.
    """

    network: nn.Module
    takes: InputSpec
    gives: str
    facts: Mapping[str, str]


def export_network(part: Part, path: Path) -> None:
    """Write a network, as it is in evaluation mode and on the CPU, to one file, atomically.

    What changes while a network is trained is a constant in the file: how far a growing one has
    grown, noise, statistics.

    Args:
        part: The network; it stays as it is.
        path: A file that ends in ``.onnx`` (for onnxruntime and many others), ``.pt2`` (for
            ``torch.export.load(...).module()``) or ``.safetensors`` (weights alone).

    Raises:
        ConfigError: The file ends in something else, a package for it is missing, or the network
            computes what cannot be written in that format.
        FileError: It cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> part = Part(network=nn.Linear(3, 1), takes=takes_latents(3), gives="line", facts={})
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "line.pt2"
        ...     export_network(part, path)
        ...     torch.export.load(path).module()(torch.zeros(5, 3)).shape
        torch.Size([5, 1])
    """
    check_export(path)
    with writing(path) as temporary:
        FORMATS[path.suffix.lower()](replace(part, network=at_rest(part.network)), temporary)


def at_rest(network: nn.Module) -> nn.Module:
    """Copy a network as it is in evaluation mode, on the CPU, with no choice left in it.

    Example:
        >>> at_rest(nn.Dropout()).training
        False
    """
    still = deepcopy(network).cpu().to(memory_format=torch.contiguous_format)
    _settle(still.eval().requires_grad_(False))
    return still


def check_export(path: Path) -> None:
    """Refuse what cannot be written, before anything is loaded.

    Raises:
        ConfigError: The file ends in something unknown, or a package for it is missing.

    Example:
        >>> check_export(Path("generator.pth"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected a file that ends in .onnx, .pt2, .safetensors or ...
    """
    kind = path.suffix.lower()
    if kind not in (*FORMATS, PLAYER):
        raise ConfigError(
            f"expected a file that ends in .onnx, .pt2, .safetensors or .html, got {path.name!r}."
        )
    missing = [name for name in ("onnx", "onnxscript") if not is_installed(name)]
    if kind == ".onnx" and missing:
        raise ConfigError(
            f"to write .onnx the package {missing[0]} is needed: {installation('export')}; or "
            "choose a file that ends in .pt2 or .safetensors, which needs nothing."
        )


def _write_onnx(part: Part, path: Path) -> None:
    with _writable(".onnx"), warnings.catch_warnings():
        # The exporter warns its own authors, of functions that it uses itself.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            trace(part),
            dynamo=True,
            verbose=False,
            input_names=[part.takes.name],
            output_names=[part.gives],
            dynamic_shapes=({axis: _AXES[axis] for axis in part.takes.sizes},),
        )
        assert program is not None
        program.model.metadata_props.update(part.facts)
        program.save(str(path), external_data=False)


def _write_program(part: Part, path: Path) -> None:
    whole = BytesIO()  # Given a path, it insists on the end of the name.
    facts = json.dumps(dict(part.facts), indent=2)
    with _writable(".pt2"):
        program = trace(part)
        program.example_inputs = None  # As large as large images are, and of no use.
        torch.export.save(program, whole, extra_files={FACTS: facts})
    path.write_bytes(whole.getvalue())


def _write_weights(part: Part, path: Path) -> None:
    state = part.network.state_dict()
    weights = {name: value.contiguous().clone() for name, value in state.items()}
    save_file(weights, path, metadata={"format": "pt", **part.facts})


FORMATS: Table[Callable[[Part, Path], None]] = Table(
    "format", {".onnx": _write_onnx, ".pt2": _write_program, ".safetensors": _write_weights}
)
"""How networks are written, by the end of the file's name."""


def trace(part: Part) -> ExportedProgram:
    sizes = (dict(part.takes.sizes),)
    with torch.no_grad():
        return torch.export.export(part.network, (part.takes.example,), dynamic_shapes=sizes)


def _settle(network: nn.Module) -> None:
    """Let layers whose way depends on their state keep to it: a traced program has one way."""
    for layer in network.modules():
        settle = getattr(layer, "settle", None)
        if settle is not None:
            settle()


@contextmanager
def _writable(kind: str) -> Iterator[None]:
    """Say what to do where PyTorch has no words of that format for what a network computes."""
    try:
        yield
    except (OSError, MemoryError, ZerosumError):
        raise
    except Exception as error:  # Tracing runs the network, so this may be anything.
        cause: BaseException = error
        while cause.__cause__ is not None:  # What the exporter says first is general advice.
            cause = cause.__cause__
        reason = str(cause).strip().partition("\n")[0] or type(cause).__name__
        raise ConfigError(
            f"this network cannot be written as {kind} ({reason}); choose a file that ends in "
            ".safetensors, for its weights alone."
        ) from error


def is_installed(name: str) -> bool:
    return find_spec(name) is not None
