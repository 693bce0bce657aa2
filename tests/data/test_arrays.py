"""Files of arrays that are damaged, odd, or changed while they are read.

Whatever their bytes: an error that says what is wrong, or the right pictures.
"""

import bz2
import gzip
import os
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers.memory import python_peak
from zerosum.data import StoreSettings, build_store, open_source
from zerosum.data.sources import usps
from zerosum.data.sources.npyheader import read_header
from zerosum.data.sources.rows import map_stream
from zerosum.errors import DataError

MEGABYTE = 1 << 20
LABELS = np.array([3, 1, 3, 8], np.uint8)


def array(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def idx(content: NDArray[np.uint8]) -> bytes:
    header = struct.pack(f">4B{content.ndim}I", 0, 0, 8, content.ndim, *content.shape)
    return header + content.tobytes()


def npy(content: NDArray[Any]) -> bytes:
    file = BytesIO()
    np.save(file, content, allow_pickle=True)
    return file.getvalue()


def usps_line(label: int, values: NDArray[np.float64]) -> str:
    return f"{label} " + " ".join(f"{i + 1}:{value:.4f}" for i, value in enumerate(values))


@dataclass(frozen=True)
class Seen:
    """All that a source shows."""

    pictures: NDArray[np.uint8]
    labels: list[str | None]


def look(spec: str, split: str = "train") -> Seen | None:
    """Everything, read in both ways; None if it is refused."""
    try:
        source = open_source(spec, split=split)
        pictures = source.chunk(0, len(source))
        single = [np.asarray(source.read(index)) for index in range(len(source))]
        numbers = [source.label(index) for index in range(len(source))]
    except DataError:
        return None
    assert pictures is not None
    assert np.array_equal(np.stack(single).reshape(pictures.shape), pictures)
    return Seen(pictures, [None if it is None else source.classes[it] for it in numbers])


# the readers, each with a small set of files; the first that it writes is what gets damaged


@dataclass(frozen=True)
class Reader:
    """How to write files of one kind, and whether they carry checksums."""

    write: Callable[[Path], tuple[str, Path]]
    checked: bool = False


def write_npy(pictures: NDArray[np.uint8]) -> Callable[[Path], tuple[str, Path]]:
    def write(folder: Path) -> tuple[str, Path]:
        (folder / "x.npy").write_bytes(npy(pictures))
        return str(folder / "x.npy"), folder / "x.npy"

    return write


def write_npz(save: Callable[..., None]) -> Callable[[Path], tuple[str, Path]]:
    def write(folder: Path) -> tuple[str, Path]:
        save(folder / "x.npz", images=array(4, 5, 7), labels=LABELS)
        return str(folder / "x.npz"), folder / "x.npz"

    return write


def write_idx(damaged: str, pack: Callable[[bytes], bytes] = bytes) -> Callable[[Path], Any]:
    def write(folder: Path) -> tuple[str, Path]:
        pictures, labels = folder / "a-images-idx3-ubyte", folder / "a-labels-idx1-ubyte"
        pictures.write_bytes(pack(idx(array(4, 5, 7))))
        labels.write_bytes(pack(idx(LABELS)))
        return str(pictures), pictures if damaged == "pictures" else labels

    return write


def write_usps(folder: Path) -> tuple[str, Path]:
    lines = [usps_line(label, np.linspace(-1, 1, 256)) for label in (1, 10)]
    (folder / "usps.bz2").write_bytes(bz2.compress("\n".join(lines).encode()))
    return f"usps:{folder}", folder / "usps.bz2"


def write_stl10(damaged: str) -> Callable[[Path], tuple[str, Path]]:
    def write(folder: Path) -> tuple[str, Path]:
        inner = folder / "stl10_binary"
        inner.mkdir()
        (inner / "train_X.bin").write_bytes(array(2, 3, 96, 96).tobytes())
        (inner / "train_y.bin").write_bytes(bytes([10, 1]))
        return f"stl10:{folder}", inner / f"train_{damaged}.bin"

    return write


READERS = {
    "npy": Reader(write_npy(array(4, 5, 7))),
    "npy by columns": Reader(write_npy(np.asfortranarray(array(4, 5, 7)))),
    "npy of planes": Reader(write_npy(array(4, 3, 5, 7))),
    "npz": Reader(write_npz(np.savez), checked=True),
    "npz deflated": Reader(write_npz(np.savez_compressed), checked=True),
    "idx": Reader(write_idx("pictures")),
    "idx labels": Reader(write_idx("labels")),
    "idx gzip": Reader(write_idx("pictures", gzip.compress), checked=True),
    "idx bzip2": Reader(write_idx("pictures", bz2.compress), checked=True),
    "usps": Reader(write_usps, checked=True),
    "stl10": Reader(write_stl10("X")),
    "stl10 labels": Reader(write_stl10("y")),
}


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """One damage in one place: near the beginning or the end, where headers are, or anywhere."""
    place = draw(st.one_of(st.integers(0, 160), st.integers(-160, -1), st.floats(0, 1)))
    kind = draw(st.sampled_from(["flip", "flip", "overwrite", "cut", "insert", "delete"]))
    mask = draw(st.integers(1, 255))
    piece = draw(st.sampled_from([b"\0", b"\xff", b"\x7f", b"\x80"])) * draw(st.integers(1, 8))

    def damage(content: bytes) -> bytes:
        at = int(place * len(content)) if isinstance(place, float) else place
        at = min(max(at + len(content) if at < 0 else at, 0), len(content) - 1)
        before, after = content[:at], content[at:]
        if kind == "flip":
            return before + bytes([after[0] ^ mask]) + after[1:]
        if kind == "overwrite":
            return before + piece[: len(after)] + after[len(piece) :]
        return {"cut": before, "insert": before + piece + after}.get(
            kind, before + after[len(piece) :]
        )

    return damage


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=40, deadline=None)
@given(damage=damages())
def test_damage_is_refused_or_hurts_nothing_but_the_bytes_it_touched(
    name: str, damage: Callable[[bytes], bytes]
) -> None:
    with TemporaryDirectory() as folder:
        spec, victim = READERS[name].write(Path(folder))
        whole, before = look(spec), victim.read_bytes()
        assert whole is not None
        after = damage(before)
        victim.write_bytes(after)
        found = look(spec)
    if found is None or after == before:
        return
    assert found.pictures.shape == whole.pictures.shape
    touched = 0
    if not READERS[name].checked:
        assert len(after) == len(before)
        touched = sum(one != other for one, other in zip(before, after, strict=True))
    changed = int((found.pictures != whole.pictures).sum())
    relabelled = sum(a != b for a, b in zip(found.labels, whole.labels, strict=True))
    assert changed + relabelled <= touched


# headers


@settings(max_examples=200, deadline=None)
@example(version=(1, 0), descr="S0", fortran="True", shape=[158_796, 159_176], lie=0)
@given(
    version=st.sampled_from([(1, 0), (2, 0), (3, 0), (0, 0), (9, 1)]),
    descr=st.one_of(
        st.sampled_from(["|u1", ">u2", "<f8", "?", "O", "|O", "S0", "V8", "<U3", "c16", "M8[s]"]),
        st.sampled_from(["[('a', 'u1')]", "f16", "i3", "U999999999", "M8[x]", "u1,u1", "(2,)u1"]),
        st.text(max_size=5),
    ),
    fortran=st.sampled_from(["True", "False", "1", "None"]),
    shape=st.lists(st.one_of(st.integers(-2, 9), st.integers(0, 10**25)), max_size=40),
    lie=st.sampled_from([0, 0, 0, 1, -1, 60_000, 2**31]),
)
def test_no_npy_header_does_more_than_be_refused(
    version: tuple[int, int], descr: str, fortran: str, shape: list[int], lie: int
) -> None:
    described = descr if descr.startswith("[") else repr(descr)
    text = f"{{'descr': {described}, 'fortran_order': {fortran}, 'shape': {tuple(shape)}, }}\n"
    packed = text.encode("utf-8", "replace")
    form = "<H" if version == (1, 0) else "<I"
    length = min(max(0, len(packed) + lie), 65_535 if form == "<H" else 2**32 - 1)
    header = b"\x93NUMPY" + bytes(version) + struct.pack(form, length) + packed
    with TemporaryDirectory() as folder:
        Path(folder, "x.npy").write_bytes(header + bytes(240))
        look(str(Path(folder, "x.npy")))
        with ZipFile(Path(folder, "x.npz"), "w") as archive:
            archive.writestr("images.npy", header + bytes(240))
            archive.writestr("labels.npy", header + bytes(240))
        look(str(Path(folder, "x.npz")))


@pytest.mark.parametrize("text", ["(" * 60_000, "-" * 60_000 + "1", "\0", "{'shape': (1,)}", ""])
def test_headers_that_would_trouble_an_evaluator_are_no_trouble(text: str) -> None:
    file = BytesIO(b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode())
    with pytest.raises(DataError, match=r"expected descr, fortran_order and shape"):
        read_header(file, "x.npy")


@pytest.mark.parametrize("junk", ["\x8e>\xe8 ", "\0\0", "}; x", "\x1b[31m"])
def test_a_header_with_damage_behind_its_end_is_refused(junk: str) -> None:
    """What is behind it was moved there from the pictures, or these into it."""
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 8, 8), }   " + junk + "\n"
    packed = text.encode("latin-1")
    with pytest.raises(DataError, match="expected descr, fortran_order and shape") as caught:
        read_header(BytesIO(b"\x93NUMPY\1\0" + struct.pack("<H", len(packed)) + packed), "x.npy")
    assert str(caught.value).isprintable()


def test_headers_of_python_2_and_of_other_writers_are_read() -> None:
    text = b'{"shape":(3L,8L,  8L),"descr":"|u1","fortran_order":False}'
    header = read_header(BytesIO(b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text), "x")
    assert (header.shape, str(header.dtype), header.fortran) == ((3, 8, 8), "uint8", False)


def test_a_header_length_that_lies_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"\x93NUMPY\2\0" + struct.pack("<I", 2**32 - 1))
    os.truncate(path, 5 << 30)  # which takes no room on the disk

    def refused() -> None:
        with pytest.raises(DataError, match="more than a plain array needs"):
            len(open_source(str(path)))

    refused()
    assert python_peak(refused) < MEGABYTE


@settings(max_examples=100, deadline=None)
@given(
    start=st.sampled_from([b"\0\0\x08", b"\0\0\x08", b"\0\0\x0d", b"\0\1\x08", b"\0"]),
    rank=st.one_of(st.integers(0, 5), st.integers(0, 255)),
    sizes=st.lists(st.integers(0, 6) | st.integers(0, 2**32 - 1), max_size=6),
    ones=st.sampled_from([0, 0, 255]),
    extra=st.integers(0, 100),
)
def test_no_idx_header_does_more_than_be_refused(
    start: bytes, rank: int, sizes: list[int], ones: int, extra: int
) -> None:
    sizes += [1] * ones
    header = start + bytes([rank]) + struct.pack(f">{len(sizes)}I", *sizes) + bytes(extra)
    for pack in (bytes, gzip.compress):
        with TemporaryDirectory() as folder:
            path = Path(folder, "a-images-idx3-ubyte")
            path.write_bytes(pack(header))
            path.with_name("a-labels-idx1-ubyte").write_bytes(pack(idx(LABELS)))
            look(str(path))
            path.write_bytes(pack(idx(array(4, 5, 7))))
            path.with_name("a-labels-idx1-ubyte").write_bytes(pack(header))
            look(str(path))


@pytest.mark.parametrize("kind", ["npy", "npy by columns", "idx", "idx gzip", "idx bzip2"])
def test_bytes_after_the_array_are_refused(tmp_path: Path, kind: str) -> None:
    spec, path = READERS[kind].write(tmp_path)
    pack = {"idx gzip": gzip, "idx bzip2": bz2}.get(kind)
    content = path.read_bytes()
    if pack is not None:
        path.write_bytes(pack.compress(pack.decompress(content) + b"\0"))
    else:
        path.write_bytes(content + b"\0")
    with pytest.raises(DataError, match="longer than"):
        len(open_source(spec))


# archives of arrays


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_members_packed_as_numpy_never_does_are_refused(tmp_path: Path, method: int) -> None:
    with ZipFile(tmp_path / "x.npz", "w", method) as archive:
        archive.writestr("images.npy", npy(array(2, 4, 4)))
    with pytest.raises(DataError, match="NumPy never uses"):
        len(open_source(str(tmp_path / "x.npz")))


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", images=array(2, 4, 4))
    content = bytearray((tmp_path / "x.npz").read_bytes())
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.find(mark) + place] |= 1
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(DataError, match="images is encrypted"):
        len(open_source(str(tmp_path / "x.npz")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "x.npz", "w") as archive:
        for _ in range(2):
            archive.writestr("images.npy", npy(array(2, 4, 4)))
    with pytest.raises(DataError, match=r"images\.npy more than once"):
        open_source(str(tmp_path / "x.npz"))


def test_a_comment_cannot_hide_the_labels(tmp_path: Path) -> None:
    spec, path = READERS["npz"].write(tmp_path)
    content = bytearray(path.read_bytes())
    first = content.find(b"PK\1\2")
    second = content.find(b"PK\1\2", first + 4)
    end = content.find(b"PK\5\6")
    content[first + 32 : first + 34] = struct.pack("<H", end - second)
    path.write_bytes(content)
    assert ZipFile(path).namelist() == ["images.npy"]
    with pytest.raises(DataError, match=r"damaged or no \.npz"):
        open_source(spec)


@pytest.mark.parametrize("name", ["../images.npy", "/images.npy", "a\x1b[31m.npy", "x/"])
def test_members_with_odd_names_are_passed_over(tmp_path: Path, name: str) -> None:
    with ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr(name, npy(array(9, 9, 9)))
        archive.writestr("images.npy", npy(array(2, 4, 4)))
    assert len(open_source(str(tmp_path / "x.npz"))) == 2
    with ZipFile(tmp_path / "y.npz", "w") as archive:
        archive.writestr(name, npy(array(9, 9, 9)))
    with pytest.raises(DataError) as caught:
        open_source(str(tmp_path / "y.npz"))
    assert "\x1b" not in str(caught.value)


# bombs


class Endless(BufferedIOBase):
    """A stream without an end, which counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size > 0
        self.count += size
        return bytes(size)


@given(shape=st.lists(st.integers(1, 40), min_size=1, max_size=3))
@settings(max_examples=20, deadline=None)
def test_no_more_is_unpacked_than_the_shape_needs(shape: list[int]) -> None:
    stream = Endless()
    with pytest.raises(DataError, match="longer"):
        map_stream(stream, np.dtype(np.uint8), tuple(shape), name="bomb")
    assert stream.count <= np.prod(shape) + 1


def test_what_does_not_fit_on_the_disk_is_not_begun() -> None:
    stream = Endless()
    with pytest.raises(DataError, match="the disk is full"):
        map_stream(stream, np.dtype(np.uint8), (10**18,), name="bomb")
    assert stream.count == 0


def bomb_npz(folder: Path) -> str:
    content = npy(array(2, 4, 4)) + bytes(64 * MEGABYTE)
    with ZipFile(folder / "x.npz", "w", 8, compresslevel=1) as archive:
        archive.writestr("images.npy", content)
    return str(folder / "x.npz")


def bomb_labels(folder: Path) -> str:
    np.savez_compressed(
        folder / "x.npz", images=array(2, 4, 4), labels=np.zeros(8 * MEGABYTE, np.int64)
    )
    return str(folder / "x.npz")


def bomb_idx(folder: Path) -> str:
    content = gzip.compress(idx(array(2, 4, 4)) + bytes(64 * MEGABYTE), 1)
    (folder / "a-idx3-ubyte.gz").write_bytes(content)
    return str(folder / "a-idx3-ubyte.gz")


def bomb_usps(folder: Path) -> str:
    (folder / "usps.bz2").write_bytes(bz2.compress(b"1" * 64 * MEGABYTE))
    return f"usps:{folder}"


@pytest.mark.parametrize("write", [bomb_npz, bomb_labels, bomb_idx, bomb_usps])
def test_bombs_are_refused_in_little_memory(tmp_path: Path, write: Callable[[Path], str]) -> None:
    spec = write(tmp_path)

    def refused() -> None:
        with pytest.raises(DataError):
            len(open_source(spec))

    refused()
    assert python_peak(refused) < 8 * MEGABYTE


def test_usps_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec, _ = write_usps(tmp_path)
    assert len(open_source(spec)) == 2
    monkeypatch.setattr(usps, "MOST_LINES", 1)
    with pytest.raises(DataError, match="line 2"):
        len(open_source(spec))


VALUES = np.linspace(-1, 1, 256)


@pytest.mark.parametrize(
    "line",
    [
        usps_line(0, VALUES),
        usps_line(11, VALUES),
        usps_line(1, VALUES * 1.01),
        usps_line(1, np.full(256, np.nan)),
        usps_line(1, np.full(256, 1e300)),
        usps_line(1, VALUES[:-1]),
        usps_line(1, np.append(VALUES, 0)),
        usps_line(1, VALUES).replace("7:", "8:", 1),
        usps_line(1, VALUES).replace("0.", "x."),
        "1.5" + usps_line(1, VALUES)[1:],
        "",
        "\0",
    ],
)
def test_usps_lines_of_another_kind_are_refused(tmp_path: Path, line: str) -> None:
    content = f"{usps_line(3, VALUES)}\n{line}\n{usps_line(3, VALUES)}\n"
    (tmp_path / "usps.bz2").write_bytes(bz2.compress(content.encode()))
    with pytest.raises(DataError, match=r"damaged in line 2: expected a label from 1 to 10"):
        len(open_source(f"usps:{tmp_path}"))


@pytest.mark.parametrize(
    ("labels", "word"), [([1], "shorter"), ([1] * 3, "longer"), ([0, 1], "1")]
)
def test_stl10_with_wrong_labels_is_refused(tmp_path: Path, labels: list[int], word: str) -> None:
    spec, _ = READERS["stl10"].write(tmp_path)
    (tmp_path / "stl10_binary" / "train_y.bin").write_bytes(bytes(labels))
    with pytest.raises(DataError, match=word):
        len(open_source(spec))


# files that change


CHANGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "grown": lambda path: path.write_bytes(path.read_bytes() + bytes(9)),
    "overwritten": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["npy", "npy of planes", "idx", "stl10"])
def test_a_file_that_changes_while_it_is_read_is_an_error(
    tmp_path: Path, name: str, change: str
) -> None:
    spec, path = READERS[name].write(tmp_path)
    source = open_source(spec)
    os.utime(path, ns=(1, 1))  # so that a change within the clock's tick is one too
    source = open_source(spec)
    last = len(source) - 1
    source.read(last)
    CHANGES[change](path)
    with pytest.raises(DataError, match="cut or changed while it was read"):
        source.read(last)
    with pytest.raises(DataError, match="cut or changed while it was read"):
        source.chunk(0, last + 1)
    assert not source.is_unchanged()


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_vanishes_before_it_is_read_is_an_error(tmp_path: Path, name: str) -> None:
    spec, path = READERS[name].write(tmp_path)
    source = open_source(spec)
    path.unlink()
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        len(source)


def test_a_file_that_is_cut_while_a_store_is_built_leaves_no_store(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array(9_000, 4, 4))
    source = open_source(str(tmp_path / "x.npy"))
    cache = tmp_path / "cache"

    def cut(done: int, total: int) -> None:
        os.truncate(tmp_path / "x.npy", 1_000)

    with pytest.raises(DataError, match="cut or changed"):
        build_store(source, StoreSettings(size=(4, 4), channels=1), cache=cache, progress=cut)
    assert [path for path in cache.iterdir() if path.is_dir()] == []


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes in folders")
@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x-idx3-ubyte"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError):
        open_source(str(tmp_path / name))


def test_blocks_of_large_pictures_stay_small_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    header = {"descr": "|u1", "fortran_order": False, "shape": (90, 1024, 1024)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        start = file.tell()
    os.truncate(path, start + (90 << 20))
    source = open_source(str(path))
    wanted = StoreSettings(size=(1024, 1024), channels=1)

    def build() -> None:
        with pytest.raises(DataError, match="nothing above 0"):
            build_store(source, wanted, cache=tmp_path / "cache")

    assert python_peak(build) < 50 * MEGABYTE


def test_labels_packed_otherwise_than_the_pictures_are_found(tmp_path: Path) -> None:
    spec, pictures = READERS["idx"].write(tmp_path)
    labels = tmp_path / "a-labels-idx1-ubyte"
    labels.with_name(f"{labels.name}.gz").write_bytes(gzip.compress(labels.read_bytes()))
    labels.unlink()
    found = look(spec)
    assert found is not None
    assert found.labels == ["3", "1", "3", "8"]
    assert pictures.is_file()
