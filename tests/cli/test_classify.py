"""A classifier as a user meets it: trained, tested, asked, and refused what it cannot do."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import zerosum
from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from zerosum import Classifier
from zerosum.config import RunConfig, change, to_json
from zerosum.data import open_source
from zerosum.errors import DataWarning
from zerosum.evaluation.records import read_scores
from zerosum.families.loading import load
from zerosum.families.victims import load_victim
from zerosum.jobs import resume_run, train_run
from zerosum.recipes import recipe
from zerosum.runs import Run

SMALL: dict[str, Any] = {
    "game.network.base_channels": 4,
    "images": 640,
    "batch_size": 32,
    "log_every": 320,
    "evaluate_every": 320,
    "device": "cpu",
}


def folder_of(path: Path, *, classes: str = "01", count: int = 20, split: str = "") -> Path:
    """Digits in folders named after words, so that names and labels can be told apart."""
    words = {"0": "nought", "1": "ace", "7": "seven"}
    source = open_source("digits")
    found = dict.fromkeys(classes, 0)
    for index in range(len(source)):
        digit = str(source.label(index))
        if digit in found and found[digit] < count:
            target = path / split / words[digit] / f"{index}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            source.read(index).save(target)
            found[digit] += 1
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    folder_of(folder / "whole", classes="017")
    folder_of(folder / "split", classes="017", split="train")
    folder_of(folder / "split", classes="17", count=5, split="test")
    return folder


def small(**fields: Any) -> RunConfig:
    return change(recipe("classifier"), {**SMALL, **fields})


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("runs") / "run"
    return train_run(small(data=str(data / "whole"), seed=1), out=path, quiet=True).run


def test_the_classes_are_those_of_the_source(run: Run) -> None:
    model = load(run.path, kind=Classifier, device="cpu")
    assert model.classes == ("ace", "nought", "seven")
    assert to_json(model.run.config())["game"]["classes"] == list(model.classes)
    probabilities = model.classify(torch.zeros(5, 1, 28, 28), batch_size=2)
    assert probabilities.shape == (5, 3)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(5))
    assert not model.classifier.training
    logits = model.classifier(torch.zeros(5, 1, 28, 28))
    torch.testing.assert_close(logits.softmax(1), probabilities)


def test_it_is_tested_on_what_it_has_not_seen(run: Run) -> None:
    first, *_, last = read_scores(run.scores_path)
    assert (first.leading, last.images_seen) == ("accuracy", 640)
    assert (last.protocol.real["split"], last.protocol.real["pictures"]) == ("held out", 6)
    assert last.scores["cross-entropy"].estimate.value < 0.5
    assert first.scores["cross-entropy"].estimate.value > 0.8


def test_evaluate_tells_each_class(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("evaluate", str(run.path), "--device", "cpu", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    names = [
        "accuracy",
        "cross-entropy",
        *(f"accuracy of {n}" for n in ("ace", "nought", "seven")),
    ]
    assert list(found["scores"]) == names
    last = read_scores(run.scores_path)[-2 if len(read_scores(run.scores_path)) > 4 else -1]
    assert found["scores"]["accuracy"]["value"] == last.scores["accuracy"].estimate.value


def test_other_sources_are_matched_by_the_names_of_classes(
    run: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the split test nought is missing, so ace is 0 and seven is 1 there, but 0 and 2 here."""
    words = ["--against", str(data / "split"), "--device", "cpu", "--json"]
    assert call("evaluate", str(run.path), *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["protocol"]["real"]["split"] == "test"
    # Sevens would all be wrong if they were taken for noughts.
    assert found["scores"]["accuracy of seven"]["value"] > 0.5
    assert found["scores"]["accuracy of ace"]["value"] > 0.5


def test_classify(run: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = data / "split" / "test"
    (folder.parent / "broken.png").write_text("no picture")
    assert call("classify", str(run.path), str(folder), "--device", "cpu") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    answers = [line.split() for line in lines[1:]]
    assert sum(name.startswith(f"{label}/") for name, label, _ in answers) >= 7
    assert all(33.0 < float(confidence.strip("%")) <= 100.0 for *_, confidence in answers)
    words = [str(folder.parent / "broken.png"), str(folder / "ace"), "--device", "cpu", "--json"]
    assert call("classify", str(run.path), *words) == 1
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert [each["class"] for each in found["pictures"]] == ["ace"] * 5
    assert sum(found["pictures"][0]["probabilities"].values()) == pytest.approx(1.0, abs=1e-6)
    assert found["pictures"][0]["confidence"] == max(
        found["pictures"][0]["probabilities"].values()
    )
    assert found["failed"][0]["picture"] == "broken.png"
    assert "broken.png" in output.err


def test_every_file_that_is_not_classified_is_named(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photos"
    shutil.copytree(data / "split/test/ace", folder)
    (folder / "notes.txt").write_text("words")
    (folder / "broken.heic").write_bytes(b"no picture")
    Image.new("L", (70, 60)).save(folder / "big.png")
    words = [str(run.path), str(folder), "--device", "cpu", "--pixel-limit", "4199"]
    assert call("classify", *words) == 1
    printed = capsys.readouterr()
    assert "2 pictures were not classified" in printed.err
    assert "note: left out 1 file:" in printed.err
    for text in ("notes.txt: not a picture", "broken.heic: not a", "big.png: refused as a"):
        assert text in printed.err
    assert len(printed.out.splitlines()) == 6
    (folder / "broken.heic").unlink()
    assert call("classify", *words[:-1], "4200") == 0
    assert "notes.txt: not a picture" in capsys.readouterr().err


def test_no_picture_is_left_out_for_lying_beside_folders(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    album = tmp_path / "album"
    shutil.copytree(data / "split/test", album)
    shutil.copy(next((album / "ace").iterdir()), album / "one.png")
    assert call("classify", str(run.path), str(album), "--device", "cpu") == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 12
    assert "one.png" in printed.out
    assert "note" not in printed.err


@pytest.mark.parametrize(("source", "count"), [("digits", 5000), ("./digits", 5)])
def test_a_name_is_the_data_set_here_too(
    run: Run,
    data: Path,
    tmp_path: Path,
    source: str,
    count: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(data / "split/test/ace", tmp_path / "digits")
    monkeypatch.chdir(tmp_path)
    assert call("classify", str(run.path), source, "--device", "cpu") == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 1 + count
    assert ("note: digits is the data set" in printed.err) == (source == "digits")


def test_resuming_is_exact(data: Path, tmp_path: Path) -> None:
    config = small(data=str(data / "whole"), **{"game.labels_per_class": 5})
    whole = train_run(config, out=tmp_path / "whole", quiet=True).run
    half = train_run(change(config, {"images": 320}), out=tmp_path / "half", quiet=True).run
    resume_run(half.path, images=640, quiet=True)
    assert_same(weights(whole), weights(half))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sample"], "not a run that makes pictures from nothing: it classifies pictures"),
        (["walk", "--out", "walk.gif"], "not a run that makes pictures"),
        (["edit"], "not a run that makes pictures"),
        (["export", "out.pt2", "--direction", "a2b"], "it has no direction"),
        (["translate", "PICTURE"], "not a run that translates"),
        (["evaluate", "--metrics", "kid"], "not a run that makes pictures"),
        (["evaluate", "--direction", "a2b"], "translates nothing"),
        (["evaluate", "--against", "digits"], "class '0', which the run does not know"),
        (["classify", "no-such.png"], "does not exist"),
    ],
)
def test_what_a_classifier_cannot_do(
    words: list[str], message: str, run: Run, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = str(next((data / "whole" / "ace").iterdir()))
    command, *rest = [picture if word == "PICTURE" else word for word in words]
    assert call(command, str(run.path), *rest) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_run_that_generates_does_not_classify(
    tiny: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = train_run(change(tiny, {"images": 16}), out=tmp_path / "run", quiet=True).run
    picture = tmp_path / "a.png"
    Image.new("L", (28, 28)).save(picture)
    assert call("classify", str(made.path), str(picture)) == 1
    assert "not a run that classifies" in capsys.readouterr().err
    assert call("evaluate", str(made.path), "--metrics", "accuracy", "--count", "8") == 1
    assert "for runs that classify" in " ".join(capsys.readouterr().err.split())


def test_pictures_of_another_shape_are_refused(run: Run) -> None:
    with pytest.raises(
        zerosum.ZerosumError, match=r"\(n, 1, 28, 28\), got shape \(1, 3, 28, 28\)"
    ):
        load(run.path, kind=Classifier, device="cpu").classify(torch.zeros(1, 3, 28, 28))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"data": "unlabelled"}, "has no labels"),
        ({"data": "one"}, "only the class '0'"),
        ({"data": "whole", "game.labels_per_class": 19}, "'ace' has only 18 pictures"),
    ],
)
def test_sources_that_will_not_do(
    fields: dict[str, Any], message: str, data: Path, tmp_path: Path
) -> None:
    black, zeros = np.zeros((40, 28, 28), dtype=np.uint8), np.zeros(40, dtype=np.int64)
    np.save(tmp_path / "unlabelled.npy", black)
    np.savez(tmp_path / "one.npz", images=black, labels=zeros)
    place = {
        "unlabelled": tmp_path / "unlabelled.npy",
        "one": tmp_path / "one.npz",
        "whole": data / "whole",
    }[fields["data"]]
    with pytest.raises(zerosum.ZerosumError, match=message):
        train_run(small(**{**fields, "data": str(place)}), out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_nothing_held_out(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = small(data=str(data / "whole"), **{"game.held_out": 0.0, "images": 32})
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    assert not read_scores(run.scores_path)
    assert call("evaluate", str(run.path)) == 1
    assert "--against SOURCE" in capsys.readouterr().err


@pytest.mark.parametrize("others", [1, 3])
def test_a_class_too_rare_to_be_tested_is_named(
    others: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = folder_of(tmp_path / "data", classes="01", count=20)
    for file in sorted((data / "ace").iterdir())[others:]:
        file.unlink()
    words = [str(word) for name, word in SMALL.items() if name.startswith("game")]
    fields = ["--game.network.base-channels", *words, "--images", "64", "--batch-size", "16"]
    run = tmp_path / "run"
    code = call(
        *("train", "classifier", "--data", str(data), "--out", str(run), "--device", "cpu"),
        *fields,
        *("--evaluate-every", "32"),
    )
    assert code == 0
    said = capsys.readouterr().err
    scores = read_scores(Run(run).scores_path)
    if others == 1:
        assert "note: there is no picture to test on of 1 of 2 classes: ace; one class" in said
        assert not scores
        assert call("evaluate", str(run)) == 1
    else:
        assert "no picture to test on" not in said
        assert scores[-1].scores["accuracy"].how == "share of 3 pictures"


def test_a_test_split_without_some_classes_is_scored_and_they_are_named(
    data: Path, tmp_path: Path
) -> None:
    for split in ("train", "test"):
        shutil.copytree(data / "split" / split, tmp_path / "split" / split)
    config = small(data=str(tmp_path / "split"), images=64, batch_size=32)
    with pytest.warns(DataWarning, match="of 1 of 3 classes: nought$"):
        run = train_run(config, out=tmp_path / "run", quiet=True).run
    assert read_scores(run.scores_path)[-1].scores["accuracy"].how == "share of 10 pictures"


def test_all_pictures_of_a_folder_of_two_domains_are_classified(
    run: Run, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for domain in ("trainA", "trainB", "testA", "testB"):
        shutil.copytree(data / "split/test/ace", tmp_path / "two" / domain)
    assert call("classify", str(run.path), str(tmp_path / "two"), "--device", "cpu") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + 4 * 5


def test_a_class_without_pictures_is_no_class_to_draw(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "split/test", tmp_path / "set")
    (tmp_path / "set" / "none").mkdir()
    (tmp_path / "set" / "none" / "1.png").write_text("no picture")
    fields = {"game.conditional": "projection", "game.generator.base_channels": 4}
    with (
        pytest.warns(DataWarning, match=r"none/1\.png"),
        pytest.raises(zerosum.ZerosumError, match=r"class 'none' of .* has no picture"),
    ):
        zerosum.train(
            "dcgan-digits",
            data=tmp_path / "set",
            images=8,
            batch_size=4,
            device="cpu",
            fields=fields,
            out=tmp_path / "run",
            quiet=True,
        )


def test_a_classifier_by_name_beside_a_run_of_that_name_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(run.path, tmp_path / "digits")
    monkeypatch.chdir(tmp_path)
    with pytest.warns(DataWarning, match=r"the run that lies here .* is \./digits"):
        assert load_victim("digits", device=torch.device("cpu")).name == "digits"
    assert load_victim("./digits", device=torch.device("cpu")).classes == (
        "ace",
        "nought",
        "seven",
    )
