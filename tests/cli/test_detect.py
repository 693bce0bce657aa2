"""``zerosum detect``: marks, the detector of a run, and what it is honest about."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.quick_runs import KINDS
from zerosum import Generator
from zerosum.config import change
from zerosum.config.commands.detect import DetectConfig
from zerosum.data import open_source, scale
from zerosum.families.preparation import prepare_store
from zerosum.jobs import detector, resume_run, train_run
from zerosum.jobs.detector import CONDITIONS, detector_of
from zerosum.runs import Run

QUICK = ["--samples", "80", "--images", "640", "--device", "cpu"]

Detect = Callable[..., Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hardly at all, so that anybody tells its pictures from digits."""
    folder = tmp_path_factory.mktemp("runs")
    fields = {"images": 16, "evaluate_every": 0, "game.ema_half_life": None}
    config = change(KINDS["generation"](folder), fields)
    return train_run(config, out=folder / "run", quiet=True).run.path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Run:
    shutil.copytree(trained, tmp_path / "run")
    return Run(tmp_path / "run")


@pytest.fixture
def album(run: Run, tmp_path: Path) -> Path:
    """Three pictures that the run made, and three digits, one of them larger, one a JPEG."""
    made, source = tmp_path / "album", open_source("digits")
    zerosum.load(run.path, kind=Generator, device="cpu").save(made, count=3, seed=1)
    source.read(9).save(made / "real.png")
    source.read(10).save(made / "real.jpg", quality=95)
    source.read(11).resize((56, 56)).save(made / "real-large.png")
    return made


@pytest.fixture
def detect(run: Run, capsys: pytest.CaptureFixture[str]) -> Detect:
    def found(*words: str, code: int = 0) -> Any:
        assert call("detect", str(run.path), *words, *QUICK, "--json") == code
        return json.loads(capsys.readouterr().out)

    return found


def test_a_run_is_named_from_within_its_folder_too(
    run: Run, album: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.path)
    assert call("detect", ".", str(album), *QUICK, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["run"] == run.path.name
    assert call("sample", ".", "--count", "1", "--out", "made") == 0
    capsys.readouterr()
    assert call("detect", str(run.path), "made", *QUICK, "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["pictures"][0]["marks"][0]["facts"]["run"] == run.path.name
    assert not again["detector"]["new"]


def test_verdicts_marks_and_how_far_to_trust_them(detect: Detect, album: Path) -> None:
    found = detect(str(album))
    pictures = {each["picture"]: each for each in found["pictures"]}
    verdicts = {name: each["verdict"] for name, each in pictures.items()}
    assert verdicts == {
        **{f"00000{index}.png": "generated" for index in range(3)},
        **dict.fromkeys(("real.png", "real.jpg", "real-large.png"), "real"),
    }
    (mark,) = pictures["000002.png"]["marks"]
    assert mark["facts"] == {"run": "run", "seed": "1", "images_seen": "16", "index": "2"}
    assert pictures["real.png"]["marks"] == []
    tested = found["detector"]["tested"]
    assert [each["condition"] for each in tested] == list(CONDITIONS)
    for each in tested:  # Sixteen of each side were held out.
        halves = (each["false_alarms"]["value"] + each["misses"]["value"]) / 2
        assert each["accuracy"]["value"] == pytest.approx(1 - halves)
        assert each["accuracy"]["value"] * 32 == pytest.approx(
            round(each["accuracy"]["value"] * 32)
        )
        assert each["accuracy"]["error"] > 0
    assert tested[0]["accuracy"]["value"] > 0.9
    kinds = {name: each["tested"]["condition"] for name, each in pictures.items()}
    assert kinds["real.png"] == "as they are"
    assert kinds["real.jpg"].startswith("JPEG")
    assert kinds["real-large.png"].endswith("size and back")


def test_it_is_kept_and_made_anew_when_the_run_has_changed(
    detect: Detect, album: Path, run: Run
) -> None:
    picture = str(album / "real.png")
    first, second = detect(picture), detect(picture)
    assert (first["detector"]["new"], second["detector"]["new"]) == (True, False)
    assert first["pictures"][0]["tested"] == second["pictures"][0]["tested"]
    probabilities = [found["pictures"][0]["probability"] for found in (first, second)]
    assert probabilities[0] == pytest.approx(probabilities[1], abs=1e-6)
    assert first["detector"]["protocol"]["images_seen"] == 16
    run.detector_path.write_bytes(run.detector_path.read_bytes()[:-9])
    again = detect(picture)
    assert again["detector"]["new"]
    assert again["detector"]["tested"] == first["detector"]["tested"]
    resume_run(run.path, images=32, quiet=True)
    later = detect(picture)
    assert later["detector"]["new"]
    assert later["detector"]["protocol"]["images_seen"] == 32
    assert detect(picture, "--seed", "1")["detector"]["new"]


def test_what_the_terminal_shows(
    run: Run, album: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    (album / "none.png").write_bytes(b"none")
    assert call("detect", str(run.path), str(album), *QUICK) == 1
    printed = capsys.readouterr()
    assert "generated by the run run, seed 1, images seen 16, index 0" in printed.out
    assert all(name in printed.out for name in CONDITIONS)
    assert "It says nothing of other generators" in printed.out
    assert "1 picture was not looked at:" in printed.err
    assert "none.png: not a picture" in printed.err


def test_what_it_is_tested_on_was_held_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}
    train, test = detector.train_detector, detector.try_detector

    def training(pairs: Any, *rest: Any) -> Any:
        seen["learnt"] = pairs
        return train(pairs, *rest)

    def testing(network: Any, pairs: Any, progress: Any) -> Any:
        seen["tested"] = pairs
        return test(network, pairs, progress)

    monkeypatch.setattr(detector, "train_detector", training)
    monkeypatch.setattr(detector, "try_detector", testing)
    model = zerosum.load(run.path, kind=Generator, device="cpu")
    detector.detector_of(model, DetectConfig(samples=200, images=64, device="cpu"), quiet=True)
    for side in ("real", "fake"):
        learnt, tested = (
            {image.numpy().tobytes() for image in getattr(seen[name], side)}
            for name in ("learnt", "tested")
        )
        assert (len(learnt), len(tested)) == (160, 40)
        assert not learnt & tested


class Mirror(Generator):
    """A generator that is as good as can be: its images are real ones."""

    def sample(self, count: int, **how: Any) -> torch.Tensor:
        store = prepare_store(self.run.config(), quiet=True)
        chosen = np.random.default_rng(1).integers(len(store), size=count)
        return scale(torch.from_numpy(np.array(store.images[chosen])).permute(0, 3, 1, 2))


def test_of_a_perfect_generator_it_says_that_it_tells_nothing(run: Run) -> None:
    model = zerosum.load(run.path, kind=Generator, device="cpu")
    mirror = Mirror(run=run, game=model.game, images_seen=16)
    options = DetectConfig(samples=1_000, images=1_280, device="cpu")
    for each in detector_of(mirror, options, quiet=True).tested:
        assert each.accuracy.value == pytest.approx(0.5, abs=4 * each.accuracy.error)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["RUN", "no-such.png"], "no-such.png does not exist"),
        (["RUN", "NONE"], "none.png: not a picture"),
        (["RUN", "SMALL"], "small.png: "),
        (["CLASSIFIER", "SMALL"], "is not a run that makes pictures from nothing"),
        (["no-such", "SMALL"], "there is no folder no-such"),
        (["RUN", "SMALL", "--samples", "19"], "samples must be from 20"),
        (["RUN", "SMALL", "--images", "0"], "images must be from 1"),
        (["RUN", "SMALL", "--seed", "-1"], "expected a seed from 0"),
    ],
)
def test_what_cannot_be_looked_at(
    words: list[str], message: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none.png").write_bytes(b"none")
    Image.new("L", (9, 9)).save(tmp_path / "small.png")
    known = {
        "RUN": lambda: str(run.path),
        "NONE": lambda: str(tmp_path / "none.png"),
        "SMALL": lambda: str(tmp_path / "small.png"),
        "CLASSIFIER": lambda: _classifier(tmp_path),
    }
    line = [known[word]() if word in known else word for word in words]
    assert call("detect", *line, *([] if len(line) > 2 else QUICK)) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def _classifier(folder: Path) -> str:
    config = KINDS["classification"](folder)
    return str(train_run(config, out=folder / "classifier", quiet=True).run.path)
