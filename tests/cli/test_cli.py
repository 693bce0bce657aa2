"""The command line as a user meets it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command_line import call
from helpers.runs_in_processes import environment
from zerosum.config import RunConfig
from zerosum.jobs import train_run
from zerosum.runs import Run


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Run:
    return train_run(tiny, out=tmp_path / "run", quiet=True).run


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["train", "--help"],
        ["recipes"],
        ["walk", "--help"],
        ["project", "--help"],
        ["export", "--help"],
        ["edit", "--help"],
        ["classify", "--help"],
        ["train", "dcgan-digits", "--help-all"],
        ["attack", "--help"],
        ["evaluate", "--help"],
        ["data", "--help"],
    ],
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from zerosum.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as exit: assert not exit.code, exit.code\n"
        "heavy = {'torch', 'torchvision', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, *words], check=True, env=environment(), capture_output=True
    )


def test_help_on_no_recipe_imports_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from zerosum.cli import main\n"
        "from zerosum.recipes import RECIPES\n"
        "for name in RECIPES:\n"
        "    try: main(['train', name, '--help-all'])\n"
        "    except SystemExit as exit: assert not exit.code, (name, exit.code)\n"
        "    heavy = {'torch', 'torchvision', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "    assert not heavy, (name, heavy)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env=environment(), capture_output=True
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--help"], ["train", "resume", "sample", "recipes", "data", "first run"]),
        (["help"], ["usage: zerosum COMMAND"]),
        (["version"], ["zerosum 0."]),
        (["train", "--help"], ["dcgan-digits", "wgan-gp-cifar10", "--dry-run", "torchrun"]),
        (["recipes"], ["mnist-gan-2018", "dcgan-faces"]),
        (["recipes", "dcgan-faces"], ['"latent_size": 128', "celeba"]),
        (["train", "dcgan-digits", "--help"], ["--game.objective", "--data", "--out"]),
        (["train", "dcgan-digits", "--help-all"], ["--game.penalties.r1.weight", "--strict"]),
        (["resume", "--help"], ["--images", "--stretch"]),
        (["sample", "--help"], ["--grid", "--out", ".npz", "--truncation"]),
        (["walk", "--help"], ["--seeds", "walk.gif", "--columns"]),
        (["project", "--help"], ["PICTURE...", "--features", "--steps"]),
        (["edit", "--help"], ["--directions", "--reach"]),
        (["export", "--help"], [".onnx", ".pt2", "--direction"]),
        (["data", "--help"], ["inspect", "--picture"]),
        (["data", "inspect", "--help"], ["--picture"]),
    ],
)
def test_help_teaches(
    words: list[str], expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words) == 0
    output = capsys.readouterr().out
    for text in expected:
        assert text in output


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], 2, "usage: zerosum COMMAND"),
        (["trian"], 2, "did you mean 'train'?"),
        (["eval"], 2, "did you mean 'evaluate'?"),
        (["generate"], 2, "did you mean 'sample'?"),
        (["inspect"], 2, "did you mean 'data inspect'?"),
        (["train"], 2, "usage: zerosum train RECIPE"),
        (["train", "dcgan"], 2, "'dcgan-digits', 'dcgan-mnist', 'dcgan-svhn', 'dcgan-cifar10' or"),
        (["train", "faces"], 2, "did you mean 'dcgan-faces', 'r3gan-faces32'"),
        (["train", "xyz"], 2, "unknown recipe 'xyz'. Known: adda"),
        (["train", "dcgan-digit"], 2, "did you mean 'dcgan-digits'?"),
        (["recipes", "dcgan-digit"], 2, "did you mean 'dcgan-digits'?"),
        (["train", "dcgan-digits", "--batch-sise", "3"], 2, "--batch-size"),
        (["train", "dcgan-digits", "--batch-size", "many"], 2, "many"),
        (["train", "dcgan-digits", "--images", "-4"], 1, "must be greater than 0, got -4"),
        (["train", "dcgan-digits", "--batch-size", "6000"], 1, "only 5000 pictures"),
        (["train", "dcgan-digits", "--batch-size", "1"], 1, "at least 2 pictures"),
        (["train", "dcgan-digits", "--data", "no/such"], 1, "does not exist"),
        (["train", "dcgan-digits", "--device", "gpu"], 1, "cannot be used here"),
        (["train", "dcgan-digits", "--pictures.size", "64", "64"], 1, "enlarge"),
        (["resume", "no/such"], 1, "there is no folder"),
        (["sample", "no/such"], 1, "there is no folder"),
        (["data", "inspct", "digits"], 2, "did you mean 'inspect'?"),
    ],
)
def test_bad_input_is_answered_without_a_traceback_and_leaves_nothing(
    words: list[str],
    code: int,
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*words) == code
    output = capsys.readouterr()
    text = output.out + output.err
    assert message in text
    assert "Traceback" not in text
    assert list(tmp_path.iterdir()) == []


def test_train_sample_and_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small = ["--images", "64", "--batch-size", "16", "--game.generator.base-channels", "4"]
    small += ["--game.discriminator.base-channels", "4", "--device", "cpu", "--quiet"]
    assert call("train", "dcgan-digits", *small) == 0
    output = capsys.readouterr().out
    for name in ("samples/0000000064.png", "curves.png", "latest.safetensors", "samples.gif"):
        assert name in output
        assert (tmp_path / "runs/dcgan-digits").joinpath(name).exists() or "latest" in name
    assert call("train", "dcgan-digits", *small) == 0
    assert (tmp_path / "runs/dcgan-digits-2/config.json").exists()
    assert call("resume", "runs/dcgan-digits", "--images", "128", "--quiet") == 0
    assert "done: 128 images seen." in capsys.readouterr().out
    assert call("sample", "runs/dcgan-digits") == 0
    assert (tmp_path / "runs/dcgan-digits/grid-0.png").exists()


def test_dry_run_shows_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("train", "dcgan-digits", "--dry-run") == 0
    output = capsys.readouterr().out
    for text in ("5,000 of 28x28 pixels", "DcganGenerator", "nothing was trained"):
        assert text in output
    assert list(tmp_path.iterdir()) == []


def test_samples_are_the_same_pictures_in_every_form(run: Run, tmp_path: Path) -> None:
    for out in ("folder", "a.zip", "a.npz"):
        assert call("sample", str(run.path), "--count", "5", "--out", str(tmp_path / out)) == 0
    array = np.load(tmp_path / "a.npz")["images"]
    assert array.shape == (5, 28, 28, 1)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        for index in range(5):
            name = f"{index:06d}.png"
            picture = np.asarray(Image.open(tmp_path / "folder" / name))
            zipped = np.asarray(Image.open(archive.open(name)))
            assert (picture == array[index, ..., 0]).all()
            assert (zipped == picture).all()
    text = Image.open(tmp_path / "folder/000003.png").text  # type: ignore[attr-defined]
    assert (text["zerosum:run"], text["zerosum:index"]) == ("run", "3")


def test_truncated_samples_say_so_and_vary_less(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", str(run.path), "--count", "8", "--truncation"]
    spreads = []
    for truncation, out in (("0.02", "few"), ("5", "all")):
        assert call(*words, truncation, "--out", str(tmp_path / out)) == 0
        files = sorted((tmp_path / out).iterdir())
        pictures = np.stack([np.asarray(Image.open(file)).astype(float) for file in files])
        spreads.append(pictures.std(axis=0).mean())
    assert spreads[0] < 0.3 * spreads[1]
    text = Image.open(tmp_path / "all/000001.png").text  # type: ignore[attr-defined]
    assert text["zerosum:truncation"] == "5.0"
    assert call(*words, "7", "--out", str(tmp_path / "none")) == 1
    assert "expected a truncation from 0.01 to 5, got 7" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_foreign_folder_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("sample", str(tmp_path)) == 1
    assert "no config.json in" in capsys.readouterr().err


def test_a_broken_config_says_which(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.config_path.write_text('{"recipe": ', encoding="utf-8")
    assert call("resume", str(run.path)) == 1
    assert "config.json cannot be used" in capsys.readouterr().err


def test_inspect(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("data", "inspect", "digits", "--picture", str(tmp_path / "look.png")) == 0
    output = capsys.readouterr().out
    for text in ("5000 of 5000", "28x28: 5000", "L: 5000"):
        assert text in output
    with Image.open(tmp_path / "look.png") as picture:
        assert picture.size[0] > 28
