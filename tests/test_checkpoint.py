import errno
import json
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from zerosum import checkpoint
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.errors import CheckpointError


def _state() -> dict[str, Any]:
    shared = torch.arange(6.0)
    return {
        "images": 64,
        "rate": 0.1,
        "nothing": None,
        "flags": [True, "text", {"deep": shared}],
        "view": shared[2:4],
        "whole": torch.tensor(3),
        "bytes": torch.tensor([1, 255], dtype=torch.uint8),
        "strided": torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last),
    }


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(_equal, a, b))
    return bool(a == b) and type(a) is type(b)


def test_comes_back_bit_for_bit(tmp_path: Path) -> None:
    state = _state()
    save_checkpoint(tmp_path / "a.safetensors", state)
    assert _equal(load_checkpoint(tmp_path / "a.safetensors"), state)


def test_an_optimizer_goes_through(tmp_path: Path) -> None:
    weight = torch.nn.Parameter(torch.ones(3))
    adam = torch.optim.Adam([weight], lr=0.1, fused=True)
    weight.square().sum().backward()  # type: ignore[no-untyped-call]
    adam.step()
    state = {str(key): value for key, value in adam.state_dict()["state"].items()}
    save_checkpoint(tmp_path / "a.safetensors", {"state": state})
    back = load_checkpoint(tmp_path / "a.safetensors")["state"]["0"]
    assert torch.equal(back["exp_avg"], adam.state[weight]["exp_avg"])
    assert back["step"] == 1


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, _state())
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match="truncated"):
        load_checkpoint(path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    save_file({"a": torch.ones(1)}, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match="not a checkpoint of zerosum"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    torch.save({"a": torch.ones(1)}, tmp_path / "a.pt")
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        load_checkpoint(tmp_path / "a.pt")


def test_an_older_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    header = {"format": checkpoint.FORMAT, "version": "1", "structure": json.dumps({})}
    save_file({}, tmp_path / "a.safetensors", metadata=header)
    with pytest.raises(CheckpointError, match=r"version 1; .*reads version 3.*that made it"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_a_checksum_is_required_and_verified(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    structure = json.dumps({"images": 64})
    header = {"format": checkpoint.FORMAT, "version": "3", "structure": structure}
    save_file({}, path, metadata=header)
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        load_checkpoint(path)
    save_file({}, path, metadata={**header, "checksum": "crc32:00000000"})
    with pytest.raises(CheckpointError, match="checksum should be crc32:00000000, and is crc32:"):
        load_checkpoint(path)
    save_file({}, path, metadata={**header, "checksum": f"crc32:{crc32(structure.encode()):08x}"})
    assert load_checkpoint(path) == {"images": 64}


@pytest.mark.parametrize("structure", ["[" * 100_000, "[]", "null", '{"a": {"$tensor": []}}', "{"])
def test_a_structure_that_is_none_is_refused(tmp_path: Path, structure: str) -> None:
    checksum = f"crc32:{crc32(structure.encode()):08x}"
    header = {"format": checkpoint.FORMAT, "version": "3", "structure": structure}
    save_file({}, tmp_path / "a.safetensors", metadata={**header, "checksum": checksum})
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_the_checksum_covers_names_types_shapes_and_how_they_hang_together(tmp_path: Path) -> None:
    zeros = torch.zeros(2, 3)
    states: list[dict[str, Any]] = [
        {"a": zeros},
        {"b": zeros},
        {"a": zeros.T},
        {"a": zeros.int()},
        {"a": [zeros]},
        {"a": zeros, "b": 0},
        {"a": zeros, "b": 0.0},
    ]
    sums = set()
    for state in states:
        save_checkpoint(tmp_path / "a.safetensors", state)
        with safe_open(tmp_path / "a.safetensors", framework="pt") as file:
            sums.add(file.metadata()["checksum"])
    assert len(sums) == len(states)


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    header = {"format": checkpoint.FORMAT, "version": "99", "structure": json.dumps({})}
    save_file({}, tmp_path / "a.safetensors", metadata=header)
    with pytest.raises(CheckpointError, match=r"version 99.*Install a newer zerosum"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint"):
        load_checkpoint(tmp_path / "a.safetensors")


def test_a_full_disk_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, {"images": 1})

    def full(tensors: object, file: Path, metadata: object) -> None:
        file.write_bytes(b"half a file")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(CheckpointError, match=r"the disk is full.* untouched"):
        save_checkpoint(path, {"images": 2})
    assert load_checkpoint(path) == {"images": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]
