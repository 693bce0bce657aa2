"""A name means one thing: the data set, in every command; a path is the folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.command_line import call
from zerosum.api import train
from zerosum.data import absolute, as_spec, is_named, open_source
from zerosum.data.sources import NAMED
from zerosum.errors import DataError, DataWarning

Maker = Callable[..., Path]


@pytest.fixture
def here(tmp_path: Path, make_picture: Maker, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with three pictures in a folder that is called as a data set is."""
    for number in range(3):
        make_picture(tmp_path / "digits" / f"{number}.png", size=(28, 28), mode="L", seed=number)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_name_is_the_data_set_and_a_path_the_folder(here: Path) -> None:
    with pytest.warns(DataWarning, match=r"digits is the data set .* is \./digits"):
        assert len(open_source("digits")) == 5000
    for spec in ("./digits", "digits/", str(here / "digits"), as_spec(Path("digits"))):
        assert len(open_source(spec)) == 3, spec


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_name_stays_a_name_whatever_lies_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    assert absolute(name) == name
    assert is_named(name)
    assert absolute(f"./{name}") == absolute(f"{name}/") == str(tmp_path / name)
    assert absolute(f"{name}:{name}") == f"{name}:{tmp_path / name}"


TINY = """--game.generator.base-channels 4 --game.discriminator.base-channels 4
    --images 16 --batch-size 3 --evaluate-every 0 --sample-count 2 --device cpu
    --pictures.size 28 28"""


@pytest.mark.parametrize(("source", "count"), [("digits", 5000), ("./digits", 3)])
def test_every_command_takes_it_alike_and_says_what_it_took(
    here: Path, capsys: pytest.CaptureFixture[str], source: str, count: int
) -> None:
    run = str(here / "run")
    commands = [
        ["data", "inspect", source],
        ["train", "dcgan-digits", "--data", source, "--dry-run", *TINY.split()],
        ["train", "dcgan-digits", "--data", source, "--out", run, *TINY.split()],
        ["evaluate", source, "--against", source, "--features", "pixels", "--count", "4"],
    ]
    expected = [f"{count} pictures in train", f"{count:,} of 28x28 pixels", "", ""]
    for words, text in zip(commands, expected, strict=True):
        if count == 3 and words[0] == "evaluate":
            continue  # three pictures have no spread
        code = call(*words)
        said = capsys.readouterr()
        assert code == 0, said.err
        assert text in said.out
        assert ("note: digits is the data set" in said.err) == (source == "digits")
        assert said.err.count("note:") <= 1


def test_what_python_calls_a_path_is_a_path(here: Path) -> None:
    fields = {
        "game.generator.base_channels": 4,
        "game.discriminator.base_channels": 4,
        "evaluate_every": 0,
    }
    model = train(
        "dcgan-digits",
        data=Path("digits"),
        images=6,
        batch_size=3,
        device="cpu",
        fields=fields,
        out=here / "run",
        quiet=True,
    )
    assert model.run.config().data == str(here / "digits")


def test_a_run_that_is_called_as_a_data_set_is_evaluated_by_its_path(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mnist").mkdir()
    (here / "mnist" / "config.json").write_text("{}")
    assert call("evaluate", "mnist") == 1
    assert "mnist is no run" in capsys.readouterr().err
    assert call("evaluate", "./mnist") == 1
    assert "config.json cannot be used" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_an_error_that_says_so(here: Path) -> None:
    (here / "digits").chmod(0)
    with pytest.raises(DataError, match="cannot be read"):
        open_source("./digits")
    (here / "digits").chmod(0o755)


def test_escapes_in_what_a_user_names_are_shown_and_not_sent(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("data", "inspect", "no\x1b[31msuch") == 1
    assert "\x1b" not in capsys.readouterr().err
