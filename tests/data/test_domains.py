"""Two domains: how they are opened, kept, and drawn from."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from PIL import Image

from zerosum.data import (
    Batches,
    DomainBatches,
    Domains,
    Source,
    Store,
    StoreSettings,
    build_domains,
    make_domain_batches,
    open_domains,
    open_source,
)
from zerosum.data.scaling import unscale
from zerosum.data.smoothing import smooth_edges
from zerosum.data.sources.arrays import ArraySource
from zerosum.data.sources.partners import Half, Reordered
from zerosum.errors import ConfigError, DataError

Maker = Callable[..., Path]

SMALL = StoreSettings(size=(8, 8))


def names(source: Source) -> list[str]:
    return [source.image_name(index) for index in range(len(source))]


def numbered(count: int, *, first: int = 0) -> ArraySource:
    """Pictures of 8x10 pixels: number at the left, 255 minus the number at the right."""
    pixels = np.empty((count, 8, 10, 1), np.uint8)
    pixels[:] = np.arange(first, first + count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    pixels[:, :, 5:] = 255 - pixels[:, :, 5:]
    return ArraySource(
        f"from{first}", origin="here", word=f"{first} {count}", load=lambda: (pixels, None)
    )


def numbered_domains(cache: Path, a: int, b: int, **others: Any) -> Domains:
    settings = StoreSettings(size=(8, 10), channels=1)
    sources = numbered(a), numbered(b, first=100)
    return build_domains(sources, settings, cache=cache, **others)


@pytest.fixture
def folder(tmp_path: Path, make_picture: Maker) -> Path:
    """Two domains: three pictures and two, and one of each to test on."""
    folder = tmp_path / "two"
    for seed, name in enumerate(
        ("trainA/1", "trainA/2", "trainA/3", "trainB/x", "trainB/y", "testA/4", "testB/z")
    ):
        make_picture(folder / f"{name}.png", seed=seed)
    return folder


@pytest.fixture
def partners(tmp_path: Path, make_picture: Maker) -> Path:
    """Two domains of partners, of which B has other suffixes, so that its order is another."""
    folder = tmp_path / "partners"
    for seed, name in enumerate(("a", "a-b", "deep/c")):
        make_picture(folder / "trainA" / f"{name}.png", seed=seed)
    for seed, name in enumerate(("a.png", "a-b.bmp", "deep/c.PNG")):
        make_picture(folder / "trainB" / name, seed=10 + seed)
    return folder


# opening


def test_a_folder_of_two_domains(folder: Path) -> None:
    a, b = open_domains(str(folder))
    assert names(a) == ["trainA/1.png", "trainA/2.png", "trainA/3.png"]
    assert names(b) == ["trainB/x.png", "trainB/y.png"]
    a, b = open_domains(str(folder), split="test")
    assert (names(a), names(b)) == (["testA/4.png"], ["testB/z.png"])


def test_an_archive_of_two_domains(folder: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "two.zip", "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, f"wrapper/{file.relative_to(folder)}")
    a, b = open_domains(str(tmp_path / "two.zip"))
    assert (len(a), len(b), a.split, b.split) == (3, 2, "trainA", "trainB")


def test_one_source_for_each_domain(folder: Path, pictures: Path) -> None:
    a, b = open_domains("", data_a=str(folder / "trainA"), data_b=str(pictures))
    assert (len(a), len(b)) == (3, 5)
    a, b = open_domains("", data_a="digits", data_b=str(pictures))
    assert (a.name, len(b)) == ("digits-train", 5)


def test_the_folders_of_two_domains_may_be_named_one_by_one(folder: Path) -> None:
    together = open_domains(str(folder))
    apart = open_domains("", data_a=str(folder / "trainA"), data_b=str(folder / "trainB"))
    assert [len(source) for source in together] == [len(source) for source in apart]
    assert together[0].read(1) == apart[0].read(1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"data": ""}, "translates between two sets of pictures: --data FOLDER with trainA and"),
        ({"data": "", "pairing": "names"}, "--data-a SOURCE --data-b SOURCE"),
        ({"data": "", "pairing": "side-by-side"}, "A in the left half and B in the right half"),
        ({"data": "", "data_a": "digits"}, "found only --data-a; name --data-b"),
        ({"data": "", "data_b": "digits"}, "found only --data-b; name --data-a"),
        ({"data": "x", "data_a": "digits", "data_b": "mnist"}, "found all three"),
        (
            {"data": "", "data_a": "digits", "data_b": "mnist", "pairing": "side-by-side"},
            "found --data-a and --data-b",
        ),
    ],
)
def test_what_is_not_named_or_twice_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        open_domains(**arguments)


def test_an_ordinary_folder_is_not_two_domains(pictures: Path) -> None:
    with pytest.raises(DataError, match=r"found one in .*\(5 pictures\); give --data FOLDER.*or"):
        open_domains(str(pictures))
    with pytest.raises(DataError, match=r"found one in digits \(5000 pictures\)"):
        open_domains("digits")


def test_what_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no/such does not exist"):
        open_domains("no/such")
    with pytest.raises(DataError, match=r"domain B \(--data-b\): no data set .*'digitz'"):
        open_domains("", data_a="digits", data_b="digitz")
    (folder / "testB" / "z.png").unlink()
    with pytest.raises(DataError, match="no split 'testB'; it has trainA, trainB, testA"):
        open_domains(str(folder), split="test")
    with pytest.raises(DataError, match="no split 'valA'"):
        open_domains(str(folder), split="val")


@pytest.mark.parametrize("domain", ["A", "B"])
def test_an_empty_domain_is_named(folder: Path, tmp_path: Path, domain: str) -> None:
    for file in (folder / f"train{domain}").iterdir():
        file.unlink()
    with pytest.raises(DataError, match=f"domain {domain} is empty: .* none in train{domain}"):
        open_domains(str(folder))
    specs = {"A": "digits", "B": "digits"} | {domain: str(folder / f"train{domain}")}
    with pytest.raises(DataError, match=rf"domain {domain} \(--data-.\): no pictures in"):
        open_domains("", data_a=specs["A"], data_b=specs["B"])


def test_one_source_cannot_be_both_domains(folder: Path) -> None:
    with pytest.raises(DataError, match="A and B are both digits"):
        open_domains("", data_a="digits", data_b="digits")
    same = folder / "trainB" / ".." / "trainA"
    with pytest.raises(DataError, match="hold the same pictures"):
        open_domains("", data_a=str(folder / "trainA"), data_b=str(same))


def test_copies_of_one_source_cannot_be_both_domains(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "trainA", tmp_path / "copy")
    sources = open_domains("", data_a=str(folder / "trainA"), data_b=str(tmp_path / "copy"))
    with pytest.raises(DataError, match="hold the same pictures"):
        build_domains(sources, StoreSettings(size=(8, 8)), cache=tmp_path / "cache")


@pytest.mark.parametrize(("a", "b"), [("trainB", "trainA"), ("testB", "testA")])
def test_swapped_domains_are_noticed(folder: Path, a: str, b: str) -> None:
    with pytest.raises(DataError, match=r"look swapped.*exchange"):
        open_domains("", data_a=str(folder / a), data_b=str(folder / b))


# partners


def test_partners_by_name_stand_in_one_order(partners: Path) -> None:
    a, b = open_domains(str(partners), pairing="names")
    assert names(a) == ["trainA/a.png", "trainA/a-b.png", "trainA/deep/c.png"]
    assert names(b) == ["trainB/a.png", "trainB/a-b.bmp", "trainB/deep/c.PNG"]
    assert b.read(1).tobytes() == Image.open(partners / "trainB/a-b.bmp").tobytes()


def test_partners_by_name_in_two_sources(partners: Path) -> None:
    specs = {"data_a": str(partners / "trainA"), "data_b": str(partners / "trainB")}
    a, b = open_domains("", **specs, pairing="names")
    assert [a.partner_name(i) for i in range(3)] == [b.partner_name(i) for i in range(3)]
    assert names(b) == ["a.png", "a-b.bmp", "deep/c.PNG"]


def test_pictures_without_a_partner_are_named_and_counted(
    partners: Path, make_picture: Maker
) -> None:
    for number in range(7):
        make_picture(partners / "trainA" / f"alone{number}.png", seed=number)
    make_picture(partners / "trainB" / "other.png")
    expected = (
        r"found 7 of the 10 pictures of A without one \(trainA/alone0.png, .*alone4.png, 2 more\) "
        r"and 1 of the 4 pictures of B without one \(trainB/other.png\)"
    )
    with pytest.raises(DataError, match=expected):
        open_domains(str(partners), pairing="names")


def test_two_pictures_of_one_name_are_refused(partners: Path, make_picture: Maker) -> None:
    make_picture(partners / "trainB" / "a.bmp")
    with pytest.raises(DataError, match=r"domain B: .* trainB/a.bmp and trainB/a.png"):
        open_domains(str(partners), pairing="names")


def test_arrays_are_paired_by_number(tmp_path: Path) -> None:
    for number, name in enumerate("ab"):
        pixels = np.random.default_rng(number).integers(0, 256, (12, 8, 8), np.uint8)
        np.save(tmp_path / f"{name}.npy", pixels)
    specs = {"data_a": str(tmp_path / "a.npy"), "data_b": str(tmp_path / "b.npy")}
    a, b = open_domains("", **specs, pairing="names")
    assert [a.partner_name(i) for i in range(12)] == [b.partner_name(i) for i in range(12)]
    assert len({a.image_name(i) for i in range(12)}) == 12


def test_another_order_is_another_identity() -> None:
    base = open_source("digits")
    orders = (np.array([0, 1]), np.array([1, 0]), np.array([0, 1]))
    first, second, third = (Reordered(base, order).key() for order in orders)
    assert first == third != second
    assert first != base.key()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_halves_are_the_left_and_the_right(tmp_path: Path, make_picture: Maker, mode: str) -> None:
    make_picture(tmp_path / "both" / "1.png", size=(20, 10), mode=mode)
    left, right = open_domains(str(tmp_path / "both"), pairing="side-by-side")
    whole = np.asarray(Image.open(tmp_path / "both" / "1.png"))
    assert np.array_equal(np.asarray(left.read(0)), whole[:, :10])
    assert np.array_equal(np.asarray(right.read(0)), whole[:, 10:])
    assert left.key() != right.key()
    assert (left.name, right.split) == ("both-trainA", "trainB")


def test_halves_of_arrays_are_those_of_their_pictures() -> None:
    for side in ("left", "right"):
        half = Half(numbered(3), side)
        chunk = half.chunk(0, 3)
        assert chunk is not None
        assert np.array_equal(chunk[2, ..., 0], np.asarray(half.read(2)))


def test_pictures_of_odd_width_have_no_halves(tmp_path: Path, make_picture: Maker) -> None:
    make_picture(tmp_path / "both" / "good.png", size=(20, 10))
    make_picture(tmp_path / "both" / "odd.png", size=(21, 10))
    sources = open_domains(str(tmp_path / "both"), pairing="side-by-side")
    with pytest.raises(DataError, match=r"odd.png: expected two pictures .* found 21 columns"):
        sources[1].read(1)
    with pytest.raises(DataError, match=r"domain A cannot be read(.|\n)*odd.png: expected two"):
        build_domains(sources, SMALL, cache=tmp_path / "cache", paired=True)


def test_two_domains_are_not_side_by_side(folder: Path) -> None:
    with pytest.raises(DataError, match="side by side, found two domains; choose the pairing"):
        open_domains(str(folder), pairing="side-by-side")
    with pytest.raises(DataError, match="does not exist"):
        open_domains("no/such", pairing="side-by-side")


# stores


def test_domains_of_all_kinds_become_alike(tmp_path: Path, make_picture: Maker) -> None:
    """Unequal counts, grey beside RGB, transparent beside opaque, oblong beside square."""
    for index, size in enumerate(((20, 10), (9, 30), (16, 16))):
        make_picture(tmp_path / "trainA" / f"{index}.png", size=size, mode="L", seed=index)
    make_picture(tmp_path / "trainB" / "rgb.png", size=(40, 30), seed=7)
    Image.new("RGBA", (12, 12), (255, 0, 0, 0)).save(tmp_path / "trainB" / "clear.png")
    settings = StoreSettings(size=(8, 8), background=(0, 0, 255))
    domains = build_domains(open_domains(str(tmp_path)), settings, cache=tmp_path / "cache")
    assert (len(domains.a), len(domains.b), len(domains)) == (3, 2, 5)
    assert domains.a.shape == domains.b.shape == (3, 8, 8)
    grey, colour = domains.a.images, domains.b.images
    assert np.array_equal(grey[..., 0], grey[..., 2])
    assert (colour[0] == (0, 0, 255)).all()
    assert not np.array_equal(colour[1, ..., 0], colour[1, ..., 2])


def test_the_identity_is_that_of_all_stores(folder: Path, tmp_path: Path) -> None:
    sources, cache = open_domains(str(folder)), tmp_path / "cache"
    plain = build_domains(sources, SMALL, cache=cache)
    smoothed = build_domains(sources, SMALL, cache=cache, smoothed=True)
    swapped = build_domains(sources[::-1], SMALL, cache=cache)
    assert len({plain.identity, smoothed.identity, swapped.identity}) == 3
    assert plain.identity == build_domains(sources, SMALL, cache=cache).identity
    assert len(plain) == len(smoothed)


def test_unreadable_pictures_are_named_with_their_domain(folder: Path, tmp_path: Path) -> None:
    (folder / "trainA" / "2.png").write_text("no")
    (folder / "trainB" / "notes.txt").write_text("no")
    sources, cache = open_domains(str(folder)), tmp_path / "cache"
    domains = build_domains(sources, SMALL, cache=cache)
    assert [name for name, _ in domains.unreadable] == [
        "A: trainA/2.png",
        "B: trainB/notes.txt",
    ]
    assert (len(domains.a), len(domains.b)) == (2, 2)
    with pytest.raises(DataError, match=r"trainA/2.png cannot be used"):
        build_domains(sources, SMALL, cache=tmp_path / "other", strict=True)


def test_an_unreadable_picture_must_go_with_its_partner(partners: Path, tmp_path: Path) -> None:
    (partners / "trainB" / "a-b.bmp").write_text("no")
    sources = open_domains(str(partners), pairing="names")
    expected = (
        r"1 of the 3 pictures of domain B cannot be read(.|\n)*trainB/a-b.bmp: not a picture"
        r"(.|\n)*remove them and their partners"
    )
    with pytest.raises(DataError, match=expected):
        build_domains(sources, SMALL, cache=tmp_path / "cache", paired=True)


def test_a_stray_file_has_no_partner_and_does_no_harm(partners: Path, tmp_path: Path) -> None:
    (partners / "trainB" / "notes.txt").write_text("no")
    sources = open_domains(str(partners), pairing="names")
    domains = build_domains(sources, SMALL, cache=tmp_path / "cache", paired=True)
    assert len(domains.a) == len(domains.b) == 3
    assert [name for name, _ in domains.unreadable] == ["B: trainB/notes.txt"]


def test_paired_domains_are_of_one_length(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"found 3 in two-trainA and 2 in two-trainB"):
        build_domains(open_domains(str(folder)), SMALL, cache=tmp_path / "cache", paired=True)


def test_smoothed_pictures_are_those_of_b(folder: Path, tmp_path: Path) -> None:
    sources = open_domains(str(folder))
    domains = build_domains(sources, SMALL, cache=tmp_path / "cache", smoothed=True)
    assert domains.smoothed is not None
    for plain, smoothed in zip(domains.b.images, domains.smoothed.images, strict=True):
        assert np.array_equal(smoothed, smooth_edges(np.array(plain)))


def test_progress_runs_over_all_stores(folder: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    build_domains(
        open_domains(str(folder)),
        SMALL,
        cache=tmp_path / "cache",
        smoothed=True,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(3, 7), (5, 7), (7, 7)]


# batches


def lefts(images: torch.Tensor) -> list[int]:
    """The numbers of pictures that are not mirrored."""
    numbers: list[int] = unscale(images)[:, 0, 0, 0].tolist()
    return numbers


def test_each_domain_goes_through_its_own_epochs(tmp_path: Path) -> None:
    domains = numbered_domains(tmp_path, 12, 4)
    batches = make_domain_batches(domains, paired=False, batch_size=4, seed=0)
    shown = [batches.at(position) for position in (0, 4, 8)]
    assert sorted(n for batch in shown for n in lefts(batch.a)) == list(range(12))
    for batch in shown:
        assert sorted(lefts(batch.b)) == [100, 101, 102, 103]
        assert batch.smoothed is None


def test_unpaired_domains_have_orders_of_their_own(tmp_path: Path) -> None:
    domains = numbered_domains(tmp_path, 50, 50)
    unpaired = make_domain_batches(domains, paired=False, batch_size=50, seed=0).at(0)
    paired = make_domain_batches(domains, paired=True, batch_size=50, seed=0).at(0)
    assert [n - 100 for n in lefts(unpaired.b)] != lefts(unpaired.a)
    assert [n - 100 for n in lefts(paired.b)] == lefts(paired.a)
    assert torch.equal(unpaired.a, paired.a)


def test_partners_are_shuffled_mirrored_and_cut_alike(tmp_path: Path) -> None:
    """Both halves are the same noise, so whatever is done to one must be done to the other."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 9, 10, 3), np.uint8)
    pixels = np.concatenate([noise, noise], axis=2)
    whole = ArraySource("twins", origin="here", word="twins", load=lambda: (pixels, None))
    sources = Half(whole, "left"), Half(whole, "right")
    settings = StoreSettings(size=(9, 10))
    domains = build_domains(sources, settings, cache=tmp_path, paired=True)
    for paired in (True, False):
        batches = make_domain_batches(
            domains, paired=paired, batch_size=8, seed=3, flip=True, crop=(6, 6)
        )
        same = [torch.equal(batch.a, batch.b) for batch in map(batches.at, range(0, 96, 8))]
        assert all(same) if paired else not any(same)


def test_smoothed_pictures_show_b_in_the_same_cut(tmp_path: Path) -> None:
    domains = numbered_domains(tmp_path, 12, 6)
    twins = Domains(a=domains.a, b=domains.b, smoothed=domains.b)
    for paired, stores in ((False, twins), (True, Domains(domains.b, domains.b, domains.b))):
        batches = make_domain_batches(
            stores, paired=paired, batch_size=4, seed=1, flip=True, crop=(5, 7)
        )
        for position in range(0, 40, 4):
            batch = batches.at(position)
            assert batch.smoothed is not None
            assert torch.equal(batch.b, batch.smoothed)
            assert batch.b.shape == (4, 1, 5, 7)


def test_processes_share_the_batches_of_one(tmp_path: Path) -> None:
    domains = numbered_domains(tmp_path, 12, 7, smoothed=True)

    def batches(rank: int, processes: int) -> DomainBatches:
        return make_domain_batches(
            domains,
            paired=False,
            batch_size=6,
            seed=0,
            flip=True,
            crop=(7, 8),
            rank=rank,
            processes=processes,
        )

    whole, parts = batches(0, 1), [batches(rank, 2) for rank in range(2)]
    for position in (0, 6, 30):
        shared = [part.at(position) for part in parts]
        assert torch.equal(whole.at(position).a, torch.cat([part.a for part in shared]))
        assert torch.equal(whole.at(position).b, torch.cat([part.b for part in shared]))


def test_a_batch_larger_than_a_domain_names_the_domain(tmp_path: Path) -> None:
    domains = numbered_domains(tmp_path, 12, 4)
    with pytest.raises(ConfigError, match="domain B: batch_size is 8, but there are only 4"):
        make_domain_batches(domains, paired=False, batch_size=8, seed=0)
    with pytest.raises(ConfigError, match="domain A: crop must be"):
        make_domain_batches(domains, paired=False, batch_size=4, seed=0, crop=(9, 9))


def test_both_domains_have_one_batch_size(tmp_path: Path) -> None:
    store: Store = numbered_domains(tmp_path, 12, 4).a
    with pytest.raises(AssertionError):
        DomainBatches(Batches(store, batch_size=4, seed=0), Batches(store, batch_size=2, seed=0))


# real ones


def test_real_emoji_are_paired_by_code_point(real: Path) -> None:
    spec = str(real / "emoji_noto2twemoji.zip")
    a, b = open_domains(spec, pairing="names")
    assert len(a) == len(b) > 1_000
    for index in range(0, len(a), 100):
        assert a.image_name(index).removeprefix("trainA") == (
            b.image_name(index).removeprefix("trainB")
        )


def test_real_apples_and_oranges(real: Path, tmp_path: Path) -> None:
    sources = open_domains(str(real / "apple2orange_128.zip"), split="test")
    settings = StoreSettings(size=(36, 36))
    domains = build_domains(sources, settings, cache=tmp_path)
    assert len(domains.a) != len(domains.b)
    assert domains.unreadable == ()
    batches = make_domain_batches(
        domains, paired=False, batch_size=8, seed=0, flip=True, crop=(32, 32)
    )
    apples, oranges = batches.at(0).a.mean(dim=(0, 2, 3)), batches.at(0).b.mean(dim=(0, 2, 3))
    assert apples.shape == oranges.shape == (3,)
    assert oranges[1] > apples[1]  # oranges have more green in them than red apples have
