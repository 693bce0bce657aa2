"""Checkpoints: one safetensors file of data, versioned, replaced atomically.

The state of a run is a nested structure of dictionaries and lists with tensors, numbers, strings,
booleans and None as leaves. The tensors go into the body of the file; the structure goes, as
JSON, into its header, each tensor replaced by a reference to its name. Nothing in the file can
run code, and any safetensors reader can open it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from zerosum.errors import CheckpointError
from zerosum.explaining import explain
from zerosum.files import writing

__all__ = ["FORMAT", "VERSION", "load_checkpoint", "save_checkpoint"]

FORMAT = "zerosum-checkpoint"
VERSION = 2
"""2: the identity of the pictures is that of their content; 1 was that of the files."""

_REFERENCE = "$tensor"


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state to ``path``; until it is whole on disk, the old file stays in place.

    Args:
        path: The file, by custom ``*.safetensors``.
        state: Nested dictionaries and lists of tensors and JSON values.

    Raises:
        CheckpointError: The file could not be written, for example because the disk is full.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "latest.safetensors"
        ...     save_checkpoint(file, {"images": 64, "weights": [torch.ones(2)]})
        ...     load_checkpoint(file)
        {'images': 64, 'weights': [tensor([1., 1.])]}
    """
    tensors: dict[str, Tensor] = {}
    structure = _split(state, "", tensors)
    header = {"format": FORMAT, "version": str(VERSION), "structure": json.dumps(structure)}
    kept = "The previous checkpoint, if there was one, is untouched, and good to go on from."
    with writing(path, error=CheckpointError, then=kept) as temporary:
        save_file(tensors, temporary, metadata=header)


def load_checkpoint(path: Path, *, device: str | torch.device = "cpu") -> dict[str, Any]:
    """Read a state that `save_checkpoint` wrote.

    Raises:
        CheckpointError: The file is missing, truncated, of another program, or of another version,
            or it may not be read.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "latest.safetensors"
        ...     save_checkpoint(file, {"images": 64, "weights": torch.ones(2)})
        ...     load_checkpoint(file)["weights"]
        tensor([1., 1.])
        >>> load_checkpoint(Path("none.safetensors"))
        Traceback (most recent call last):
        ...
        zerosum.errors.CheckpointError: there is no checkpoint none.safetensors; ...
    """
    _require_readable(path)
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            header = file.metadata() or {}
            _check_header(path, header)
            structure = json.loads(header["structure"])
            state: dict[str, Any] = _join(structure, file.get_tensor)
            return state
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{path} is not a whole checkpoint ({error}): the file is truncated, or it is "
            "something else. Copy it again, or resume from another checkpoint of the run."
        ) from error


def _require_readable(path: Path) -> None:
    """Tell a file that is missing from one that may not be read: safetensors takes it for missing.

    Raises:
        CheckpointError: It is one of them.
    """
    try:
        path.open("rb").close()
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint {path}; nothing was saved yet.") from error
    except OSError as error:
        raise CheckpointError(explain(error, path, "read")) from error


def _check_header(path: Path, header: Mapping[str, str]) -> None:
    if header.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is a safetensors file, but not a checkpoint of zerosum (its header says "
            f"format {header.get('format')!r}, expected {FORMAT!r})."
        )
    version = int(header["version"])
    if version != VERSION:
        remedy = (
            "Install a newer zerosum to use it."
            if version > VERSION
            else "It does not say which pictures the run was trained on, only which files: use it "
            "with the zerosum that made it (environment.json beside it says which), or train anew."
        )
        raise CheckpointError(
            f"{path} has checkpoint version {version}; this zerosum reads version {VERSION}. "
            f"{remedy}"
        )


def _split(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """Move the tensors below ``value`` into ``tensors``; return the structure without them."""
    if isinstance(value, Tensor):
        # Clone what shares memory: safetensors stores each tensor on its own.
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {_REFERENCE: name}
    if isinstance(value, Mapping):
        assert all(isinstance(key, str) for key in value), f"keys below {name} must be strings"
        return {key: _split(item, f"{name}/{key}", tensors) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_split(item, f"{name}/{index}", tensors) for index, item in enumerate(value)]
    assert value is None or isinstance(value, bool | int | float | str), type(value)
    return value


def _join(value: Any, get_tensor: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_REFERENCE}:
            return get_tensor(value[_REFERENCE])
        return {key: _join(item, get_tensor) for key, item in value.items()}
    if isinstance(value, list):
        return [_join(item, get_tensor) for item in value]
    return value
