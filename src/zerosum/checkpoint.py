"""Checkpoints: one safetensors file of data, versioned, replaced atomically.

The state of a run is a nested structure of dictionaries and lists with tensors, numbers, strings,
booleans and None as leaves. The tensors go into the body of the file; the structure goes, as
JSON, into its header, each tensor replaced by a reference to its name. A checksum over all of it
is there too: a bit that flipped on the way is noticed. Nothing in the file can run code, and any
safetensors reader can open it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from zerosum.errors import CheckpointError
from zerosum.explaining import explain
from zerosum.files import writing

__all__ = ["FORMAT", "VERSION", "load_checkpoint", "require_like", "save_checkpoint"]

FORMAT = "zerosum-checkpoint"
VERSION = 3
"""3: there is a checksum, and what the hooks know, such as the evaluations so far; 2: the images
are identified by their content; 1: by their files."""

_REFERENCE = "$tensor"
_MISSING = object()


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
    structure = json.dumps(_split(state, "", tensors))
    header = {
        "format": FORMAT,
        "version": str(VERSION),
        "structure": structure,
        "checksum": _checksum(structure, tensors),
    }
    kept = "The previous checkpoint, if there was one, is untouched, and good to go on from."
    with writing(path, error=CheckpointError, then=kept) as temporary:
        save_file(tensors, temporary, metadata=header)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a state that `save_checkpoint` wrote; its tensors are on the CPU.

    Raises:
        CheckpointError: The file is missing, damaged, of another program, or of another version,
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
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
            _check_header(path, header)
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        _verify(header, tensors)
        state = _join(json.loads(header["structure"]), tensors)
        if not isinstance(state, dict):
            raise ValueError(f"it holds a {type(state).__name__} instead of a table")
    except (OSError, SafetensorError, ValueError, KeyError, RecursionError) as error:
        raise CheckpointError(
            f"{path} is not a whole checkpoint ({error}): the file is damaged or truncated, or it "
            "is something else. Copy it again, or resume from another checkpoint of the run."
        ) from error
    return state


def require_like(value: Any, like: Any, where: str) -> None:
    """Make sure that a part of a state is of the kind of what it is to replace.

    Tables have all the keys, and perhaps others; lists are as long; tensors have the same type and
    shape; other values are of one type. An empty table, list or tensor stands for any.

    Args:
        value: What a checkpoint holds.
        like: What is expected.
        where: What to call it in messages.

    Raises:
        CheckpointError: It is something else; the message says where.

    Example:
        >>> require_like({"a": [1, 2], "more": 0}, {"a": [0, 0]}, "loop")
        >>> require_like({"a": [1, None]}, {"a": [0, 0]}, "loop")
        Traceback (most recent call last):
        ...
        zerosum.errors.CheckpointError: ... not fit: loop.a.1 should be int, and is None. ...
    """
    if not _fits(value, like):
        raise CheckpointError(
            f"the checkpoint does not fit: {where} should be {_kind(like)}, and is "
            f"{_kind(value)}. It is of another version of zerosum, which alone can use it, or was "
            "changed by hand; use another checkpoint of the run, or start a new run."
        )
    for key, part in _parts(like).items():
        require_like(_parts(value).get(key, _MISSING), part, f"{where}.{key}")


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
            else "It lacks what a run needs to go on exactly: use it with the zerosum that made "
            "it (environment.json of the run says which), or train anew."
        )
        raise CheckpointError(
            f"{path} has checkpoint version {version}; this zerosum reads version {VERSION}. "
            f"{remedy}"
        )


def _verify(header: Mapping[str, str], tensors: Mapping[str, Tensor]) -> None:
    """Compare the checksum with that of what was read.

    Raises:
        ValueError: It is another.
        KeyError: There is none.
    """
    actual, stated = _checksum(header["structure"], tensors), header["checksum"]
    if actual != stated:
        raise ValueError(f"its checksum should be {stated}, and is {actual}")


def _checksum(structure: str, tensors: Mapping[str, Tensor]) -> str:
    """Of all tensors' names, types, shapes and numbers, and of how they hang together.

    CRC-32 misses one accident in four billion, and takes a twentieth of the time of writing.
    """
    checksum = crc32(structure.encode())
    for name, tensor in sorted(tensors.items()):
        checksum = crc32(f"{name} {tensor.dtype} {tuple(tensor.shape)};".encode(), checksum)
        checksum = crc32(tensor.flatten().view(torch.uint8).numpy().data, checksum)
    return f"crc32:{checksum:08x}"


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


def _join(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {_REFERENCE}:
            name = str(value[_REFERENCE])
            if name not in tensors:
                raise ValueError(f"it lacks {name}")
            return tensors[name]
        return {key: _join(item, tensors) for key, item in value.items()}
    if isinstance(value, list):
        return [_join(item, tensors) for item in value]
    return value


def _fits(value: Any, like: Any) -> bool:
    if isinstance(like, Tensor):
        if not isinstance(value, Tensor) or value.dtype != like.dtype:
            return False
        return not like.numel() or value.shape == like.shape
    if isinstance(like, Mapping):
        return isinstance(value, Mapping)
    if isinstance(like, list | tuple):
        return isinstance(value, list | tuple) and (not like or len(value) == len(like))
    return type(value) is type(like)


def _parts(value: Any) -> Mapping[Any, Any]:
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    return value if isinstance(value, Mapping) else {}


def _kind(value: Any) -> str:
    if value is _MISSING:
        return "missing"
    if isinstance(value, Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return "None" if value is None else type(value).__name__
