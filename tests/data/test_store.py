import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.runs_in_processes import HANGS
from zerosum.data import Store, StoreSettings, build_store, filling, open_source
from zerosum.data import store as store_module
from zerosum.data.smoothing import EdgeSmoothed
from zerosum.data.sources import Source, decoding
from zerosum.data.sources.arrays import ArraySource
from zerosum.data.sources.partners import Half, Reordered
from zerosum.data.sources.stacked import StackedSource
from zerosum.errors import DataError

Maker = Callable[..., Path]

SMALL = StoreSettings(size=(8, 8))


def build(folder: Path, cache: Path, settings: StoreSettings = SMALL, **others: Any) -> Store:
    return build_store(open_source(str(folder)), settings, cache=cache, **others)


def array_source(pixels: np.ndarray[Any, Any], name: str = "array") -> ArraySource:
    return ArraySource(name, origin=name, word=name, load=lambda: (pixels, None))


def left_in(cache: Path) -> list[str]:
    return sorted(it.name for it in cache.iterdir() if not it.name.endswith(".lock"))


def png(size: tuple[int, int] = (16, 16)) -> bytes:
    buffer = BytesIO()
    Image.effect_noise(size, 90).save(buffer, "png")
    return buffer.getvalue()


# what is in it


def test_pictures_and_labels_are_those_of_the_source(pictures: Path, tmp_path: Path) -> None:
    store = build(pictures, tmp_path / "cache", StoreSettings(size=(16, 16)))
    source = open_source(str(pictures))
    assert store.images.shape == (5, 16, 16, 3)
    assert store.labels is not None
    assert store.labels.tolist() == [0, 0, 0, 1, 1]
    assert (store.classes, store.shape, len(store)) == (("cat", "dog"), (3, 16, 16), 5)
    for index in range(5):
        assert np.array_equal(store.images[index], np.asarray(source.read(index)))


def test_many_threads_keep_the_order(tmp_path: Path) -> None:
    pixels = np.arange(1000, dtype=np.uint16).view(np.uint8).reshape(1000, 1, 2, 1)
    pixels = pixels.repeat(4, axis=1).repeat(4, axis=2)
    settings = StoreSettings(size=(2, 4), channels=3, fit="stretch", filter="nearest")
    store = build_store(array_source(pixels), settings, cache=tmp_path, workers=8)
    assert np.array_equal(store.images[:, 0, ::3, 0], pixels[:, 0, ::7, 0])


def test_progress_counts_up_to_the_end(pictures: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build(pictures, tmp_path / "cache", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (5, 5)
    assert seen == sorted(seen)


def test_a_store_is_mapped_and_read_only(pictures: Path, tmp_path: Path) -> None:
    store = build(pictures, tmp_path / "cache")
    assert isinstance(store.images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        store.images[0] = 0


# when it is built


def test_the_second_time_nothing_is_decoded(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(pictures, tmp_path / "cache")

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(store_module, "fill", fail)
    again = build(pictures, tmp_path / "cache")
    assert np.array_equal(first.images, again.images)
    assert first.identity == again.identity


def test_changed_files_and_changed_settings_make_another_store(
    pictures: Path, tmp_path: Path, make_picture: Maker
) -> None:
    cache = tmp_path / "cache"
    first = build(pictures, cache)
    other_filter = build(pictures, cache, StoreSettings(size=(8, 8), filter="box"))
    make_picture(pictures / "cat" / "a.png", seed=99)
    os.utime(pictures / "cat" / "a.png", ns=(5, 5))
    changed = build(pictures, cache)
    assert len({first.identity, other_filter.identity, changed.identity}) == 3
    assert not np.array_equal(first.images[0], changed.images[0])
    assert np.array_equal(first.images[1:], changed.images[1:])


def test_copies_are_alike_by_content_and_have_stores_of_their_own(
    pictures: Path, tmp_path: Path, make_picture: Maker
) -> None:
    """Equal names, sizes and times do not make two folders one."""
    cache, twin = tmp_path / "cache", tmp_path / "elsewhere" / "pictures"
    shutil.copytree(pictures, twin)
    first, copy = build(pictures, cache), build(twin, cache)
    assert first.identity == copy.identity
    assert first.path != copy.path
    for file in twin.rglob("*.png"):
        original = pictures / file.relative_to(twin)
        content = np.full((16, 16, 3), len(original.read_bytes()) % 251, np.uint8)
        Image.fromarray(content).save(file)
        with file.open("ab") as padded:
            padded.truncate(original.stat().st_size)
        os.utime(file, ns=(original.stat().st_atime_ns, original.stat().st_mtime_ns))
    other = build(twin, cache)
    assert not np.array_equal(other.images, first.images)
    assert other.identity != first.identity


def test_names_of_files_are_no_part_of_the_content_and_labels_are(
    pictures: Path, tmp_path: Path
) -> None:
    first = build(pictures, tmp_path / "cache").identity
    (pictures / "cat" / "a.png").rename(pictures / "cat" / "aa.png")
    assert build(pictures, tmp_path / "cache").identity == first
    (pictures / "cat").rename(pictures / "bat")
    assert build(pictures, tmp_path / "cache").identity != first


@pytest.mark.parametrize("change", ["another file", "one more byte", "removed"])
def test_files_that_change_while_they_are_read_make_no_store(
    pictures: Path, tmp_path: Path, change: str
) -> None:
    victim = pictures / "dog" / "e.png"

    def interfere(done: int, total: int) -> None:
        if change == "another file":
            victim.write_bytes((pictures / "cat" / "a.png").read_bytes())
        elif change == "one more byte":
            victim.write_bytes(victim.read_bytes() + b"x")
        else:
            victim.unlink()

    with pytest.raises(DataError, match="changed while they were read"):
        build(pictures, tmp_path / "cache", progress=interfere)
    assert left_in(tmp_path / "cache") == []


def test_an_array_overwritten_after_it_was_opened_makes_no_store(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.full((4, 8, 8, 3), 90, np.uint8))
    source = open_source(str(tmp_path / "x.npy"))
    np.save(tmp_path / "x.npy", np.full((4, 8, 8, 3), 91, np.uint8))
    with pytest.raises(DataError, match="changed while they were read"):
        build_store(source, SMALL, cache=tmp_path / "cache")


@pytest.mark.parametrize("damage", ["truncate", "no description", "broken description"])
def test_a_damaged_store_is_built_again(pictures: Path, tmp_path: Path, damage: str) -> None:
    first = build(pictures, tmp_path / "cache")
    expected = np.array(first.images)
    if damage == "truncate":
        os.truncate(first.path / "images.u8", 100)
    elif damage == "no description":
        (first.path / "store.json").unlink()
    else:
        (first.path / "store.json").write_text("{")
    assert np.array_equal(build(pictures, tmp_path / "cache").images, expected)


# unreadable files


def spoil(pictures: Path) -> set[str]:
    """Put four files that cannot be read among the five good ones; return their names."""
    good = (pictures / "cat" / "a.png").read_bytes()
    (pictures / "cat" / "broken.png").write_bytes(good[:30] + b"\0" * 20 + good[50:])
    (pictures / "cat" / "truncated.jpg").write_bytes(good[: len(good) // 2])
    (pictures / "dog" / "empty.png").write_bytes(b"")
    (pictures / "dog" / "text.png").write_text("this is no picture")
    (pictures / "dog" / "notes.txt").write_text("neither is this")
    return {
        "cat/broken.png",
        "cat/truncated.jpg",
        "dog/empty.png",
        "dog/text.png",
        "dog/notes.txt",
    }


def test_unreadable_files_are_named_and_left_out_and_nothing_else_is(
    pictures: Path, tmp_path: Path
) -> None:
    clean = build(pictures, tmp_path / "cache")
    bad = spoil(pictures)
    store = build(pictures, tmp_path / "cache")
    assert {name for name, _ in store.unreadable} == bad
    assert np.array_equal(store.images, clean.images)
    assert store.labels is not None
    assert store.labels.tolist() == [0, 0, 0, 1, 1]
    assert Store(store.path).unreadable == store.unreadable


@pytest.mark.parametrize("built_before", [False, True])
def test_strict_refuses_unreadable_files(
    pictures: Path, tmp_path: Path, built_before: bool
) -> None:
    assert len(build(pictures, tmp_path / "cache", strict=True)) == 5
    spoil(pictures)
    if built_before:
        build(pictures, tmp_path / "cache")
    with pytest.raises(DataError, match=r"cannot be used[\s\S]*leav\w+ out"):
        build(pictures, tmp_path / "cache", strict=True)


def test_no_readable_picture_is_an_error_that_names_some(tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    for index in range(12):
        (folder / f"{index:02d}.png").write_text("no")
    with pytest.raises(DataError, match=r"12 files cannot[\s\S]*00\.png[\s\S]*and 2 more"):
        build(folder, tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []


def test_a_decompression_bomb_is_refused_by_name(pictures: Path, tmp_path: Path) -> None:
    bomb = bytearray(png())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    bomb[29:33] = zlib.crc32(bomb[12:29]).to_bytes(4, "big")
    (pictures / "cat" / "bomb.png").write_bytes(bomb)
    store = build(pictures, tmp_path / "cache")
    assert len(store) == 5
    assert [name for name, _ in store.unreadable] == ["cat/bomb.png"]
    assert "decompression bomb" in store.unreadable[0][1]
    with pytest.raises(DataError, match=r"cat/bomb\.png.*bomb"):
        build(pictures, tmp_path / "cache", strict=True)


def test_the_limit_for_bombs_is_exact() -> None:
    assert decoding.decode(png((16, 16)), "a.png", pixel_limit=256).size == (16, 16)
    with pytest.raises(DataError, match="17x16 pixels"):
        decoding.decode(png((16, 17)), "a.png", pixel_limit=256)


# what does not fit


def test_one_small_picture_is_left_out_and_named_or_enlarged(
    pictures: Path, tmp_path: Path, make_picture: Maker
) -> None:
    make_picture(pictures / "cat" / "small.png", size=(5, 7))
    wanted = StoreSettings(size=(16, 16))
    store = build(pictures, tmp_path / "cache", wanted)
    ((name, reason),) = store.unreadable
    assert (len(store), name) == (5, "cat/small.png")
    assert "7x5" in reason
    assert "--pictures.enlarge" in reason
    with pytest.raises(DataError, match=r"1 files cannot be used, 6 should be"):
        build(pictures, tmp_path / "cache", wanted, strict=True)
    enlarged = StoreSettings(size=(16, 16), enlarge=True)
    assert len(build(pictures, tmp_path / "cache", enlarged)) == 6


def test_where_half_are_too_small_the_size_is_refused_with_the_smallest_and_the_ways_out(
    pictures: Path, tmp_path: Path, make_picture: Maker
) -> None:
    for number in range(5):
        make_picture(pictures / "cat" / f"small{number}.png", size=(9 - number, 7))
    with pytest.raises(
        DataError, match=r"16x16 .*cat/small4\.png has 7x5 .*, and 5 of 10 .*--pictures.enlarge"
    ):
        build(pictures, tmp_path / "cache", StoreSettings(size=(16, 16)))


def test_one_picture_without_alpha_is_left_out_and_named(
    tmp_path: Path, make_picture: Maker
) -> None:
    for number, mode in enumerate(("RGBA", "RGBA", "RGB")):
        make_picture(tmp_path / "in" / f"{number}.png", mode=mode, seed=number)
    store = build(tmp_path / "in", tmp_path / "cache", StoreSettings(size=(8, 8), channels=4))
    assert [name for name, _ in store.unreadable] == ["2.png"]
    assert "without alpha" in store.unreadable[0][1]


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_alpha_that_is_not_there_is_refused(
    tmp_path: Path, make_picture: Maker, mode: str
) -> None:
    make_picture(tmp_path / "in" / "a.png", mode=mode)
    with pytest.raises(DataError, match=r"a\.png: 4 channels.*ask for 3"):
        build(tmp_path / "in", tmp_path / "cache", StoreSettings(size=(8, 8), channels=4))


@pytest.mark.parametrize("channels", [1, 3])
def test_zeros_and_ones_are_not_bytes(tmp_path: Path, channels: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 2, (20, 8, 8, 1), np.uint8)
    settings = StoreSettings(size=(8, 8), channels=channels)
    with pytest.raises(DataError, match="multiply by 255"):
        build_store(array_source(pixels), settings, cache=tmp_path)
    assert len(build_store(array_source(pixels * 255, "b"), settings, cache=tmp_path)) == 20


# accidents


@pytest.mark.parametrize("fails_at", ["images", "description"])
def test_a_full_disk_is_explained_and_leaves_nothing(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module, "fill" if fails_at == "images" else "write_text", full)
    with pytest.raises(DataError, match="disk is full"):
        build(pictures, tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []
    monkeypatch.undo()
    assert len(build(pictures, tmp_path / "cache")) == 5


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_really_full_device_is_explained_too(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "IMAGES", "/dev/full")
    with pytest.raises(DataError, match="disk is full"):
        build(pictures, tmp_path / "cache")
    assert left_in(tmp_path / "cache") == []


BUILDER = """
import sys
from pathlib import Path
from zerosum.data import StoreSettings, build_store, open_source
folder, cache = sys.argv[1:]
def progress(done, total):
    print(done, flush=True)
    sys.stdin.readline()
store = build_store(
    open_source(folder), StoreSettings(size=(8, 8)), cache=Path(cache), progress=progress
)
print("whole", len(store), int(store.images.sum(dtype="int64")), flush=True)
"""


def start_builder(
    folder: Path, cache: Path, *, lines: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    """Start to build a store; at each step it says how far it is, and waits for a line."""
    command = [sys.executable, "-c", BUILDER, str(folder), str(cache)]
    return subprocess.Popen(command, stdin=lines, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def many(tmp_path: Path, make_picture: Maker) -> Path:
    for index in range(200):
        make_picture(tmp_path / "many" / f"{index:03d}.png", seed=index, size=(9, 9))
    return tmp_path / "many"


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
@pytest.mark.parametrize("swept_by", ["the same store", "another store"])
def test_a_build_that_is_killed_leaves_nothing_wrong(
    many: Path, pictures: Path, tmp_path: Path, swept_by: str
) -> None:
    cache = tmp_path / "cache"
    with start_builder(many, cache) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == "64\n"
        builder.send_signal(signal.SIGKILL)
    assert [it for it in left_in(cache) if not it.endswith(".building")] == []
    assert len(left_in(cache)) == 1
    if swept_by == "another store":
        other = build(pictures, cache)
        assert left_in(cache) == [other.path.name]
        return
    store = build(many, cache)
    assert len(store) == 200
    assert left_in(cache) == [store.path.name]


def test_two_builders_at_once_build_once_and_agree(many: Path, tmp_path: Path) -> None:
    # Neither waits for a line: the one that builds may be the one that is read second.
    builders = [
        start_builder(many, tmp_path / "cache", lines=subprocess.DEVNULL) for _ in range(2)
    ]
    lines = [builder.communicate(timeout=HANGS)[0].split("\n") for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0]
    assert lines[0][-2] == lines[1][-2]
    assert lines[0][-2].startswith("whole 200 ")
    assert sorted(len(it) for it in lines) == [2, 2 + 4]  # only one of them saw any progress


def test_a_description_is_data_that_anyone_can_read(pictures: Path, tmp_path: Path) -> None:
    store = build(pictures, tmp_path / "cache")
    about = json.loads((store.path / "store.json").read_text())
    assert about["settings"]["size"] == [8, 8]
    assert about["classes"] == ["cat", "dog"]
    raw = np.fromfile(store.path / "images.u8", np.uint8).reshape(store.images.shape)
    assert np.array_equal(raw, store.images)


# what was merged from trials


@pytest.mark.parametrize("kind", ["a file", "below a file"])
def test_a_cache_that_cannot_be_used_is_explained(
    pictures: Path, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "cache").write_text("a file")
    place = tmp_path / "cache" if kind == "a file" else tmp_path / "cache" / "below"
    with pytest.raises(DataError, match=r"cache.* cannot be written: .*ZEROSUM_CACHE"):
        build(pictures, place)


def test_a_store_whose_labels_were_damaged_is_built_again(pictures: Path, tmp_path: Path) -> None:
    first = build(pictures, tmp_path / "cache")
    labels = first.path / "labels.i64"
    labels.write_bytes(np.full(5, 99, "<i8").tobytes())
    assert np.asarray(build(pictures, tmp_path / "cache").labels).tolist() == [0, 0, 0, 1, 1]


def test_a_file_in_the_place_of_a_store_gives_way(pictures: Path, tmp_path: Path) -> None:
    first = build(pictures, tmp_path / "cache")
    shutil.rmtree(first.path)
    first.path.write_text("a file")
    assert len(build(pictures, tmp_path / "cache")) == 5


def test_sidecars_in_thousands_are_counted_and_not_all_kept(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "MOST_STRAYS", 3)
    for number in range(8):
        (pictures / "cat" / f"{number}.json").write_text("{}")
    store = build(pictures, tmp_path / "cache")
    assert [name for name, _ in store.unreadable] == [f"cat/{n}.json" for n in range(3)]
    assert Store(store.path).left_out == 8


def derived(base: Path, kind: str) -> Source:
    source = open_source(str(base))
    if kind == "half":
        return Half(source, "left")
    if kind == "reordered":
        return Reordered(source, np.arange(len(source))[::-1].copy())
    return EdgeSmoothed(source, StoreSettings(size=(8, 8)))


def test_triples_of_digits_that_change_have_changed(tmp_path: Path) -> None:
    pixels, labels = np.zeros((20, 8, 8), np.uint8), np.arange(20) % 10
    np.savez(tmp_path / "x.npz", images=pixels, labels=labels)
    triples = StackedSource(open_source(str(tmp_path / "x.npz")), count=4)
    assert triples.is_unchanged()
    np.savez(tmp_path / "x.npz", images=pixels + 1, labels=labels)
    assert not triples.is_unchanged()


@pytest.mark.parametrize("kind", ["half", "reordered", "smoothed"])
def test_what_is_derived_of_files_that_change_makes_no_store(
    pictures: Path, tmp_path: Path, kind: str
) -> None:
    def interfere(done: int, total: int) -> None:
        (pictures / "dog" / "e.png").write_bytes((pictures / "cat" / "a.png").read_bytes())

    settings = StoreSettings(size=(8, 8), enlarge=True)
    with pytest.raises(DataError, match="changed while they were read"):
        build_store(
            derived(pictures, kind), settings, cache=tmp_path / "cache", progress=interfere
        )
