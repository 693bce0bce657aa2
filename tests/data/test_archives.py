"""Zip and tar files as they come: damaged, hostile, odd; no picture wrong or lost in silence."""

import bz2
import errno
import gzip
import lzma
import os
import struct
import tarfile
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zerosum.data import open_source
from zerosum.data.sources import Source, UnreadableError
from zerosum.data.sources.budget import FILE_LIMIT
from zerosum.data.sources.opening import TAR_SUFFIXES
from zerosum.errors import DataError, DataWarning, printable

CENTRAL, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"


def png(number: int) -> bytes:
    content = BytesIO()
    Image.frombytes("L", (4, 4), bytes((number * 16 + i) % 256 for i in range(16))).save(
        content, "png"
    )
    return content.getvalue()


def names(source: Source) -> list[str]:
    return [source.image_name(index) for index in range(len(source))]


def read_all(source: Source) -> dict[str, bytes | None]:
    """Each picture's pixels by name, None for one that is unreadable; nothing else may happen."""
    found: dict[str, bytes | None] = {}
    for index, name in enumerate(names(source)):
        try:
            found[name] = source.read(index).tobytes()
        except UnreadableError:
            found[name] = None
    return found


def pixels(content: bytes) -> bytes:
    return Image.open(BytesIO(content)).tobytes()


# damaged zip files, against zipfile

ZIPPED = {
    "cat/1.png": png(1),
    "cat/été 2.png": png(2),
    "./cat/./3.png": png(3),
    "cat\\4.png": png(4),
    "dog/5.png": png(5),
    "dog/.6.png": png(6),
    "dog/7.txt": b"seven",
    "__MACOSX/dog/8.png": png(8),
    "dog/9.png": b"no picture",
}


def plain(name: str) -> str:
    parts = name.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def base_zip() -> bytes:
    content = BytesIO(b"#!/bin/sh a program before the archive")
    content.seek(0, os.SEEK_END)
    with ZipFile(content, "a") as archive:
        archive.mkdir("cat") if hasattr(archive, "mkdir") else None
        for number, (name, data) in enumerate(ZIPPED.items()):
            method = ZIP_DEFLATED if number % 2 else ZIP_STORED
            info = ZipInfo(name)
            info.compress_type = method
            info.comment = b"of no interest"
            with archive.open(info, "w", force_zip64=number % 3 == 0) as file:
                file.write(data)
        archive.comment = b"PK and the like"
    return content.getvalue()


@st.composite
def damages(draw: st.DrawFn, content: bytes, marks: tuple[bytes, ...]) -> bytes:
    """A file in which up to three things are broken, mostly where its structure is."""
    damaged = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        starts = [i for mark in marks for i in range(len(damaged)) if damaged.startswith(mark, i)]
        start = draw(st.sampled_from([*starts, 0]))
        place = min(start + draw(st.integers(0, 60)), max(0, len(damaged) - 1))
        kind = draw(st.sampled_from(["flip", "fill", "cut", "drop", "repeat", "insert"]))
        length = draw(st.sampled_from([1, 2, 4, 8]))
        if kind == "flip" and damaged:
            damaged[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "fill":
            damaged[place : place + length] = draw(st.sampled_from([b"\0", b"\xff"])) * length
        elif kind == "cut":
            del damaged[draw(st.integers(0, len(damaged))) :]
        elif kind == "drop":
            del damaged[place : place + length]
        elif kind == "repeat":
            damaged[place:place] = damaged[place : place + 16 * length]
        else:
            damaged[place:place] = draw(st.binary(min_size=1, max_size=8))
    return bytes(damaged)


def pictures_that_zipfile_lists(path: Path) -> Counter[str] | None:
    """What a zip file holds by Python's own reader; None if it or its names are refused."""
    try:
        with ZipFile(path) as archive:
            raw = [info.filename for info in archive.infolist()]
    except Exception:
        return None
    flat = [name.replace("\\", "/") for name in raw]
    if any(n[:1] in ("", "/") or n[1:2] == ":" or ".." in n.split("/") for n in flat):
        return None
    return Counter(
        plain(name)
        for name in flat
        if plain(name).lower().endswith((".png", ".bmp", ".gif", ".jpg", ".webp"))
        and not name.endswith("/")
        and not any(p.startswith(".") or p == "__MACOSX" for p in plain(name).split("/"))
    )


@settings(max_examples=300, deadline=None)
@given(content=damages(base_zip(), (CENTRAL, LOCAL, END)))
def test_a_damaged_zip_lists_what_zipfile_lists_and_reads_what_was_packed(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(content)
    expected = pictures_that_zipfile_lists(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataWarning)  # of another number of entries
            source = open_source(str(path))
    except DataError:
        assert not expected
        return
    beside = [name for name, _ in source.strays() if name.lower().endswith(".png")]
    shown = Counter(map(printable, (expected or Counter()).elements()))
    assert Counter([*names(source), *beside]) == shown
    packed = {plain(name): data for name, data in ZIPPED.items()}
    for name, found in read_all(source).items():
        wanted = [packed[name]] if name in packed else ZIPPED.values()
        assert found is None or found in [pixels(w) for w in wanted if w.startswith(b"\x89PNG")]


# odd zip files


def zip_of(path: Path, *files: tuple[str, bytes], method: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of zipfile: duplicate names
        for name, content in files:
            archive.writestr(name, content)
    return path


def patch(path: Path, mark: bytes, offset: int, value: bytes) -> Path:
    """Overwrite a field of the last header of a kind."""
    content = bytearray(path.read_bytes())
    place = content.rfind(mark) + offset
    content[place : place + len(value)] = value
    path.write_bytes(content)
    return path


def test_70_000_entries_are_all_listed_though_16_bits_cannot_count_them(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "x.zip", ("00000.png", png(1)))
    whole = path.read_bytes()
    start, end = whole.rfind(CENTRAL), whole.rfind(END)
    one = whole[start:end]
    entries = b"".join(one.replace(b"00000", b"%05d" % number) for number in range(70_000))
    count = 70_000 % (1 << 16)
    sizes = struct.pack("<2H2LH", count, count, len(entries), start, 0)
    path.write_bytes(whole[:start] + entries + END + bytes(4) + sizes)
    source = open_source(str(path))
    assert (len(source), source.image_name(69_999)) == (70_000, "69999.png")


@pytest.mark.parametrize("count", [0, 1, 2, 65535])
def test_a_count_that_lies_loses_nothing(tmp_path: Path, count: int) -> None:
    path = zip_of(tmp_path / "x.zip", *((f"{i}.png", png(i)) for i in range(5)))
    patch(path, END, 8, struct.pack("<2H", count, count))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        source = open_source(str(path))
    assert [pixels(png(i)) for i in range(5)] == list(read_all(source).values())
    assert [f"states {count} entries and holds 5" in str(it.message) for it in said] == [True] * (
        count != 65_535
    )


@pytest.mark.parametrize("hidden", [1, 2, 3])
def test_entries_that_a_damaged_length_hides_are_missed(tmp_path: Path, hidden: int) -> None:
    path = zip_of(tmp_path / "x.zip", *((f"{i}.png", png(i)) for i in range(5)))
    entry = len(CENTRAL) + 42 + len("0.png")
    content = bytearray(path.read_bytes())
    place = content.find(CENTRAL) + 32  # the length of the comment of the first entry
    content[place : place + 2] = (hidden * entry).to_bytes(2, "little")
    path.write_bytes(content)
    with pytest.warns(DataWarning, match=f"states 5 entries and holds {5 - hidden}: .* lost"):
        assert len(open_source(str(path))) == 5 - hidden


def test_files_of_the_same_name_are_all_kept(tmp_path: Path) -> None:
    source = open_source(
        str(zip_of(tmp_path / "x.zip", ("a.png", png(1)), ("a.png", png(2)), ("./a.png", png(3))))
    )
    assert names(source) == ["a.png"] * 3
    found = {source.read(index).tobytes() for index in range(3)}
    assert found == {pixels(png(i)) for i in (1, 2, 3)}


def test_backslashes_and_dots_are_folders_as_everywhere(tmp_path: Path) -> None:
    files = ("cat\\1.png", png(1)), (".\\cat\\2.png", png(2)), ("dog//./3.png", png(3))
    source = open_source(str(zip_of(tmp_path / "x.zip", *files)))
    assert (names(source), source.classes) == (
        ["cat/1.png", "cat/2.png", "dog/3.png"],
        ("cat", "dog"),
    )
    assert list(read_all(source).values()) == [pixels(png(i)) for i in (1, 2, 3)]


def test_a_name_is_read_up_to_its_nul_or_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "x.zip", ("a.png-.txt", png(1)))
    path.write_bytes(path.read_bytes().replace(b"a.png-", b"a.png\0"))
    assert read_all(open_source(str(path))) == {"a.png": pixels(png(1))}
    path.write_bytes(path.read_bytes().replace(b"a.png\0", b"\0.png-"))
    with pytest.raises(DataError, match="expected the name of a file"):
        open_source(str(path))


# fields of the central directory: flags at 8, method at 10, size at 24, place at 42
@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (8, b"\1\0", "encrypted"),
        (8, b"\x41\0", "encrypted"),
        (8, b"\x20\0", "damaged .*patched"),
        (10, b"\x63\0", "compressed by method 99"),
        (10, b"\0\0", "damaged"),
        (24, struct.pack("<I", 1), "damaged"),
        (24, struct.pack("<I", FILE_LIMIT), "damaged"),
        (24, struct.pack("<I", FILE_LIMIT + 1), "refused as a bomb"),
        (42, struct.pack("<I", 0xFFFFFF), "damaged"),
        (16, b"\0\0\0\0", "damaged .*CRC"),
    ],
)
def test_one_bad_entry_is_named_and_the_others_are_read(
    tmp_path: Path, offset: int, value: bytes, reason: str
) -> None:
    path = zip_of(tmp_path / "x.zip", ("fine.png", png(1)), ("odd.png", png(2)))
    source = open_source(str(patch(path, CENTRAL, offset, value)))
    assert source.read(0).tobytes() == pixels(png(1))
    with pytest.raises(UnreadableError, match=rf"^odd\.png: .*{reason}"):
        source.read(1)


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_what_zipfile_unpacks_without_a_bound_is_named(tmp_path: Path, method: int) -> None:
    path = zip_of(tmp_path / "x.zip", ("bomb.png", bytes(1 << 20)), method=method)
    with pytest.raises(UnreadableError, match=r"bomb\.png: compressed by method"):
        open_source(str(path)).read(0)


@pytest.mark.parametrize("field", [0, 1, 2])
@pytest.mark.parametrize("value", [1 << 30, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_wide_fields_that_lie_are_refused_by_name_or_all(
    tmp_path: Path, field: int, value: int
) -> None:
    path = tmp_path / "x.zip"
    fields = [len(png(1)), len(png(1)), 0]
    fields[field] = value
    info = ZipInfo("a.png")
    with ZipFile(path, "w") as archive:
        info.extra = struct.pack("<2H3Q", 1, 24, *fields)
        archive.writestr(info, png(1))
    patch(path, CENTRAL, 20, b"\xff" * 8)
    patch(path, CENTRAL, 42, b"\xff" * 4)
    try:
        source = open_source(str(path))
    except DataError:
        return
    assert read_all(source)["a.png"] in (None, pixels(png(1)))


def test_a_zip_is_read_by_many_threads_at_once(tmp_path: Path) -> None:
    files = [(f"{i:03d}.png", png(i % 16)) for i in range(200)]
    source = open_source(str(zip_of(tmp_path / "x.zip", *files)))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda index: source.read(index).tobytes(), range(200)))
    assert found == [pixels(content) for _, content in files]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_file_that_is_cut_while_it_is_read_ends_no_process(tmp_path: Path, kind: str) -> None:
    files = [(f"{i}.png", png(i)) for i in range(5)]
    path = (zip_of if kind == "zip" else tar_of)(tmp_path / f"x.{kind}", *files)
    source = open_source(str(path))
    os.truncate(path, 10)
    assert set(read_all(source).values()) == {None}


# tar files


def tar_of(path: Path, *files: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w", format=form) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return path


LONG = f"dog/{'long ' * 30}4.png"
TARRED = [("cat/1.png", png(1)), ("cat/été 2.png", png(2)), ("dog/3.png", png(3)), (LONG, png(4))]


def base_tar(form: int) -> bytes:
    content = BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=form) as archive:
        for name, data in TARRED:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    return content.getvalue()


@st.composite
def damaged_headers(draw: st.DrawFn) -> bytes:
    """A tar file with a broken header or end mark, a block lost, or its end cut off."""
    content = bytearray(base_tar(draw(st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))))
    headers = [p for p in range(0, len(content), 512) if content[p + 257 : p + 262] == b"ustar"]
    start = draw(st.sampled_from([*headers, headers[-1] + 1024, headers[-1] + 1536]))
    kind = draw(st.sampled_from(["flip", "zero", "cut", "lose", "add"]))
    if kind == "flip":
        content[start + draw(st.integers(0, 511))] ^= 1 << draw(st.integers(0, 7))
    elif kind == "zero":
        content[start : start + 512] = bytes(512)
    elif kind == "cut":
        del content[draw(st.integers(0, len(content) - 1)) :]
    elif kind == "lose":
        del content[start : start + 512]
    else:
        content[start:start] = draw(st.binary(min_size=1, max_size=600))
    return bytes(content)


@settings(max_examples=300, deadline=None)
@given(content=damaged_headers())
def test_a_damaged_tar_loses_no_picture_without_a_word(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.tar"
    path.write_bytes(content)
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", DataWarning)
        try:
            source = open_source(str(path))
        except DataError:
            return
        found = read_all(source)
    assert len(source) + len(list(source.strays())) == len(TARRED) or notes
    packed = dict(TARRED)
    for name, read in found.items():
        if name in packed:
            assert read in (None, pixels(packed[name]))


@pytest.mark.parametrize("suffix", TAR_SUFFIXES)
@pytest.mark.parametrize("opener", [open, gzip.open, bz2.open, lzma.open])
def test_how_a_tar_is_packed_is_seen_by_its_content(
    tmp_path: Path, suffix: str, opener: Callable[..., BytesIO]
) -> None:
    path = tmp_path / f"x{suffix}"
    with opener(path, "wb") as file:
        file.write(base_tar(tarfile.PAX_FORMAT))
    wanted = {name: pixels(content) for name, content in TARRED}
    assert read_all(open_source(str(path))) == wanted
    path.write_bytes(path.read_bytes()[:-100] if opener is not open else b"")
    with pytest.raises(DataError):
        open_source(str(path))


@pytest.mark.parametrize("time", ["inf", "-inf", "nan", "1e300", "-1e300", "1.5", "x"])
def test_any_time_of_change_is_borne(tmp_path: Path, time: str) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("a.png")
        member.size, member.pax_headers = len(png(1)), {"mtime": time}
        archive.addfile(member, BytesIO(png(1)))
    assert read_all(open_source(str(path))) == {"a.png": pixels(png(1))}


def header(name: str, size: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    """A header with any size field and a right checksum."""
    block = bytearray(tarfile.TarInfo(name).tobuf(tarfile.GNU_FORMAT))
    block[124:136], block[156:157], block[148:156] = size, kind, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


WIDE = [b"\x80" + n.to_bytes(11) for n in (1 << 40, 1 << 62, 1 << 63, 1 << 80)]
NEGATIVE = [b"\xff" + (256**11 - n).to_bytes(11) for n in (1, 512, 1024, 1 << 40, 1 << 80)]


@pytest.mark.parametrize("kind", [b"0", b"x", b"g", b"L", b"K", b"S", b"1", b"2", b"Z"])
@pytest.mark.parametrize("size", [*WIDE, *NEGATIVE])
def test_sizes_that_lie_neither_loop_nor_fill_the_memory(
    tmp_path: Path, kind: bytes, size: bytes
) -> None:
    path = tmp_path / "x.tar"
    first = header("1.png", b"%011o\0" % len(png(1))) + png(1).ljust(512, b"\0")
    path.write_bytes(first + header("2.png", size, kind) + bytes(1024))
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", DataWarning)
        try:
            source = open_source(str(path))
        except DataError:
            return
        found = read_all(source)
    assert found.pop("1.png") == pixels(png(1))
    assert found == {"2.png": None} or "2.png" in dict(source.strays())
    assert notes or kind in b"12S"  # their content, if any, is not as long as their size says


def test_a_truncated_tar_is_told_and_its_last_picture_named(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "x.tar", ("1.png", png(1)), ("2.png", png(2)))
    whole = path.read_bytes()
    for length, readable in ((1536 + 40, 1), (1536 + len(png(2)), 2), (2048, 2)):
        path.write_bytes(whole[:length])
        with pytest.warns(DataWarning, match="may be truncated"):
            source = open_source(str(path))
        assert [found is not None for found in read_all(source).values()] == [True, readable == 2]
    path.write_bytes(whole[: 1024 + 100])
    with pytest.raises(DataError, match="damaged at byte 1024"):
        open_source(str(path))


def test_joined_tars_are_told(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "x.tar", ("1.png", png(1)))
    path.write_bytes(path.read_bytes() * 2)
    with pytest.warns(DataWarning, match="goes on after its end mark at byte 1024"):
        assert names(open_source(str(path))) == ["1.png"]


def test_what_is_no_plain_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("a.png")
        member.size = len(png(1))
        archive.addfile(member, BytesIO(png(1)))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, b"Z"):
            member = tarfile.TarInfo(f"{kind.decode()}\x1b[31m.png")
            member.type, member.linkname = kind, "a.png"
            archive.addfile(member)
        directory = tarfile.TarInfo("folder.png")
        directory.type = tarfile.DIRTYPE
        archive.addfile(directory)
    source = open_source(str(path))
    assert names(source) == ["a.png"]
    found = dict(source.strays())
    assert sorted(found) == [f"{kind}\\x1b[31m.png" for kind in "1236Z"]
    assert "a link in the tar file, to a.png" in found["2\\x1b[31m.png"]


def test_names_that_are_no_utf_8_stay_apart(tmp_path: Path) -> None:
    files = ("caf\xe8/1.png", png(1)), ("caf\xe9/2.png", png(2))
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    source = open_source(str(path))
    assert len(source.classes) == 2
    assert list(read_all(source).values()) == [pixels(png(1)), pixels(png(2))]


def test_a_full_temporary_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(BytesIO):
        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "x.tar.gz"
    path.write_bytes(gzip.compress(base_tar(tarfile.PAX_FORMAT)))
    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(DataError, match=r"x\.tar\.gz, unpacked, .* disk is full.*TMPDIR"):
        open_source(str(path))


def test_xz_in_several_streams_is_read_and_one_that_asks_for_4_gb_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar.xz"
    plain = base_tar(tarfile.PAX_FORMAT)
    path.write_bytes(lzma.compress(plain[:700]) + bytes(8) + lzma.compress(plain[700:]))
    assert len(open_source(str(path))) == len(TARRED)
    content = bytearray(lzma.compress(plain))
    size = 4 * content[12] + 4
    block = content[12 : 12 + size]
    block[4] = 40  # the dictionary's size, of 4 GiB, in the header of the first block
    block[-4:] = zlib.crc32(block[:-4]).to_bytes(4, "little")
    path.write_bytes(content[:12] + block + content[12 + size :])
    with pytest.raises(DataError, match="takes more memory than is usual"):
        open_source(str(path))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_follows_a_packed_tar_is_no_silent_loss(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "x.tar.gz"
    whole = pack(base_tar(tarfile.PAX_FORMAT))
    for end in (1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        with pytest.raises(DataError):
            open_source(str(path))
    path.write_bytes(whole + whole)
    with pytest.warns(DataWarning, match="goes on after its end mark"):
        assert len(open_source(str(path))) == len(TARRED)
