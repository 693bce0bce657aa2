"""Every named data set, from small files in the format in which the real ones are distributed."""

import bz2
import gzip
import hashlib
import pickle
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from zerosum.data import StoreSettings, build_store, default_settings, open_source
from zerosum.data.sources import named
from zerosum.data.sources.base import Source
from zerosum.data.sources.stacked import StackedSource
from zerosum.errors import DataError


def random_bytes(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def chunk(source: Source, start: int, stop: int) -> NDArray[np.uint8]:
    found = source.chunk(start, stop)
    assert found is not None
    return found


def labels(source: Source) -> list[int | None]:
    return [source.label(index) for index in range(len(source))]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test of this file may reach the network, whether there is one or not."""
    import urllib.request

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    monkeypatch.setattr("socket.create_connection", refuse)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZEROSUM_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "folder"),
    [("mnist", "MNIST"), ("fashion-mnist", "FashionMNIST"), ("kmnist", "KMNIST")],
)
@pytest.mark.parametrize(("split", "stem"), [("train", "train"), ("test", "t10k")])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_mnist_and_its_kin(
    root: Path, name: str, folder: str, split: str, stem: str, suffix: str
) -> None:
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    pictures = random_bytes(4, 28, 28)
    opener: Callable[..., Any] = gzip.open if suffix else open
    with opener(raw / f"{stem}-images-idx3-ubyte{suffix}", "wb") as file:
        file.write(struct.pack(">4B3I", 0, 0, 8, 3, 4, 28, 28) + pictures.tobytes())
    with opener(raw / f"{stem}-labels-idx1-ubyte{suffix}", "wb") as file:
        file.write(struct.pack(">4BI", 0, 0, 8, 1, 4) + bytes([3, 1, 4, 1]))
    source = open_source(name, split=split)
    assert np.array_equal(chunk(source, 0, 4), pictures[..., None])
    assert (labels(source), source.splits) == ([3, 1, 4, 1], ("train", "test"))
    assert source.key() == open_source(f"{name}:{root}", split=split).key()


def test_data_sets_lie_in_the_cache_wherever_that_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ZEROSUM_DATA", "ZEROSUM_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert named.data_root() == Path.home() / ".cache" / "zerosum" / "datasets"
    monkeypatch.setenv("XDG_CACHE_HOME", "/large")
    assert named.data_root() == Path("/large/zerosum/datasets")
    monkeypatch.setenv("ZEROSUM_CACHE", "/larger")
    assert named.data_root() == Path("/larger/datasets")
    monkeypatch.setenv("ZEROSUM_DATA", "/largest")
    assert named.data_root() == Path("/largest")


def test_mnist_without_its_labels_is_not_there(root: Path) -> None:
    pictures = struct.pack(">4B3I", 0, 0, 8, 3, 1, 28, 28) + random_bytes(28, 28).tobytes()
    (root / "train-images-idx3-ubyte").write_bytes(pictures)
    with pytest.raises(DataError, match="could not be downloaded"):
        open_source("mnist")


@pytest.mark.parametrize("row", ["1.jpg", "1.jpg 0 0", "1.jpg 3", "\x1b[31m"])
def test_a_damaged_table_of_celeba_is_named(root: Path, row: str) -> None:
    (root / "img_align_celeba").mkdir()
    (root / "list_eval_partition.txt").write_text(f"0.jpg 0\n{row}\n")
    with pytest.raises(DataError, match=r"list_eval_partition\.txt: expected a name") as caught:
        open_source("celeba")
    assert "\x1b" not in str(caught.value)


def test_triples_need_ten_classes(root: Path) -> None:
    with pytest.raises(DataError, match="expected ten classes, found 1000"):
        StackedSource(open_source("stacked-digits"), count=3)


def test_all_blocks_of_triples_read_their_base_once(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = open_source("digits")
    asked: list[tuple[int, int]] = []
    chunk_of = digits.chunk

    def count(start: int, stop: int) -> NDArray[np.uint8] | None:
        asked.append((start, stop))
        return chunk_of(start, stop)

    monkeypatch.setattr(digits, "chunk", count)
    stacked = StackedSource(digits, count=100)
    whole = chunk(stacked, 0, 100)
    assert np.array_equal(np.concatenate([chunk(stacked, 0, 40), chunk(stacked, 40, 100)]), whole)
    assert len(asked) == 1


@pytest.mark.parametrize("folder", ["USPS", "."])
def test_usps(root: Path, folder: str) -> None:
    (root / folder).mkdir(exist_ok=True)
    values = np.linspace(-1, 1, 256)
    line = "7 " + " ".join(f"{i + 1}:{value:.6f}" for i, value in enumerate(values))
    (root / folder / "usps.bz2").write_bytes(bz2.compress(f"{line}\n{line}\n".encode()))
    source = open_source("usps")
    assert (labels(source), source.read(0).size) == ([6, 6], (16, 16))
    pixels = np.asarray(source.read(1))
    assert pixels[0, 0] == 0
    assert pixels[-1, -1] == 255
    assert (np.diff(pixels.flatten().astype(int)) >= 0).all()


def test_svhn(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    io = pytest.importorskip("scipy.io")
    from torchvision.datasets import SVHN

    pictures, path = random_bytes(3, 32, 32, 3), root / "train_32x32.mat"
    content = {"X": pictures.transpose(1, 2, 3, 0), "y": np.array([[10], [1], [2]], np.uint8)}
    io.savemat(path, content)
    with pytest.raises(DataError, match="damaged or not the published ones"):
        len(open_source("svhn"))
    known = {"train": ["", path.name, md5(path)]}
    monkeypatch.setattr(SVHN, "split_list", known)
    source = open_source("svhn")
    assert np.array_equal(chunk(source, 0, 3), pictures)
    assert labels(source) == [0, 1, 2]


def test_cifar10(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import CIFAR10

    folder = root / "cifar-10-batches-py"
    folder.mkdir()
    pictures = random_bytes(10, 3, 32, 32)
    for index in range(5):
        rows = pictures[2 * index : 2 * index + 2].reshape(2, -1)
        content = {"data": rows, "labels": [index, 9]}
        (folder / f"data_batch_{index + 1}").write_bytes(pickle.dumps(content))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["?"] * 10}))
    source = open_source("cifar10")
    with pytest.raises(DataError, match="damaged or not the published ones"):
        len(source)  # an unknown pickle is never loaded
    files = [(f"data_batch_{i}", md5(folder / f"data_batch_{i}")) for i in range(1, 6)]
    monkeypatch.setattr(CIFAR10, "train_list", files)
    monkeypatch.setattr(CIFAR10, "test_list", [])
    meta = {"filename": "batches.meta", "key": "label_names", "md5": md5(folder / "batches.meta")}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    source = open_source("cifar10")
    assert np.array_equal(chunk(source, 0, 10), pictures.transpose(0, 2, 3, 1))
    assert labels(source) == [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]
    assert source.classes[0] == "airplane"


def test_stl10(root: Path) -> None:
    folder = root / "stl10_binary"
    folder.mkdir()
    pictures = random_bytes(3, 96, 96, 3)
    (folder / "train_X.bin").write_bytes(pictures.transpose(0, 3, 2, 1).tobytes())
    (folder / "train_y.bin").write_bytes(bytes([1, 10, 3]))
    source = open_source("stl10")
    assert np.array_equal(chunk(source, 0, 3), pictures)
    assert (labels(source), source.classes[9]) == ([0, 9, 2], "truck")
    (folder / "unlabeled_X.bin").write_bytes(pictures.tobytes()[:-1])
    with pytest.raises(DataError, match="truncated"):
        len(open_source("stl10", split="unlabeled"))


@pytest.mark.parametrize("place", ["celeba", "."])
def test_celeba(root: Path, place: str) -> None:
    folder = root / place
    (folder / "img_align_celeba").mkdir(parents=True)
    for index in range(1, 6):
        name = f"{index:06d}.jpg"
        Image.new("RGB", (178, 218), (index, 0, 0)).save(folder / "img_align_celeba" / name)
    rows = [f"{index:06d}.jpg {part}" for index, part in zip(range(1, 6), "00120", strict=True)]
    (folder / "list_eval_partition.txt").write_text("\n".join(rows) + "\n")
    source = open_source("celeba")
    assert [source.image_name(i) for i in range(3)] == ["000001.jpg", "000002.jpg", "000005.jpg"]
    assert (source.read(0).size, source.label(0), source.name) == (
        (178, 218),
        None,
        "celeba-train",
    )
    assert len(open_source("celeba", split="val")) == 1


class FakeLmdb:
    """As much of lmdb as a reader needs: an environment, a transaction, a cursor, an error."""

    class Error(Exception):
        """What lmdb says with the system's words and without its number."""

    def __init__(self, content: dict[bytes, bytes]) -> None:
        self.content = content

    def open(self, path: str, **_: object) -> "FakeLmdb":
        assert Path(path).is_dir()
        if not self.content:
            raise self.Error(f"{path}: Permission denied")
        return self

    def begin(self, *, write: bool) -> "FakeLmdb":
        assert not write
        return self

    def __enter__(self) -> "FakeLmdb":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def cursor(self) -> list[tuple[bytes, bytes]]:
        return list(self.content.items())

    def get(self, key: bytes) -> bytes:
        return self.content[key]


def test_lsun(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO

    (root / "church_outdoor_train_lmdb").mkdir()
    (root / "church_outdoor_train_lmdb" / "data.mdb").write_bytes(b"pages")
    picture = BytesIO()
    Image.new("RGB", (300, 256), (10, 200, 30)).save(picture, "webp", lossless=True)
    content = {b"b": picture.getvalue(), b"a": picture.getvalue()}
    monkeypatch.setitem(sys.modules, "lmdb", FakeLmdb(content))
    source = open_source("lsun-church")
    assert (len(source), source.read(1).size, source.label(0)) == (2, (300, 256), None)
    assert source.read(0).getpixel((0, 0)) == (10, 200, 30)
    monkeypatch.setitem(sys.modules, "lmdb", FakeLmdb({}))
    with pytest.raises(DataError, match=r"church.* cannot be read: .*denied.*chmod"):
        open_source("lsun-church")
    monkeypatch.setitem(sys.modules, "lmdb", None)
    with pytest.raises(DataError, match="pip install 'lmdb>"):
        open_source("lsun-church")
    with pytest.raises(DataError, match="by hand"):
        open_source("lsun-bedroom")


@pytest.mark.parametrize(
    "name", ["mnist", "fashion-mnist", "kmnist", "usps", "svhn", "cifar10", "stl10", "celeba"]
)
def test_without_a_network_the_message_says_where_to_put_the_files(root: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"could not be downloaded[\s\S]*put its files") as caught:
        len(open_source(name))
    assert str(root) in str(caught.value)


@pytest.mark.parametrize("name", sorted(named.NAMED))
def test_a_split_that_a_set_has_not_is_refused_at_once(root: Path, name: str) -> None:
    with pytest.raises(DataError, match="no split 'trainA'"):
        open_source(name, split="trainA")


REAL = [
    ("mnist:{}", "train", 60_000, (1, 28, 28), 10),
    ("mnist:{}", "test", 10_000, (1, 28, 28), 10),
    ("usps:{}/USPS", "test", 2_007, (1, 16, 16), 10),
    ("{}/mnist_m.npz", "test", 2_000, (3, 32, 32), 10),
    ("{}/cifar10_20k.zip", "test", 1_000, (3, 32, 32), 10),
    ("{}/apple2orange_128.zip", "testB", 245, (3, 128, 128), 0),
    ("{}/emoji_noto2twemoji.zip", "testA", 239, (4, 64, 64), 0),
    ("{}/imagenet_200.zip", "train", 200, (3, 224, 224), 200),
]


@pytest.mark.parametrize(("spec", "split", "count", "shape", "classes"), REAL)
def test_real_data(
    real: Path,
    tmp_path: Path,
    spec: str,
    split: str,
    count: int,
    shape: tuple[int, int, int],
    classes: int,
) -> None:
    source = open_source(spec.format(real), split=split)
    store = build_store(source, default_settings(source), cache=tmp_path, strict=True)
    assert (len(store), store.shape, len(store.classes)) == (count, shape, classes)
    assert 20 < float(np.mean(store.images[:200])) < 235


def test_real_faces_are_cropped(real: Path, tmp_path: Path) -> None:
    source = open_source(str(real / "faces_8k.zip"))
    assert default_settings(source).size == (109, 89)
    store = build_store(source, StoreSettings(size=(64, 64)), cache=tmp_path)
    assert store.images.shape == (8000, 64, 64, 3)


def test_stacked_digits_show_the_three_digits_that_their_class_names() -> None:
    stacked, digits = open_source("stacked-digits"), open_source("digits")
    assert (len(stacked), len(stacked.classes)) == (50_000, 1_000)
    by_pixels = {digits.read(index).tobytes(): digits.label(index) for index in range(len(digits))}
    for index in (0, 1, 49_999):
        channels = stacked.read(index).split()
        named = "".join(str(by_pixels[channel.tobytes()]) for channel in channels)
        assert stacked.label(index) == int(named)
        chunk = stacked.chunk(index, index + 1)
        assert chunk is not None
        assert np.array_equal(chunk[0], np.asarray(stacked.read(index)))
    drawn = {stacked.label(index) for index in range(0, 50_000, 5)}
    assert len(drawn) > 990
