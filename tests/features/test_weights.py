"""Files of weights: found, fetched, checked, and never run."""

import pickle
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from helpers.damage import worse_bytes
from helpers.places import forbidden
from zerosum.errors import ConfigError
from zerosum.features.weights import (
    Download,
    fetch,
    fill,
    find_or_fetch,
    hash_of_file,
    hash_of_state,
    read_state,
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file of weights on a "server"."""
    path = tmp_path / "server.pth"
    torch.save(nn.Linear(2, 3).state_dict(), path)
    return path


def download_of(path: Path, *, hash_prefix: str | None = None) -> Download:
    right = sha256(path.read_bytes()).hexdigest()[:8]
    return Download(
        url=path.as_uri(), hash_prefix=hash_prefix or right, names=("net.pth", "other.pth")
    )


def test_a_file_is_fetched_once_whole(kept: Path, tmp_path: Path, no_torch_home: Path) -> None:
    cache = tmp_path / "cache"
    download = download_of(kept)
    found = find_or_fetch(download, cache, instead="give up")
    assert found == cache / "weights" / "net.pth"
    assert found.read_bytes() == kept.read_bytes()
    kept.unlink()
    assert find_or_fetch(download, cache, instead="give up") == found
    assert [path.name for path in found.parent.iterdir()] == ["net.pth"]


@pytest.mark.parametrize("name", ["net.pth", "other.pth"])
@pytest.mark.parametrize("place", ["ours", "pytorch's"])
def test_a_file_is_found_under_each_name_in_each_place(
    kept: Path, tmp_path: Path, no_torch_home: Path, name: str, place: str
) -> None:
    folder = no_torch_home if place == "pytorch's" else tmp_path / "cache" / "weights"
    folder.mkdir(parents=True, exist_ok=True)
    download = download_of(kept)
    kept.rename(folder / name)
    assert find_or_fetch(download, tmp_path / "cache", instead="give up") == folder / name


def test_a_folder_that_nobody_named_may_be_closed(
    kept: Path, tmp_path: Path, no_torch_home: Path
) -> None:
    with forbidden(no_torch_home):
        found = find_or_fetch(download_of(kept), tmp_path / "cache", instead="give up")
    assert found.read_bytes() == kept.read_bytes()


def test_a_cache_that_may_not_be_written_is_told_from_a_network_that_is_not_there(
    kept: Path, tmp_path: Path, no_torch_home: Path
) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    said = r"net.pth .* cannot be written: Permission denied.* ZEROSUM_CACHE=FOLDER"
    with forbidden(cache, mode=0o555), pytest.raises(ConfigError, match=said):
        find_or_fetch(download_of(kept), cache, instead="give up")


def test_what_comes_damaged_is_refused_and_not_kept(kept: Path, tmp_path: Path) -> None:
    download = download_of(kept, hash_prefix="00000000")
    with pytest.raises(ConfigError, match="should begin with 00000000, and begins with"):
        fetch(download, tmp_path / "cache" / "net.pth")
    assert not list((tmp_path / "cache").iterdir())


def test_what_lies_there_damaged_is_named(kept: Path, tmp_path: Path, no_torch_home: Path) -> None:
    (no_torch_home / "net.pth").write_bytes(b"half a fi")
    with pytest.raises(ConfigError, match=r"checkpoints/net.pth is damaged or another file"):
        find_or_fetch(download_of(kept), tmp_path, instead="give up")


def test_without_a_network_the_message_says_which_file_goes_where(
    kept: Path, tmp_path: Path, no_torch_home: Path
) -> None:
    nowhere = Download(url="http://127.0.0.1:9/a.pth", hash_prefix="00", names=("a.pth",))
    with pytest.raises(ConfigError) as caught:
        find_or_fetch(nowhere, tmp_path, instead="take another")
    for part in ("http://127.0.0.1:9/a.pth", str(tmp_path / "weights" / "a.pth"), "take another"):
        assert part in str(caught.value)


class Bomb:
    """Runs code when it is unpickled in the ordinary way."""

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return pytest.fail, ("code in a file of weights was run",)


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    torch.save({"weight": torch.ones(1), "bomb": Bomb()}, path)
    with pytest.raises(ConfigError, match="tensors and nothing else"):
        read_state(path)
    path.write_bytes(pickle.dumps(Bomb(), protocol=2))
    with pytest.raises(ConfigError, match="tensors and nothing else"):
        read_state(path)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", None])
def test_a_file_that_is_none_is_refused(kept: Path, content: bytes | None) -> None:
    kept.write_bytes(kept.read_bytes()[:-100] if content is None else content)
    with pytest.raises(ConfigError, match="cannot read the weights"):
        read_state(kept)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for read in (read_state, hash_of_file):
        with pytest.raises(ConfigError, match=r"gone.pth cannot be read: No such file"):
            read(tmp_path / "gone.pth")


@pytest.mark.parametrize(
    "content",
    [
        torch.ones(3),
        {"epoch": 3},
        [torch.ones(1)],
        {3: torch.ones(1)},
        {"a": torch.ones(2).to_sparse()},
        {"a": torch.ones(2, device="meta")},
        {"a": torch.ones(2, dtype=torch.complex64)},
    ],
)
def test_something_else_than_a_state_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "odd.pth")
    with pytest.raises(ConfigError, match=r"save `network.state_dict\(\)`"):
        read_state(tmp_path / "odd.pth")


def _read_damaged(path: Path, good: bytes, numbers: range) -> int:
    """How many are refused; whatever else than a message comes of one is a fault."""
    refused = 0
    for number in numbers:
        bad, done = worse_bytes(good, number)
        path.write_bytes(bad)
        try:
            fill(nn.Linear(2, 3), read_state(path), path)
        except ConfigError:
            refused += 1
        except Exception as error:
            raise AssertionError(f"{number}: {done}") from error
    return refused


@pytest.mark.parametrize("is_zip", [True, False])
def test_damage_is_refused(tmp_path: Path, is_zip: bool) -> None:
    path = tmp_path / "net.pth"
    state = nn.Linear(2, 3).state_dict()
    torch.save(state, path, _use_new_zipfile_serialization=is_zip)
    good = path.read_bytes()
    assert _read_damaged(path, good, range(120)) > 60


@pytest.mark.slow
@pytest.mark.parametrize("is_zip", [True, False])
def test_thousands_of_damages_do_no_harm(tmp_path: Path, is_zip: bool) -> None:
    path = tmp_path / "net.pth"
    torch.save(nn.Linear(2, 3).state_dict(), path, _use_new_zipfile_serialization=is_zip)
    assert _read_damaged(path, path.read_bytes(), range(5000)) > 2500


def test_a_flipped_bit_of_a_weight_is_noticed(kept: Path) -> None:
    good = kept.read_bytes()
    weight = torch.load(kept, weights_only=True)["weight"].numpy().tobytes()
    place = good.find(weight)
    for bit in range(8 * len(weight)):
        bad = bytearray(good)
        bad[place + bit // 8] ^= 1 << bit % 8
        kept.write_bytes(bad)
        with pytest.raises(ConfigError, match=r"its part .*data/0 is damaged"):
            read_state(kept)


@pytest.mark.parametrize(
    ("weight", "why"),
    [
        (torch.ones(3, 2, dtype=torch.int64), "weight should be torch.float32, and is torch.int"),
        (torch.full((3, 2), torch.nan), "are not all finite"),
    ],
)
def test_weights_that_are_no_weights_are_refused(weight: Tensor, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        fill(nn.Linear(2, 3), {"weight": weight, "bias": torch.ones(3)}, Path("net.pth"))


def test_halves_become_the_networks_own_floats() -> None:
    layer = nn.Linear(2, 3)
    fill(layer, nn.Linear(2, 3).half().state_dict(), Path("net.pth"))
    assert layer.weight.dtype == torch.float32


def test_a_state_comes_back_as_it_was(kept: Path) -> None:
    layer = nn.Linear(2, 3)
    fill(layer, read_state(kept), kept)
    assert set(read_state(kept)) == {"weight", "bias"}
    assert torch.equal(layer.weight, torch.load(kept, weights_only=True)["weight"])


@pytest.mark.parametrize(
    ("other", "why"), [(nn.Linear(3, 2), "size mismatch"), (nn.PReLU(), "Unexpected key")]
)
def test_weights_of_another_network_are_refused(kept: Path, other: nn.Module, why: str) -> None:
    with pytest.raises(ConfigError, match=f"do not fit the network .*{why}"):
        fill(other, read_state(kept), kept)


def test_the_hash_of_a_file_is_its_sha256(kept: Path) -> None:
    assert hash_of_file(kept) == sha256(kept.read_bytes()).hexdigest()


def test_the_hash_of_a_state_changes_with_every_number_and_name() -> None:
    layer = nn.Linear(2, 2)
    before = hash_of_state(layer)
    assert hash_of_state(layer) == before
    assert hash_of_state(nn.Sequential(layer)) != before
    assert hash_of_state(layer.double()) != before
    layer.float()
    assert hash_of_state(layer) == before
    with torch.no_grad():
        layer.bias[1] += 1e-6 * layer.bias[1].abs() + 1e-6
    assert hash_of_state(layer) != before


def test_numbers_without_dimensions_are_hashed() -> None:
    assert hash_of_state(nn.BatchNorm2d(3)) != hash_of_state(nn.BatchNorm2d(3, affine=False))
