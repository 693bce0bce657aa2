"""Webdataset shards: all pictures have a class or none, and patterns are counted first."""

import gzip
import lzma
import tarfile
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from webdataset.shardlists import expand_urls

from zerosum.data import open_source
from zerosum.data.sources import Source, UnreadableError
from zerosum.data.sources.shardnames import NAME_LIMIT, count_names
from zerosum.errors import DataError, DataWarning

Files = dict[str, bytes]


def png(number: int) -> bytes:
    content = BytesIO()
    Image.new("L", (4, 4), number).save(content, "png")
    return content.getvalue()


def tarred(files: Files) -> bytes:
    content = BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    return content.getvalue()


def shards(
    folder: Path, *contents: Files, pack: Callable[[bytes], bytes] = bytes, form: str = "{}.tar"
) -> str:
    """Write shards 0.tar, 1.tar, ..., and give their pattern."""
    for number, files in enumerate(contents):
        (folder / form.format(number)).write_bytes(pack(tarred(files)))
    return str(folder / form.format(f"{{0..{len(contents) - 1}}}"))


def found(source: Source) -> list[tuple[int, str | None]]:
    """(grey, class) of every picture, sorted."""
    labels = [source.label(index) for index in range(len(source))]
    return sorted(
        (source.read(index).tobytes()[0], None if label is None else source.classes[label])
        for index, label in enumerate(labels)
    )


@settings(max_examples=80, deadline=None)
@given(
    labels=st.lists(
        st.lists(st.none() | st.integers(0, 10**12), max_size=5), min_size=1, max_size=4
    )
)
def test_each_picture_keeps_its_own_number_or_is_named(
    tmp_path_factory: pytest.TempPathFactory, labels: list[list[int | None]]
) -> None:
    grey = 0
    contents: list[Files] = []
    given_labels: dict[int, int | None] = {}
    for some in labels:
        files: Files = {}
        contents.append(files)
        for number, label in enumerate(some):
            grey += 1
            files[f"{number}.png"] = png(grey)
            given_labels[grey] = label
            if label is not None:
                files[f"{number}.cls"] = b"%d\n" % label
    pattern = shards(tmp_path_factory.mktemp("shards"), *contents)
    if not given_labels:
        with pytest.raises(DataError, match="no pictures"):
            open_source(pattern)
        return
    numbers = sorted({label for label in given_labels.values() if label is not None})
    without = [grey for grey, label in given_labels.items() if label is None]
    with warnings.catch_warnings(record=True) as notes:
        warnings.simplefilter("always", DataWarning)
        source = open_source(pattern)
    assert bool(notes) == bool(numbers and without)
    if len(without) > len(given_labels) / 2:
        assert (source.classes, list(source.strays())) == ((), [])
        assert found(source) == [(grey, None) for grey in given_labels]
    else:
        assert source.classes == tuple(map(str, numbers))
        kept = {grey: str(n) for grey, n in given_labels.items() if n is not None}
        assert found(source) == sorted(kept.items())
        assert len(list(source.strays())) == len(without)


def test_pictures_without_a_class_are_named_with_the_reason(tmp_path: Path) -> None:
    files = {"0.png": png(0), "0.cls": b"7", "1.png": png(1), "1.cls": b"7", "2.png": png(2)}
    with pytest.warns(DataWarning, match="2 pictures have a class .*, 1 not; .* named"):
        source = open_source(shards(tmp_path, files))
    assert source.classes == ("7",)
    [(name, reason)] = source.strays()
    assert name == "unlabelled/0/2.png"
    assert "no class" in reason


def test_a_large_number_is_one_class_and_not_millions(tmp_path: Path) -> None:
    files = {"0.png": png(0), "0.cls": b"200000000", "1.png": png(1), "1.cls": b" 03\n"}
    source = open_source(shards(tmp_path, files))
    assert source.classes == ("3", "200000000")
    assert found(source) == [(0, "200000000"), (1, "3")]


@pytest.mark.parametrize("text", [b"cat", b"", b"-1", b"1.0", b"1 2", b"\xb2", b"9" * 5000])
def test_a_class_must_be_a_whole_number_from_0(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(DataError, match=r"expected a number from 0 in 0\.cls, found"):
        open_source(shards(tmp_path, {"0.png": png(0), "0.cls": text}))


@pytest.mark.parametrize(
    "two", [("000017.jpg", "000017.png"), ("a/17.a.png", "a/17.b.png"), ("17.png", "17.x.y.png")]
)
def test_two_pictures_of_one_sample_are_both_kept_with_its_class(
    tmp_path: Path, two: tuple[str, str]
) -> None:
    label = f"{two[0].split('.')[0]}.cls"
    files = {two[0]: png(1), label: b"5", two[1]: png(2)}
    source = open_source(shards(tmp_path, files))
    assert [source.image_name(index) for index in range(2)] == [f"5/0/{name}" for name in two]
    assert found(source) == [(1, "5"), (2, "5")]


def test_two_classes_of_one_sample_are_refused(tmp_path: Path) -> None:
    files = {"0.png": png(0), "0.cls": b"1", "0.b.cls": b"2"}
    with pytest.raises(DataError, match=r"expected one class for a picture, found \[1, 2\]"):
        open_source(shards(tmp_path, files))


@pytest.mark.parametrize("form", ["{}.tar", "{}.tar.gz", "train-{}.tgz", "{}.txz"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_packed_shards_are_read_whatever_they_are_called(
    tmp_path: Path, form: str, pack: Callable[[bytes], bytes]
) -> None:
    contents = [{f"{i}.png": png(10 * s + i) for i in range(4)} for s in range(3)]
    source = open_source(shards(tmp_path, *contents, pack=pack, form=form))
    assert found(source) == [(10 * s + i, None) for s in range(3) for i in range(4)]


def test_a_truncated_shard_is_told_and_a_damaged_one_refused(tmp_path: Path) -> None:
    files = {
        f"{i}.{kind}": data for i in range(3) for kind, data in (("cls", b"1"), ("png", png(i)))
    }
    pattern = shards(tmp_path, files, files)
    whole = (tmp_path / "1.tar").read_bytes()
    (tmp_path / "1.tar").write_bytes(whole[: 5 * 1024 + 512 + 20])
    with pytest.warns(DataWarning, match=r"1\.tar ends without an end mark"):
        source = open_source(pattern)
    assert (len(source), source.classes) == (6, ("1",))
    with pytest.raises(UnreadableError, match=r"1/1/2\.png: cut off"):
        source.read(5)
    (tmp_path / "1.tar").write_bytes(whole[:1024] + b"!" * 512 + whole[1536:])
    with pytest.raises(DataError, match=r"1\.tar is damaged at byte 1024"):
        open_source(pattern)


def test_a_class_that_is_cut_off_is_none(tmp_path: Path) -> None:
    files = {"0.png": png(0), "0.cls": b"12", "1.png": png(1), "1.cls": b"12"}
    pattern = shards(tmp_path, files)
    content = (tmp_path / "0.tar").read_bytes()
    (tmp_path / "0.tar").write_bytes(content[: 7 * 512 + 1])
    with pytest.warns(DataWarning):
        source = open_source(pattern)
    assert found(source) == [(0, "12")]
    assert [name for name, _ in source.strays()] == ["unlabelled/0/1.png"]


def test_a_shard_that_is_replaced_has_changed(tmp_path: Path) -> None:
    files = [{"a.png": png(1), "a.cls": b"0"}, {"b.png": png(2), "b.cls": b"1"}]
    source = open_source(shards(tmp_path, *files))
    assert source.is_unchanged()
    (tmp_path / "1.tar").write_bytes(tarred({"b.png": png(3), "b.cls": b"1", "more": b"text"}))
    assert not source.is_unchanged()


def test_shards_have_no_other_split(tmp_path: Path) -> None:
    pattern = shards(tmp_path, {"0.png": png(0)})
    with pytest.raises(DataError, match="shards have no split 'test'"):
        open_source(pattern, split="test")


# patterns

PLAIN = st.text("ab-.$\\", max_size=3)
NUMBER = st.integers(-30, 30).map(str) | st.sampled_from(["007", "-0", "00"])
LETTER = st.sampled_from("aczAZ")
STEP = st.sampled_from(["", "..1", "..2", "..-3", "..0"])
RANGE = st.builds("{{{}..{}{}}}".format, NUMBER, NUMBER, STEP) | st.builds(
    "{{{}..{}{}}}".format, LETTER, LETTER, STEP
)
PATTERN = st.recursive(
    PLAIN | RANGE,
    lambda inner: (
        st.lists(inner, max_size=3).map("".join)
        | st.lists(inner, min_size=1, max_size=3).map(lambda some: f"{{{','.join(some)}}}")
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(pattern=PATTERN)
def test_names_are_counted_as_webdataset_spells_them_out(pattern: str) -> None:
    if "$" in pattern or (count := count_names(pattern)) > 10_000:
        return  # webdataset puts variables of the environment in place of ${...}
    try:
        names = expand_urls(pattern)
    except ValueError:  # unbalanced braces
        return
    assert count == len(names)


@pytest.mark.parametrize(
    "pattern",
    [
        "{0..999999999}.tar",
        "{999999999..0}.tar",
        "{0..999999999\n}.tar",
        "{0..9999}{0..9999}.tar",
        "{a,b{0..999999999}}.tar",
        "{x{0..9999}{a..z}{0..99}}.tar",
        "{0..9}" * 200 + ".tar",
        f"{{1..{NAME_LIMIT + 1}}}.tar",
    ],
)
def test_too_many_names_are_refused_before_they_are_spelt_out(pattern: str) -> None:
    with pytest.raises(DataError, match=r"stands for \d+ shards, at most 1000000"):
        open_source(pattern)


@pytest.mark.parametrize(
    "pattern", ["{0..1.tar}x}.tar", "{" * 5000 + "}" * 5000 + ".tar", f"{{0..{'9' * 5000}}}.tar"]
)
def test_a_pattern_that_makes_no_sense_is_a_data_error(pattern: str) -> None:
    with pytest.raises(DataError):
        open_source(pattern)
