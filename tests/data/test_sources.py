import bz2
import gzip
import json
import lzma
import os
import shutil
import struct
import tarfile
import warnings
from collections.abc import Callable
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from zerosum.data import open_source
from zerosum.data.sources import NAMED, Source, UnreadableError, files, fingerprint
from zerosum.data.sources.archives import TarSource, ZipSource
from zerosum.data.sources.layout import canonical
from zerosum.data.sources.opening import TAR_SUFFIXES
from zerosum.errors import DataError, DataWarning
from zerosum.jobs.inputs import find_inputs

Maker = Callable[..., Path]


def names(source: Source) -> list[str]:
    return [source.image_name(index) for index in range(len(source))]


def chunk(source: Source, start: int, stop: int) -> NDArray[np.uint8]:
    found = source.chunk(start, stop)
    assert found is not None
    return found


def labels(source: Source) -> list[int | None]:
    return [source.label(index) for index in range(len(source))]


def pixels(source: Source) -> list[bytes]:
    return [source.read(index).tobytes() for index in range(len(source))]


def zipped(folder: Path, method: int = ZIP_DEFLATED) -> Path:
    path = folder.with_suffix(".zip")
    with ZipFile(path, "w", method) as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder))
    return path


def tarred(folder: Path, suffix: str) -> Path:
    path = folder.with_suffix(suffix)
    packers: dict[str, Callable[[bytes], bytes]]
    packers = {"gz": gzip.compress, "z2": bz2.compress, "xz": lzma.compress}
    pack = packers.get(suffix[-2:], bytes)
    content = BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        archive.add(folder, arcname=".")
    path.write_bytes(pack(content.getvalue()))
    return path


# folders


def test_sub_folders_are_classes_in_sorted_order(pictures: Path) -> None:
    source = open_source(str(pictures))
    assert source.classes == ("cat", "dog")
    assert names(source) == ["cat/a.png", "cat/b.png", "cat/c.png", "dog/d.png", "dog/e.png"]
    assert labels(source) == [0, 0, 0, 1, 1]
    assert source.splits == ()


def test_a_source_decodes_up_to_its_own_limit(pictures: Path) -> None:
    assert open_source(str(pictures), pixel_limit=256).read(0).size == (16, 16)
    tight = open_source(str(pictures), pixel_limit=255)
    with pytest.raises(UnreadableError, match="at most 255 pixels"):
        tight.read(0)
    assert tight.key() != open_source(str(pictures)).key()


def test_a_flat_folder_has_no_labels(pictures: Path) -> None:
    source = open_source(str(pictures / "cat"))
    assert (len(source), source.classes, labels(source)) == (3, (), [None] * 3)


def test_one_picture_beside_class_folders_is_left_out_and_named(
    pictures: Path, make_picture: Maker
) -> None:
    make_picture(pictures / "top.png", seed=9)
    source = open_source(str(pictures))
    assert (len(source), source.classes) == (5, ("cat", "dog"))
    assert [name for name, _ in source.strays()] == ["top.png"]


def test_what_is_left_out_can_be_taken_in_and_then_nothing_has_a_class(
    pictures: Path, make_picture: Maker
) -> None:
    make_picture(pictures / "top.png", seed=9)
    source = open_source(str(pictures))
    before, key = names(source), source.key()
    source.keep_unlabelled()
    assert sorted(names(source)) == sorted([*before, "top.png"])
    assert (source.classes, labels(source)) == ((), [None] * 6)
    assert source.key() != key


def test_a_wrapper_may_hold_a_stray_too(pictures: Path, make_picture: Maker) -> None:
    make_picture(pictures.parent / "outer" / "preview.png", seed=9)
    pictures.rename(pictures.parent / "outer" / "pets")
    source = open_source(str(pictures.parent / "outer"))
    assert (len(source), source.classes) == (5, ("cat", "dog"))
    assert [name for name, _ in source.strays()] == ["preview.png"]


def test_several_pictures_beside_sub_folders_are_kept_and_the_note_says_why_nothing_is_a_class(
    pictures: Path, make_picture: Maker
) -> None:
    for name in ("top", "tip"):
        make_picture(pictures / f"{name}.png", seed=9)
    with pytest.warns(DataWarning, match=r"2 pictures lie beside the folders cat, dog \(tip\.png"):
        source = open_source(str(pictures))
    assert (len(source), source.classes, list(source.strays())) == (7, (), [])


@pytest.mark.parametrize(
    ("train", "test", "val"),
    [
        ("Train", "Test", "Valid"),
        ("TRAIN", "TESTING", "VALIDATION"),
        ("training_set", "test_set", "val"),
        ("train2017", "test2017", "val2017"),
        ("Training", "testing", "dev"),
        ("train-images", "test-images", "validation images"),
    ],
)
def test_splits_are_known_in_any_case_and_common_spelling(
    pictures: Path, train: str, test: str, val: str
) -> None:
    data = pictures.parent / "data"
    for folder in (train, test, val):
        shutil.copytree(pictures, data / folder)
    (data / test / "cat" / "a.png").unlink()
    (data / val / "dog" / "e.png").unlink()
    assert open_source(str(data)).splits == ("train", "test", "val")
    assert len(open_source(str(data))) == 5
    assert "cat/a.png" not in " ".join(names(open_source(str(data), split="test")))
    for spelling in ("val", "valid", "validation"):
        found = open_source(str(data), split=spelling)
        assert (found.split, len(found), found.classes) == ("val", 4, ("cat", "dog"))


@given(name=st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=12))
def test_a_name_is_a_split_only_if_it_is_a_spelling_of_one(name: str) -> None:
    found = canonical(name)
    plain = name.lower()
    assert found is None or plain.startswith(("train", "test", "val", "dev"))
    assert canonical(name.upper()) == canonical(plain) == found
    assert canonical(f"my{name}") is None


@pytest.mark.parametrize("other", ["extra", "car", "trains"])
@pytest.mark.parametrize("split", ["train", "Test", "validation"])
def test_a_lone_split_beside_another_folder_is_never_a_class(
    pictures: Path, other: str, split: str
) -> None:
    (pictures / "cat").rename(pictures / other)
    (pictures / "dog").rename(pictures / split)
    with pytest.raises(DataError, match=rf"holds the folder {split}.* beside {other}: .*rename"):
        open_source(str(pictures))


def test_what_lies_beside_several_splits_is_named(pictures: Path, make_picture: Maker) -> None:
    data = pictures.parent / "data"
    for folder in ("train", "test", "extra"):
        shutil.copytree(pictures, data / folder)
    make_picture(data / "preview.png")
    for split in ("train", "test"):
        source = open_source(str(data), split=split)
        assert (len(source), source.classes) == (5, ("cat", "dog"))
        beside = [f"extra/{name}" for name in names(open_source(str(pictures)))]
        assert [name for name, _ in source.strays()] == ["preview.png", *beside]


def test_two_folders_for_one_split_are_refused(pictures: Path) -> None:
    data = pictures.parent / "data"
    for folder in ("train", "valid", "validation"):
        shutil.copytree(pictures, data / folder)
    with pytest.raises(DataError, match=r"2 folders .* split val: valid, validation"):
        open_source(str(data))


def nvlabs(folder: Path, listed: object, *, count: int = 6) -> Path:
    """As NVlabs' dataset_tool writes it: shards of at most four pictures and a dataset.json."""
    folder.mkdir(parents=True)
    for index in range(count):
        path = folder / f"{index // 4:05d}" / f"img{index:08d}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("L", (8, 8), index).save(path)
    content = listed if isinstance(listed, str) else json.dumps({"labels": listed})
    (folder / "dataset.json").write_text(content)
    return folder


def nvlabs_names(count: int) -> list[str]:
    return [f"{index // 4:05d}/img{index:08d}.png" for index in range(count)]


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped, lambda it: tarred(it, ".tar.gz")])
@pytest.mark.parametrize("count", [3, 6])
def test_labels_of_nvlabs_tools_are_read_and_shards_are_no_classes(
    tmp_path: Path, pack: Callable[[Path], Path], count: int
) -> None:
    listed = [[name, 5 + 2 * (index % 2)] for index, name in enumerate(nvlabs_names(count))]
    source = open_source(str(pack(nvlabs(tmp_path / "set", listed, count=count))))
    assert source.classes == ("5", "7")
    assert labels(source) == [index % 2 for index in range(count)]
    assert list(source.strays()) == []


def test_without_labels_nvlabs_shards_are_no_classes_either(tmp_path: Path) -> None:
    source = open_source(str(nvlabs(tmp_path / "set", None)))
    assert (len(source), source.classes, labels(source)) == (6, (), [None] * 6)


def test_a_picture_that_dataset_json_forgets_is_named(tmp_path: Path) -> None:
    listed = [[name, 1] for name in nvlabs_names(6)[1:]]
    source = open_source(str(nvlabs(tmp_path / "set", listed)))
    assert labels(source) == [0] * 5
    assert [name for name, _ in source.strays()] == ["00000/img00000000.png"]


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "3", '{"labels": 3}', '{"labels": [["a"]]}', '{"labels": [[1, 2]]}', "[" * 9000]
    + [f'{{"labels": [["a", {label}]]}}' for label in ("-1", "1.5", "true", '"cat"', "[0, 1]")],
)
def test_another_dataset_json_is_refused_by_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"dataset\.json.*remove"):
        open_source(str(nvlabs(tmp_path / "set", content)))


HOSTILE = "red\x1b[31m\u202e\x07"


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped])
def test_no_name_that_a_source_gives_can_command_a_terminal(
    pictures: Path, pack: Callable[[Path], Path]
) -> None:
    (pictures / "cat").rename(pictures / f"cat{HOSTILE}")
    (pictures / "dog" / f"{HOSTILE}.txt").write_text("no picture")
    (pictures / "dog" / f"{HOSTILE}.png").write_text("no picture")
    hostile = pictures.rename(pictures.parent / f"pets{HOSTILE}")
    source = open_source(str(pack(hostile)))
    assert source.classes[0] == "catred\\x1b[31m\\u202e\\x07"
    given = [source.name, *source.classes, *names(source), *chain(*source.strays())]
    with pytest.raises(UnreadableError) as caught:
        source.read(next(index for index, name in enumerate(names(source)) if "dog/red" in name))
    assert all(name.isprintable() for name in [*given, str(caught.value)])


def test_train_and_test_folders_are_splits(pictures: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    pictures.rename(data / "train")
    (data / "test").mkdir()
    (data / "train" / "dog").rename(data / "test" / "dog")
    assert open_source(str(data)).classes == ("cat",)
    assert names(open_source(str(data), split="test")) == ["test/dog/d.png", "test/dog/e.png"]
    assert open_source(str(data)).splits == ("train", "test")
    with pytest.raises(DataError, match="no split 'val'; it has train, test"):
        open_source(str(data), split="val")


@pytest.fixture
def domains(tmp_path: Path, make_picture: Maker) -> Path:
    folder = tmp_path / "domains"
    for number, part in enumerate(("trainA", "trainB", "testA", "testB")):
        for index in range(number + 1):
            make_picture(folder / part / f"{index}.jpg", seed=10 * number + index)
    return folder


def test_two_domains_open_one_at_a_time(domains: Path) -> None:
    counts = [len(open_source(str(domains), split=it)) for it in ("trainA", "trainB", "testB")]
    assert counts == [1, 2, 4]


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped])
def test_a_plain_open_of_two_domains_says_so(domains: Path, pack: Callable[[Path], Path]) -> None:
    with pytest.raises(DataError, match="two domains"):
        open_source(str(pack(domains)))


def test_a_split_that_is_not_there_is_named(pictures: Path) -> None:
    with pytest.raises(DataError, match="no split 'test'"):
        open_source(str(pictures), split="test")


def test_one_folder_around_all_is_passed_over(domains: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    (outer / "wrapper").mkdir(parents=True)
    domains.rename(outer / "wrapper" / "domains")
    assert len(open_source(str(outer), split="testA")) == 3


def test_what_systems_leave_behind_is_ignored_quietly(pictures: Path) -> None:
    before = open_source(str(pictures)).key()
    (pictures / "cat" / ".DS_Store").write_bytes(b"x")
    (pictures / "cat" / "._a.png").write_bytes(b"x")
    (pictures / "__MACOSX").mkdir()
    (pictures / "__MACOSX" / "a.png").write_bytes(b"x")
    source = open_source(str(pictures))
    assert (len(source), list(source.strays()), source.key()) == (5, [], before)


def test_other_files_are_strays_and_named(pictures: Path) -> None:
    (pictures / "cat" / "notes.txt").write_text("x")
    source = open_source(str(pictures))
    assert len(source) == 5
    assert [name for name, _ in source.strays()] == ["cat/notes.txt"]


def test_links_are_followed_and_loops_end(pictures: Path) -> None:
    (pictures / "cat" / "loop").symlink_to(pictures)
    (pictures / "dog" / "linked.png").symlink_to(pictures / "cat" / "a.png")
    (pictures / "dog" / "nowhere.png").symlink_to(pictures / "gone.png")
    source = open_source(str(pictures))
    found = names(source)
    assert "dog/linked.png" in found
    assert len(found) == 7
    with pytest.raises(UnreadableError, match=r"dog/nowhere\.png"):
        source.read(found.index("dog/nowhere.png"))


@pytest.mark.parametrize("change", ["content", "name", "more", "fewer"])
def test_the_key_changes_with_the_files_and_only_then(
    pictures: Path, make_picture: Maker, change: str
) -> None:
    before = open_source(str(pictures)).key()
    assert open_source(str(pictures)).key() == before
    victim = pictures / "cat" / "a.png"
    if change == "content":
        make_picture(victim, seed=77)
        os.utime(victim, ns=(1, 1))
    elif change == "name":
        victim.rename(victim.with_name("z.png"))
    elif change == "more":
        make_picture(pictures / "cat" / "new.png")
    else:
        victim.unlink()
    assert open_source(str(pictures)).key() != before


@pytest.mark.parametrize("pack", [lambda folder: folder, zipped, lambda it: tarred(it, ".tar")])
def test_two_places_have_two_keys(
    pictures: Path, tmp_path: Path, pack: Callable[[Path], Path]
) -> None:
    packed = pack(pictures)
    before = open_source(str(packed)).key()
    moved = packed.rename(tmp_path / f"moved{packed.suffix}")
    assert open_source(str(moved)).key() != before


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "npy", "idx"])
def test_a_change_within_size_and_time_is_seen(pictures: Path, tmp_path: Path, kind: str) -> None:
    """As `cp -p` or `rsync --times` would replace a file."""
    if kind in ("npy", "idx"):
        path = victim = tmp_path / ("x.npy" if kind == "npy" else "x-idx3-ubyte")
        if kind == "npy":
            np.save(path, np.full((3, 4, 4), 7, np.uint8))
        else:
            path.write_bytes(bytes((0, 0, 8, 3, *(0, 0, 0, 2) * 3)) + b"\7" * 8)
    elif kind == "folder":
        path, victim = pictures, pictures / "cat" / "a.png"
    else:
        path = victim = zipped(pictures, ZIP_STORED) if kind == "zip" else tarred(pictures, ".tar")
    source = open_source(str(path))
    status, content = victim.stat(), bytearray(victim.read_bytes())
    assert source.is_unchanged()
    middle = len(content) // 2 if kind in ("zip", "tar", "folder") else -1
    content[middle] ^= 1
    victim.write_bytes(content)
    os.utime(victim, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert victim.stat().st_size == status.st_size
    assert not source.is_unchanged()
    assert open_source(str(path)).key() != source.key()


def test_no_pictures_are_an_error_that_says_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no pictures .* it is empty"):
        open_source(str(tmp_path))
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"no pictures .* notes\.txt"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("spec", ["/does/not/exist", "digitz", "notes.unknown"])
def test_what_is_not_there_is_a_data_error(spec: str) -> None:
    with pytest.raises(DataError, match=r"does not exist|did you mean 'digits'|no data set"):
        open_source(spec)


def test_a_file_of_an_unknown_kind_is_refused(pictures: Path) -> None:
    with pytest.raises(DataError, match="unknown kind"):
        open_source(str(pictures / "cat" / "a.png"))


# archives


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_a_zip_is_read_as_the_folder_is(pictures: Path, method: int) -> None:
    folder, archive = open_source(str(pictures)), open_source(str(zipped(pictures, method)))
    assert names(archive) == names(folder)
    assert labels(archive) == labels(folder)
    assert pixels(archive) == pixels(folder)
    assert archive.classes == folder.classes


@pytest.mark.parametrize("suffix", TAR_SUFFIXES)
def test_a_tar_is_read_as_the_folder_is(pictures: Path, suffix: str) -> None:
    folder, archive = open_source(str(pictures)), open_source(str(tarred(pictures, suffix)))
    assert names(archive) == names(folder)
    assert labels(archive) == labels(folder)
    assert pixels(archive) == pixels(folder)


def test_a_large_zip_with_wide_fields_is_read(pictures: Path) -> None:
    path = pictures.with_suffix(".zip")
    content = (pictures / "cat" / "a.png").read_bytes()
    with ZipFile(path, "w") as archive, archive.open("a.png", "w", force_zip64=True) as file:
        file.write(content)
    assert pixels(open_source(str(path))) == [pixels(open_source(str(pictures)))[0]]


@pytest.mark.parametrize("name", ["../out.png", "/etc/out.png", "a/../../out.png", "C:\\out.png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_entries_that_point_outside_are_refused(
    pictures: Path, tmp_path: Path, name: str, kind: str
) -> None:
    path = tmp_path / f"evil.{kind}"
    inner = pictures / "cat" / "a.png"
    if kind == "zip":
        with ZipFile(path, "w") as archive:
            archive.write(inner, "fine.png")
            archive.writestr(name, inner.read_bytes())
    else:
        with tarfile.open(path, "w") as archive_:
            member = tarfile.TarInfo(name)
            member.size = inner.stat().st_size
            with inner.open("rb") as file:
                archive_.addfile(member, file)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match="points outside"):
        open_source(str(path))
    assert sorted(tmp_path.rglob("*")) == before


def test_links_in_a_tar_are_not_followed_but_named(pictures: Path) -> None:
    (pictures / "cat" / "secret.png").symlink_to("/etc/passwd")
    source = open_source(str(tarred(pictures, ".tar")))
    assert "cat/secret.png" not in names(source)
    assert len(source) == 5
    [(name, reason)] = source.strays()
    assert name == "cat/secret.png"
    assert "a link in the tar file, to /etc/passwd" in reason


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".npz"])
@pytest.mark.parametrize(
    "content",
    [b"", b"nothing of the kind", b"\x1f\x8b broken", b"BZh9 broken", b"\xfd7zXZ\0 broken"],
)
def test_files_that_are_not_what_they_are_called_are_refused(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError):
        open_source(str(path))


def test_a_truncated_zip_is_refused(pictures: Path) -> None:
    path = zipped(pictures)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="copy or download it again"):
        open_source(str(path))


def test_damage_inside_a_zip_is_found_by_its_checksum(pictures: Path) -> None:
    path = zipped(pictures, ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.find(b"IDAT") + 10] ^= 1
    path.write_bytes(content)
    source = open_source(str(path))
    broken = []
    for index in range(len(source)):
        try:
            source.read(index)
        except UnreadableError as error:
            broken.append(str(error))
    assert len(broken) == 1
    assert "CRC" in broken[0]


def test_a_zip_entry_that_lies_about_its_size_is_unreadable(pictures: Path) -> None:
    path = pictures.with_suffix(".zip")
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", b"\0" * 5_000_000)
    content = bytearray(path.read_bytes())
    place = content.rfind(b"PK\1\2")
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=r"bomb\.png"):
        open_source(str(path)).read(0)


# arrays


def array(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("shape", "mode"),
    [((3, 8, 6), "L"), ((3, 8, 6, 1), "L"), ((3, 8, 6, 3), "RGB"), ((3, 4, 8, 6), "RGBA")],
)
def test_arrays_of_every_layout(tmp_path: Path, shape: tuple[int, ...], mode: str) -> None:
    pictures = array(*shape)
    np.save(tmp_path / "x.npy", pictures)
    source = open_source(str(tmp_path / "x.npy"))
    image = source.read(1)
    expected = pictures[1].transpose(1, 2, 0) if mode == "RGBA" else pictures[1].squeeze()
    assert (len(source), image.size, image.mode) == (3, (6, 8), mode)
    assert np.array_equal(np.asarray(image), expected)
    assert source.label(0) is None


@pytest.mark.parametrize("compressed", [False, True])
def test_npz_with_labels_and_splits(tmp_path: Path, compressed: bool) -> None:
    train, test = array(5, 8, 8), array(2, 8, 8)
    save = np.savez_compressed if compressed else np.savez
    save(tmp_path / "x.npz", x_train=train, y_train=np.array([0, 1, 2, 1, 0]), x_test=test)
    source = open_source(str(tmp_path / "x.npz"))
    assert (source.splits, labels(source)) == (("train", "test"), [0, 1, 2, 1, 0])
    assert np.array_equal(chunk(source, 1, 3), train[1:3, ..., None])
    assert labels(open_source(str(tmp_path / "x.npz"), split="test")) == [None, None]


def test_npz_in_column_order_is_read_rightly(tmp_path: Path) -> None:
    pictures = np.asfortranarray(array(4, 8, 6))
    np.savez(tmp_path / "x.npz", images=pictures)
    chunk = open_source(str(tmp_path / "x.npz")).chunk(0, 4)
    assert chunk is not None
    assert np.array_equal(chunk[..., 0], pictures)


BAD_ARRAYS = [
    (np.zeros((3, 8, 8)), r"float64 from 0 to 0; convert by \(x \* 255\)"),
    (np.linspace(0, 1, 192).reshape(3, 8, 8), r"from 0 to 1; convert by \(x \* 255\)"),
    (np.linspace(-1, 1, 192).reshape(3, 8, 8), r"from -1 to 1; convert by \(\(x \+ 1\)"),
    (np.full((3, 8, 8), 200, np.int64), r"int64 from 200 to 200; convert by x\.round"),
    (np.zeros((3, 8, 8), bool), r"True and False"),
    (np.array([np.zeros((8, 8)), np.full((8, 8), np.nan)]), "NaN or infinity in picture 1"),
    (np.zeros((3, 64), np.uint8), r"found \(3, 64\)"),
    (np.zeros((), np.uint8), r"found \(\)"),
    (np.zeros((3, 8, 8, 2), np.uint8), r"1, 3 or 4 channels"),
    (np.zeros((2, 2, 3, 8, 8), np.uint8), "reshape"),
    (np.zeros((0, 8, 8), np.uint8), "found none"),
    (np.array(["a", "b"]), "save the pictures as an array of uint8"),
]


@pytest.mark.parametrize(("bad", "message"), BAD_ARRAYS)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_that_are_no_bytes_say_how_to_convert(
    tmp_path: Path, bad: NDArray[np.generic], message: str, suffix: str
) -> None:
    path = tmp_path / f"x{suffix}"
    np.save(path, bad) if suffix == ".npy" else np.savez(path, images=bad)
    with pytest.raises(DataError, match=message):
        len(open_source(str(path)))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.zeros(2, np.int64), "for each of 3 pictures"),
        (np.full(3, 0.5), "whole number"),
        (np.eye(3, dtype=np.int64), "argmax"),
        (np.array([0, -1, 2]), "number the classes from 0"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    tmp_path: Path, bad: NDArray[np.generic], message: str
) -> None:
    np.savez(tmp_path / "x.npz", images=array(3, 8, 8), labels=bad)
    with pytest.raises(DataError, match=message):
        len(open_source(str(tmp_path / "x.npz")))


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_pickled_objects_are_never_loaded(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    bad = np.array([{"a": 1}, None], dtype=object)
    np.save(path, bad, allow_pickle=True) if suffix == ".npy" else np.savez(path, images=bad)
    with pytest.raises(DataError):
        len(open_source(str(path)))


def test_a_truncated_npy_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", array(3, 8, 8))
    content = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(content[:-10])
    with pytest.raises(DataError, match="is truncated"):
        len(open_source(str(tmp_path / "x.npy")))


def test_npz_without_pictures_lists_what_it_holds(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", weights=np.zeros(3))
    with pytest.raises(DataError, match="found weights"):
        open_source(str(tmp_path / "x.npz"))


def write_idx(path: Path, content: NDArray[np.uint8]) -> None:
    header = bytes((0, 0, 8, content.ndim)) + struct.pack(f">{content.ndim}I", *content.shape)
    opener = gzip.open if path.suffix == ".gz" else open
    path.parent.mkdir(parents=True, exist_ok=True)
    with opener(path, "wb") as file:
        file.write(header + content.tobytes())


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_with_labels_beside_them(tmp_path: Path, suffix: str) -> None:
    pictures = array(3, 8, 6)
    write_idx(tmp_path / f"train-images-idx3-ubyte{suffix}", pictures)
    write_idx(tmp_path / f"train-labels-idx1-ubyte{suffix}", np.array([1, 0, 2], np.uint8))
    source = open_source(str(tmp_path / f"train-images-idx3-ubyte{suffix}"))
    assert labels(source) == [1, 0, 2]
    assert np.array_equal(np.asarray(source.read(2)), pictures[2])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(lambda it: it[:-1], "truncated"), (lambda it: b"\0\0\x0d" + it[3:], "00 00 0d")],
)
def test_bad_idx_files_are_refused(
    tmp_path: Path, spoil: Callable[[bytes], bytes], message: str
) -> None:
    path = tmp_path / "a-images-idx3-ubyte"
    write_idx(path, array(3, 8, 6))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError, match=message):
        len(open_source(str(path)))


# shards


def make_shards(folder: Path, pictures: Path, *, labelled: bool) -> str:
    files = sorted(pictures.rglob("*.png"))
    for shard, chosen in enumerate((files[:3], files[3:])):
        with tarfile.open(folder / f"part-{shard:03d}.tar", "w") as archive:
            for number, file in enumerate(chosen):
                archive.add(file, f"{number:06d}.png")
                label = folder / f"{number}.cls"
                label.write_text(str(number))
                if labelled:
                    archive.add(label, f"{number:06d}.cls")
    return str(folder / "part-{000..001}.tar")


def test_shards_with_and_without_labels(tmp_path: Path, pictures: Path) -> None:
    source = open_source(make_shards(tmp_path, pictures, labelled=True))
    assert sorted(labels(source), key=str) == [0, 0, 1, 1, 2]
    assert source.classes == ("0", "1", "2")
    assert sorted(pixels(source)) == sorted(pixels(open_source(str(pictures))))
    plain = open_source(make_shards(tmp_path, pictures, labelled=False))
    assert (len(plain), plain.classes) == (5, ())


def test_missing_shards_and_a_missing_package_are_named(
    tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_shards(tmp_path, pictures, labelled=False)
    with pytest.raises(DataError, match=r"1 of the 3 shards .*part-002\.tar"):
        open_source(str(tmp_path / "part-{000..002}.tar"))
    monkeypatch.setitem(__import__("sys").modules, "webdataset.shardlists", None)
    with pytest.raises(DataError, match=r"pip install 'webdataset>"):
        open_source(str(tmp_path / "part-{000..001}.tar"))


# the table


def test_digits_are_mnist_digits_in_mixed_order() -> None:
    digits = open_source("digits")
    assert (len(digits), digits.read(0).size, digits.read(0).mode) == (5000, (28, 28), "L")
    assert np.bincount([label for label in labels(digits) if label is not None]).tolist() == (
        [500] * 10
    )
    assert len(set(labels(digits)[:100])) == 10
    with pytest.raises(DataError, match="no split 'test'"):
        open_source("digits", split="test")


def test_names_that_the_issue_promises_are_in_the_table() -> None:
    promised = "digits mnist fashion-mnist kmnist usps svhn cifar10 celeba stl10 lsun-bedroom"
    assert set(promised.split()) <= set(NAMED)


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX alone")
def test_a_name_that_is_no_utf_8_costs_one_picture_and_not_all(pictures: Path) -> None:
    (pictures / "cat" / "a.png").rename(pictures / "cat" / os.fsdecode(b"\xff\xfe.png"))
    source = open_source(str(pictures))
    assert (len(source), source.classes) == (5, ("cat", "dog"))
    reasons = []
    for index in range(5):
        try:
            source.read(index)
        except UnreadableError as error:
            reasons.append(str(error))
    assert reasons == [r"cat/\udcff\udcfe.png: its name is not valid UTF-8; rename the file"]
    with tarfile.open(pictures.parent / "x.tar", "w") as archive:
        archive.add(pictures, arcname=".")
    packed = open_source(str(pictures.parent / "x.tar"))  # read by its place, whatever its name
    assert [packed.read(index).size for index in range(len(packed))] == [(16, 16)] * 5


@pytest.mark.skipif(os.name != "posix", reason="needs devices and pipes")
@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_what_never_ends_is_named_and_not_read(pictures: Path, kind: str) -> None:
    endless = pictures / "cat" / "endless.png"
    if kind == "device":
        endless.symlink_to("/dev/zero")
    else:
        os.mkfifo(endless)
    source = open_source(str(pictures))
    assert len(source) == 5
    assert list(source.strays()) == [("cat/endless.png", "not a plain file")]
    (found,) = find_inputs([str(endless)], direction="a2b")
    with pytest.raises(UnreadableError, match="not a plain file"):
        found.read()


@pytest.mark.skipif(os.name != "posix", reason="paths may be long on POSIX")
def test_folders_may_be_nested_deeper_than_functions(tmp_path: Path, make_picture: Maker) -> None:
    folders = [tmp_path / "x"]
    for _ in range(1_100):
        folders[-1].mkdir()
        folders.append(folders[-1] / "d")
    picture = make_picture(folders[-2] / "1.png")
    try:
        source = open_source(str(tmp_path / "x"))
        found = len(source), source.read(0).size
    finally:  # pytest would not get so deep either
        picture.unlink()
        for folder in reversed(folders[:-1]):
            folder.rmdir()
    assert found == (1, (16, 16))


# what each part of a key is for


@pytest.mark.parametrize("blind", ["times", "content"])
def test_times_and_content_each_show_a_change_alone(
    pictures: Path, monkeypatch: pytest.MonkeyPatch, blind: str
) -> None:
    """In a folder, and in a file; each time the other way of noticing is taken away."""
    if blind == "times":
        monkeypatch.setattr(fingerprint, "stamp", lambda status: 0)
        monkeypatch.setattr(files, "stamp", lambda status: 0)
    else:
        monkeypatch.setattr(fingerprint, "sample", lambda *_, **__: None)
        monkeypatch.setattr(files, "sample", lambda *_, **__: None)
    array = pictures.parent / "x.npy"
    np.save(array, np.full((2, 4, 4), 7, np.uint8))
    for spec, victim in ((pictures, pictures / "cat" / "a.png"), (array, array)):
        source = open_source(str(spec))
        status, content = victim.stat(), bytearray(victim.read_bytes())
        content[-1] ^= 1
        victim.write_bytes(content)
        os.utime(victim, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert not source.is_unchanged()
        assert open_source(str(spec)).key() != source.key()


def test_of_large_files_a_sample_of_the_content_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprint, "WHOLE", 1_000)
    monkeypatch.setattr(fingerprint, "stamp", lambda status: 0)
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((200, 32, 32), np.uint8))
    before = open_source(str(path)).key()
    content = bytearray(path.read_bytes())
    content[-1] = 1
    path.write_bytes(content)
    assert open_source(str(path)).key() != before


def test_other_labels_in_dataset_json_make_another_key(tmp_path: Path) -> None:
    folder = nvlabs(tmp_path / "set", [[name, 0] for name in nvlabs_names(6)])
    before = open_source(str(folder))
    content = json.dumps({"labels": [[name, 3] for name in nvlabs_names(6)]})
    (folder / "dataset.json").write_text(content)
    after = open_source(str(folder))
    assert (before.classes, after.classes) == (("0",), ("3",))
    assert before.key() != after.key()


@pytest.mark.parametrize("suffix", [".tar", ".zip"])
def test_an_archive_that_is_replaced_while_it_is_listed_has_changed(
    pictures: Path, make_picture: Maker, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tarred(pictures, suffix) if suffix == ".tar" else zipped(pictures)
    make_picture(pictures / "cat" / "a.png", seed=50)
    other = pictures.parent / "other"
    pictures.rename(other)
    newer = tarred(other, suffix) if suffix == ".tar" else zipped(other)
    kind = TarSource if suffix == ".tar" else ZipSource
    find = kind.find_entries

    def replaced(self: Any) -> Any:
        newer.replace(path)
        return find(self)

    monkeypatch.setattr(kind, "find_entries", replaced)
    assert not open_source(str(path)).is_unchanged()


@pytest.mark.skipif(os.name != "posix", reason="needs pipes")
def test_a_pipe_that_is_called_dataset_json_is_not_read(pictures: Path) -> None:
    os.mkfifo(pictures / "dataset.json")
    source = open_source(str(pictures))
    assert (source.classes, list(source.strays())) == (
        ("cat", "dog"),
        [("dataset.json", "not a plain file")],
    )


def test_another_dataset_json_below_is_a_stray(pictures: Path) -> None:
    for name in ("cat/dataset.json", "my_dataset.json"):
        (pictures / name).write_text("{}")
    found = [name for name, _ in open_source(str(pictures)).strays()]
    assert found == ["cat/dataset.json", "my_dataset.json"]


def test_labels_of_pictures_that_are_not_there_are_told(tmp_path: Path) -> None:
    listed = [[name, 1] for name in [*nvlabs_names(6), "00009/gone.png"]]
    with pytest.warns(DataWarning, match="holds 1 labels more"):
        open_source(str(nvlabs(tmp_path / "set", listed)))
    twice = [[name, 1] for name in [*nvlabs_names(6), nvlabs_names(1)[0]]]
    with pytest.raises(DataError, match="named twice"):
        open_source(str(nvlabs(tmp_path / "two", twice)))


def test_labels_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LABELS_LIMIT", 10)
    with pytest.raises(DataError, match=r"dataset\.json has .* at most 10 were expected"):
        open_source(str(nvlabs(tmp_path / "set", None)))


@pytest.mark.parametrize("other", ["testA", "cats", "train"])
def test_one_domain_without_the_other_is_no_class(pictures: Path, other: str) -> None:
    (pictures / "cat").rename(pictures / "trainA")
    (pictures / "dog").rename(pictures / other)
    if other == "testA":
        assert open_source(str(pictures), split="trainA").splits == ("trainA", "testA")
        with pytest.raises(DataError, match="pictures of two domains"):
            open_source(str(pictures))
    else:
        with pytest.raises(DataError, match=r"holds the folder trainA.*rename"):
            open_source(str(pictures))


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        (("seg_train/a", "seg_test/a", "seg_pred"), "seg_test/a, seg_train/a"),
        (("cat/train", "cat/test", "dog/train"), "cat/test, cat/train, dog/train"),
        (("train1/a", "train2/a", "test1/a"), "test1/a, train1/a"),
        (("apples/test", "apples", "pears"), "apples/test"),
        (("images/train", "images/val", "labels_vis/train"), "images/train, images/val"),
        (("bullet_train", "bus"), ""),
        (("trainers", "valleys", "contest"), ""),
    ],
)
def test_folders_that_sound_like_splits_but_are_read_as_one_set_are_told(
    tmp_path: Path, make_picture: Maker, folders: tuple[str, ...], said: str
) -> None:
    for folder in folders:
        make_picture(tmp_path / "set" / folder / "1.png")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        open_source(str(tmp_path / "set"))
    told = [str(each.message) for each in caught if "meant for splits" in str(each.message)]
    assert len(told) == bool(said)
    assert all(said in text for text in told)


def test_a_split_within_its_own_wrapper_keeps_its_classes(tmp_path: Path, pictures: Path) -> None:
    for split in ("training_set", "test_set"):
        shutil.copytree(pictures, tmp_path / "set" / split / split)
    for split in ("train", "test"):
        assert open_source(str(tmp_path / "set"), split=split).classes == ("cat", "dog")


def test_one_shard_opened_as_a_tar_says_how_to_read_its_classes(pictures: Path) -> None:
    (pictures / "cat" / "a.cls").write_text("0")
    packed = tarred(pictures / "cat", ".tar").rename(pictures / "w-007.tar")
    with pytest.warns(DataWarning, match=r"open it as shards: .*w-\{007\.\.007\}\.tar"):
        open_source(str(packed))


@pytest.mark.parametrize("name", ["digits", "stacked-digits"])
def test_what_is_a_part_of_zerosum_lies_in_no_folder(pictures: Path, name: str) -> None:
    with pytest.raises(DataError, match=f"for the folder write {pictures}"):
        open_source(f"{name}:{pictures}")
