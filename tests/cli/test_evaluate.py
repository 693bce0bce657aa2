"""`zerosum evaluate` and `zerosum compare` as a user meets them."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command_line import call
from zerosum.config import METRICS, RunConfig
from zerosum.evaluation.named import METRIC_FUNCTIONS
from zerosum.evaluation.records import read_scores
from zerosum.jobs import train_run
from zerosum.runs import Run


def folder_of(path: Path, pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> str:
    path.mkdir()
    for index, picture in enumerate(pictures):
        Image.fromarray(picture).save(path / f"{index:03d}.png")
    return str(path)


def noise(
    count: int, side: int = 16, seed: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Run:
    return train_run(replace(tiny, total_images=32), out=tmp_path / "run", quiet=True).run


def test_every_metric_in_the_help_can_be_measured() -> None:
    assert list(METRICS) == list(METRIC_FUNCTIONS)


def test_a_run(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    picture = run.path / "nearest.png"
    metrics = ",".join(set(METRICS) - {"stacked-modes", "partner", "accuracy"})
    words = ["--metrics", metrics, "--count", "60", "--real-count", "200", "--device", "cpu"]
    assert call("evaluate", str(run.path), *words, "--picture", str(picture)) == 0
    out = capsys.readouterr().out
    for name in (
        "FD-digits",
        "KD-digits",
        "recall-digits",
        "classes-digits",
        "SWD 28 px",
        "Parzen",
    ):
        assert name in out
    assert "real pictures 200" in " ".join(out.split())
    with Image.open(picture) as sheet:
        assert sheet.size[0] > 6 * 2 * 56
    (scores,) = read_scores(run.scores_path)
    # Of 200 real ones, 100 choose the deviation.
    assert "nats of 100 pictures" in scores.scores["Parzen log-likelihood"].how
    assert scores.subject == {"run": "run", "images": 32, "checkpoint": "latest"}
    assert (scores.leading, scores.protocol.generated) == ("KD-digits", 60)


def test_the_same_call_gives_the_same_scores(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(run.path), "--count", "50", "--real-count", "100", "--json", "--device", "cpu"]
    printed = []
    for _ in range(2):
        assert call("evaluate", *words) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0] == printed[1]
    first, second = read_scores(run.scores_path)
    assert first.scores == second.scores


def test_two_folders_and_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, photos = noise(20, seed=1), noise(30)
    one, two = folder_of(tmp_path / "made", made), folder_of(tmp_path / "photos", photos)
    assert call("evaluate", one, "--against", two, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["scores"]) == ["KD-pixels", "FD-pixels"]
    assert found["protocol"]["real"]["source"] == "photos"
    assert (found["protocol"]["generated"], found["protocol"]["real"]["pictures"]) == (20, 30)


def test_a_picture_of_another_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small, large = folder_of(tmp_path / "a", noise(9, 16)), folder_of(tmp_path / "b", noise(9, 24))
    assert call("evaluate", small, "--against", large) == 1
    assert "--size 24 24" in capsys.readouterr().err
    words = ["--size", "24", "24", "--json"]
    assert call("evaluate", small, "--against", large, *words) == 0
    assert json.loads(capsys.readouterr().out)["protocol"]["real"]["size"] == "24x24"


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (noise(1), "found 1 pictures"),
        (np.full((9, 16, 16, 3), 128, dtype=np.uint8), "features that are all the same"),
    ],
)
def test_pictures_that_have_no_spread(
    pictures: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real, made = folder_of(tmp_path / "real", pictures), folder_of(tmp_path / "made", noise(9))
    assert call("evaluate", made, "--against", real) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert call("evaluate", str(tmp_path / "empty"), "--against", "digits") == 1
    assert "no pictures" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return pictures.mean()", "and gave"),
        ("return pictures.flatten(1)[:-1]", "and gave"),
        ("return pictures.flatten(1) / 0", "NaN or infinity"),
    ],
)
def test_a_network_that_gives_the_wrong_thing(
    body: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"def look():\n    return see\n\ndef see(pictures):\n    {body}\n")
    made = folder_of(tmp_path / "made", noise(9))
    words = ["--against", made, "--features", f"{file}:look"]
    assert call("evaluate", made, *words) == 1
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["digits"], "--against SOURCE"),
        (["digits", "--against", "digits", "--metrics", "fid"], "did you mean 'frechet'"),
        (["digits", "--against", "digits", "--features", "inceptoin"], "did you mean 'inception'"),
        (["digits", "--against", "digits", "--count", "1"], "count must be at least 4"),
        (["digits", "--against", "digits", "--metrics", "stacked-modes"], "triples of digits"),
        (
            ["digits", "--against", "digits", "--features", "pixels", "--metrics", "is"],
            "--features digits",
        ),
        (["digits", "--against", "digits", "--split", "test"], "split"),
    ],
)
def test_what_cannot_be_measured(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("evaluate", *words) in (1, 2)
    assert message in " ".join(capsys.readouterr().err.split())


def test_stacked_digits_have_a_thousand_modes(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--features", "digits", "--metrics", "stacked-modes", "--count", "1000", "--json"]
    words += ["--real-count", "100"]
    source = "stacked-digits"
    assert call("evaluate", source, "--against", source, *words) == 0
    scores = json.loads(capsys.readouterr().out)["scores"]
    # Of 1,000 draws from 1,000 modes, 1,000 (1 - 1/e) modes are expected to occur.
    assert scores["modes-digits"]["value"] == pytest.approx(632, abs=40)


def test_compare(tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = replace(tiny, total_images=32, evaluate_every=16, evaluate_count=32)
    one, two = (
        train_run(replace(config, seed=seed), out=tmp_path / str(seed), quiet=True).run.path
        for seed in (0, 1)
    )
    capsys.readouterr()
    plot = tmp_path / "plot.png"
    assert call("compare", str(one), str(two), "--plot", str(plot)) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "KD-digits" in out
    assert "generated 32" in out
    with Image.open(plot) as picture:
        assert picture.size == (1_200, 450)
    other = replace(config, evaluate_count=64)
    three = train_run(other, out=tmp_path / "3", quiet=True).run.path
    capsys.readouterr()
    assert call("compare", str(one), str(three)) == 1
    error = capsys.readouterr().err
    assert "generated: 32 against 64" in error
    assert "must not be compared" in " ".join(error.split())


def test_compare_needs_scores(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", str(run.path)) == 1
    assert "has no scores yet" in capsys.readouterr().err
    assert call("compare", str(run.path / "nothing")) == 1
    assert "there is no folder" in capsys.readouterr().err


def test_broken_and_big_files_are_named_also_from_the_cache(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seed in (("made", 0), ("real", 1)):
        (tmp_path / name).mkdir()
        pixels = np.random.default_rng(seed).integers(0, 256, (9, 16, 16), dtype=np.uint8)
        for number, each in enumerate(pixels):
            Image.fromarray(each).save(tmp_path / name / f"{number}.png")
    (tmp_path / "made" / "broken.png").write_bytes(b"x")
    Image.new("L", (16, 17)).save(tmp_path / "made" / "big.png")
    words = ["evaluate", str(tmp_path / "made"), "--against", str(tmp_path / "real")]
    words += ["--features", "pixels", "--size", "16", "16", "--device", "cpu"]
    for _ in range(2):
        assert call(*words, "--pixel-limit", "256") == 0
        said = capsys.readouterr().err
        assert "left out 2 files" in said
        assert said.count("broken.png: not a picture") == said.count("big.png: refused as a") == 1
    assert call(*words) == 0
    assert "big.png" not in capsys.readouterr().err
