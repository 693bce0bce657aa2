"""What may be read through the browser, and what is no way out of it."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from zerosum.config.json import change
from zerosum.data.sets import TEXTS
from zerosum.data.sources.named import NAMED
from zerosum.recipes import recipe
from zerosum.studio.places import Places
from zerosum.studio.refusals import FieldError, ForbiddenError, MissingError


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Photos may be read, secrets may not; links lead from one to the other."""
    for name in ("photos/cats", "photos/.hidden", "secrets", "runs/first", "photos2"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "secrets" / "a.png").touch()
    for name in ("cats/1.png", "b.zip", "a.npy", "notes.txt", "3.JPG", "t-1.tar"):
        (tmp_path / "photos" / name).touch()
    (tmp_path / "photos" / "out").symlink_to(tmp_path / "secrets")
    (tmp_path / "photos" / "in").symlink_to(tmp_path / "photos" / "cats")
    (tmp_path / "photos" / "out.png").symlink_to(tmp_path / "secrets" / "a.png")
    (tmp_path / "photos" / "nowhere.png").symlink_to("nowhere")
    os.mkfifo(tmp_path / "photos" / "pipe.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "secrets"))
    return Places((tmp_path / "photos",), tmp_path / "runs")


def test_what_lies_in_a_folder(places: Places, tmp_path: Path) -> None:
    found = places.browse("photos")
    assert [(each["name"], each["kind"]) for each in found["entries"]] == [
        ("a.npy", "array"),
        ("b.zip", "archive"),
        ("cats", "folder"),
        ("in", "folder"),
        ("t-1.tar", "archive"),
        ("3.JPG", "picture"),
    ]
    assert found["path"] == str(tmp_path / "photos")
    assert found["parent"] is None
    assert found["pictures"] == 1
    inner = places.browse(found["entries"][2]["path"])
    assert inner["parent"] == str(tmp_path / "photos")
    assert places.browse(None)["entries"][0]["path"] == str(tmp_path / "photos")


def test_many_pictures_are_counted_and_not_listed(places: Places, tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / "photos" / "cats" / f"{number}.png").touch()
    found = places.browse("photos/cats")
    assert found["pictures"] == 300
    assert len(found["entries"]) == 100


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            ".",
            "..",
            "/",
            "/etc",
            "/etc/passwd",
            "secrets",
            "photos2",
            "photos/..",
            "~",
            "~root",
        ),
        *("photos/out", "photos/out/", "photos/out/a.png", "photos/out.png", "photos/../secrets"),
        *(
            "photos/cats/../../secrets",
            "photos/in/../../secrets",
            "//etc",
            "photos\0",
            "\0",
            "~/x",
        ),
        *(
            "C:\\",
            "\\\\host\\share",
            "file:///etc",
            "photos/./../..",
            "\udc80",
            "\ud800",
            "x" * 9999,
        ),
        *("/proc/self/root", "/proc/self/cwd", "/dev/fd/0", "photos/nowhere.png/../.."),
    ],
)
def test_nothing_leads_out(places: Places, path: str) -> None:
    with pytest.raises(ForbiddenError, match="is in none of the folders"):
        places.browse(path)
    with pytest.raises(ForbiddenError):
        places.require_source(path)


@pytest.mark.parametrize(
    "source",
    [
        *("mnist:/etc", "mnist:photos/../secrets", "mnist:~", "cifar10:photos/out"),
        *(
            "photos/{a,../secrets/b}.tar",
            "photos/{1..2}/x.tar",
            "photos/a.tar::secrets/{1..2}.tar",
        ),
        *("secrets/t-{1..2}.tar", "{photos,secrets}/t-{1..2}.tar"),
    ],
)
def test_no_source_leads_out(places: Places, source: str) -> None:
    with pytest.raises(ForbiddenError):
        places.require_source(source)
    with pytest.raises(FieldError) as caught:
        places.require_config(change(recipe("dcgan-digits"), {"data": source}))
    assert caught.value.field == "data"


@pytest.mark.parametrize(
    "source",
    ["digits", "mnist", "mnist:photos", "photos", "./photos/b.zip", "photos/t-{1..3}.tar"],
)
def test_what_may_be_read_is_not_refused(places: Places, source: str) -> None:
    places.require_source(source)


def test_pictures_that_are_gone_are_refused_before_their_run_waits(places: Places) -> None:
    usual = recipe("dcgan-digits")
    for source in ("photos/gone", "photos/gone.zip"):
        with pytest.raises(FieldError, match="does not exist; check the path") as caught:
            places.require_config(change(usual, {"data": source}))
        assert caught.value.field == "data"
    for source in ("photos", "digits", "mnist:photos/later", "photos/t-{1..3}.tar"):
        places.require_config(change(usual, {"data": source}))


def test_all_data_sets_with_names_are_known_as_such() -> None:
    """One that is not would be taken for a path, and then be read from any folder."""
    assert set(TEXTS) == set(NAMED)


def test_a_victim_is_a_name_or_a_run(places: Places, tmp_path: Path) -> None:
    usual = change(recipe("advgan"), {"data": "digits"})
    places.require_config(change(usual, {"game.victim": "digits"}))
    places.require_config(change(usual, {"game.victim": "runs/first"}))
    places.require_config(change(usual, {"game.victim": "torchvision:resnet18"}))
    # Also one that is not there yet, or is found in the home folder, or is no run of this folder.
    outside = ("later", "~/run", "~", "photos/cats", "runs/../secrets", "torchvision:../x")
    for victim in ("secrets", str(tmp_path), "photos/out", *outside):
        with pytest.raises(FieldError) as caught:
            places.require_config(change(usual, {"game.victim": victim}))
        assert caught.value.field == "game.victim"


def test_what_is_not_there_is_missing(places: Places) -> None:
    for path in ("photos/none", "photos/b.zip"):
        with pytest.raises(MissingError, match="There is no folder"):
            places.browse(path)


def test_a_folder_that_is_a_link_may_be_named(places: Places, tmp_path: Path) -> None:
    """As where pictures lie on another disk."""
    (tmp_path / "link").symlink_to(tmp_path / "secrets")
    linked = replace(places, folders=(tmp_path / "link",))
    assert [each["name"] for each in linked.browse("link")["entries"]] == ["a.png"]
    assert json.dumps(linked.browse("link")).count("secrets") == 0


def test_a_home_folder_is_not_that_of_its_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``~`` is read as another folder, so it is judged as that one."""
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path / "photos")
    monkeypatch.setenv("HOME", str(tmp_path))
    places = Places((tmp_path / "photos",), tmp_path / "runs")
    for source in ("~", "~/secrets", "mnist:~"):
        with pytest.raises(ForbiddenError):
            places.require_source(source)
    places.require_source("~/photos")
