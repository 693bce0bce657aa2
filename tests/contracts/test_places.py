"""Every command in every place where nothing can be read or written: told in one way, once."""

import errno
import pwd
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

import zerosum
from helpers.command_line import call
from helpers.places import forbidden, mounted, no_room
from helpers.runs_in_processes import environment
from helpers.settings import adversarial
from helpers.two_domains import digits_and_negatives, small
from zerosum.cli import COMMANDS
from zerosum.config import StyleDiscriminatorConfig, StyleGeneratorConfig
from zerosum.errors import CheckpointError, FileError, ZerosumError
from zerosum.evaluation.records import append_scores, read_scores
from zerosum.jobs import train_run
from zerosum.recipes import recipe
from zerosum.runs import Run

FULL = "/dev/full"

pytestmark = pytest.mark.skipif(not Path(FULL).is_char_device(), reason=f"needs {FULL}")

FEW = ["--features", "pixels", "--count", "4", "--real-count", "4"]
WEAK = ["--attack", "fgsm", "--count", "4", "--labels", "predicted", "--device", "cpu"]
TINY = ["--images", "16", "--batch-size", "16", "--evaluate-every", "0", "--quiet"]
TINY += ["--game.generator.base-channels", "4", "--game.discriminator.base-channels", "4"]

WRITES = {
    "train": f"train dcgan-digits {' '.join(TINY)} --device cpu --out PLACE/new",
    "sample": "sample RUN --count 4 --out PLACE/x.zip",
    "walk": "walk RUN --seeds 1 2 --frames 2 --out PLACE/x.gif",
    "mix": "mix RUN --coarse 1 --fine 2 --grid PLACE/x.png",
    "project": "project RUN PICTURE --steps 1 --starts 1 --out PLACE/new",
    "edit": "edit RUN --rows 1 --columns 3 --out PLACE/x.png",
    "translate": "translate TRANSLATOR PICTURE --out PLACE/new",
    "attack": f"attack digits --data FOLDER {' '.join(WEAK)} --report PLACE/x.html",
    "attack a folder": f"attack digits --data FOLDER {' '.join(WEAK)} --out PLACE/new",
    "export": "export RUN PLACE/x.safetensors",
    "evaluate": f"evaluate FOLDER --against FOLDER {' '.join(FEW)} --picture PLACE/x.png",
    "compare": "compare RUN --plot PLACE/x.png",
    "data": "data inspect FOLDER --picture PLACE/x.png",
    "learn": "learn losses --out PLACE/x.html",
    "studio": "studio PLACE --no-browser --port 0",
}
"""What each command writes where a user says."""

READS = [
    "recipes",
    "train dcgan-digits --data PLACE",
    "train dcgan-digits --data PLACE/x.npz",
    "train dcgan-digits --data mnist:PLACE",
    "train cyclegan-small --data PLACE",
    "train advgan --data digits --victim PLACE",
    "resume PLACE",
    "sample PLACE",
    "walk PLACE --out x.gif",
    "mix PLACE --coarse 1 --fine 2",
    "project PLACE PICTURE",
    "project RUN PLACE",
    "project RUN PLACE/x.png",
    "edit PLACE",
    "translate PLACE PICTURE",
    "translate TRANSLATOR PLACE",
    "classify PLACE PICTURE",
    "detect PLACE PICTURE",
    "detect RUN PLACE",
    "attack PLACE --data digits",
    "attack PLACE/x.py:network --data digits",
    "attack digits --data PLACE",
    "export PLACE x.pt2",
    "learn step --run PLACE",
    "learn network --picture PLACE",
    "learn network --network PLACE/x.py:network",
    "evaluate PLACE",
    "evaluate PLACE --against digits",
    "evaluate digits --against PLACE/x.zip",
    "evaluate digits --against digits --features inception --weights PLACE/x.pth",
    "evaluate digits --against digits --features PLACE/x.py:network",
    "compare PLACE",
    "data inspect PLACE",
    "data inspect PLACE/x.tar.gz",
]
"""What each command reads that a user names."""


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that can do everything but translate, and one that translates."""
    folder = tmp_path_factory.mktemp("places")
    base = recipe("dcgan-digits")
    game = replace(
        adversarial(base),
        generator=StyleGeneratorConfig(latent_size=8, base_channels=4, style_size=8, depth=2),
        discriminator=StyleDiscriminatorConfig(base_channels=4),
    )
    config = replace(base, game=game, total_images=16, batch_size=16, sample_count=4, device="cpu")
    config = replace(config, evaluate_every=16, evaluate_count=16, evaluate_features="pixels")
    train_run(config, out=folder / "run", quiet=True)
    domains = digits_and_negatives(folder / "domains", count=4, tests=2)
    train_run(
        small("cyclegan-small", domains, folder, images=2), out=folder / "translator", quiet=True
    )
    return folder


def words(line: str, runs: Path, place: Path) -> list[str]:
    known = {
        "PLACE": place,
        "RUN": runs / "run",
        "TRANSLATOR": runs / "translator",
        "PICTURE": runs / "domains" / "trainA" / "0.png",
        "FOLDER": runs / "domains" / "trainA",
    }
    found = line.split()
    for name, path in known.items():
        found = [word.replace(name, str(path)) for word in found]
    return found


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """The last line that was said, without what was shown of the progress."""
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return error.strip().splitlines()[-1]


@pytest.mark.parametrize("line", WRITES.values(), ids=WRITES)
def test_what_cannot_be_written(
    line: str,
    runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a command prints may be for nowhere too; what it has written by then is there."""
    missing = tmp_path / "not" / "there"
    with monkeypatch.context() as patched, Path(FULL).open("w") as full:
        patched.setattr(sys, "stdout", full)
        assert call(*words(line, runs, missing)) == 1
    assert told(capsys).startswith("zerosum: the output cannot be written: the disk is full.")
    assert list(missing.iterdir())
    place = tmp_path / "place"
    place.mkdir()
    for mode in (0o000, 0o555):
        with forbidden(place, mode=mode):
            assert call(*words(line, runs, place)) == 1
        message = told(capsys)
        assert message.startswith(f"zerosum: {place}")
        assert "Permission denied. Have its owner allow it (chmod)" in message
        assert list(place.iterdir()) == []
    with no_room():
        assert call(*words(line, runs, place)) == 1
    message = told(capsys)
    assert message.startswith(f"zerosum: {place}")
    assert "cannot be written: File too large. Raise the limit" in message
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("line", READS)
def test_what_cannot_be_read(
    line: str,
    runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "place"
    place.mkdir()
    if "PLACE" in line:
        for where in (place, place / "below"):
            with forbidden(place):
                assert call(*words(line, runs, where)) == 1
            message = told(capsys)
            assert str(where) in message
            assert "cannot be read: Permission denied. Have its owner allow it" in message
    missing = tmp_path / "gone" if "mnist" not in line else place / "gone"
    assert call(*words(line, runs, missing)) == (1 if "PLACE" in line else 0)
    assert "PLACE" not in line or str(missing) in capsys.readouterr().err
    assert {file.name for file in tmp_path.iterdir()} <= {"place"}


def test_every_command_is_tried() -> None:
    tried = {line.split()[0] for line in (*WRITES.values(), *READS)}
    assert tried == set(COMMANDS)


@pytest.mark.parametrize("part", ["config.json", "checkpoints/latest.safetensors"])
def test_a_run_that_may_not_be_read_is_not_taken_for_an_empty_one(
    part: str, runs: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    loading = (
        "resume",
        "sample",
        "walk",
        "mix",
        "project",
        "edit",
        "translate",
        "classify",
        "detect",
    )
    starts = tuple(f"{command} PLACE" for command in (*loading, "export", "evaluate"))
    lines = [line for line in READS if line.startswith(starts) and "--against" not in line]
    assert len(lines) == len(starts)
    with forbidden(runs / "run" / part):
        for line in lines:
            assert call(*words(line, runs, runs / "run")) == 1
            message = told(capsys)
            assert f"{part} cannot be read: Permission denied" in message
            assert "saved" not in message
    with forbidden(runs / "run" / "checkpoints"), pytest.raises(CheckpointError, match="denied"):
        zerosum.load(runs / "run")
    with forbidden(runs / "run"), pytest.raises(ZerosumError, match="denied"):
        zerosum.load(runs / "run")


def test_a_run_that_may_only_be_read(
    runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes into its folder is refused before the work."""
    run = runs / "run"
    lines = ["sample RUN", "mix RUN --coarse 1 --fine 2", "edit RUN", "project RUN PICTURE"]
    lines += ["resume RUN --images 32", "evaluate RUN", "detect RUN PICTURE"]
    parts = (run, run / "scores.jsonl", run / ".lock", run / "checkpoints")
    before = sorted(run.rglob("*"))
    for work in ("find_directions", "draw_samples", "draw_mixtures", "project"):
        monkeypatch.setattr(f"zerosum.models.generator.{work}", None)
    with forbidden(*parts, mode=0o555):
        for line in lines:
            assert call(*words(line, runs, run)) == 1
            message = told(capsys)
            assert message.startswith(f"zerosum: {run}")
            assert "cannot be written: Permission denied" in message
    assert sorted(run.rglob("*")) == before


def test_scores_that_cannot_be_written_down_are_not_lost(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """That a disk is full shows only at the end: it might have been empty enough by then."""
    scores = read_scores(runs / "run" / "scores.jsonl")[-1]
    with no_room(), pytest.raises(FileError, match=r"The scores: .*FD-pixels \d"):
        append_scores(tmp_path / "scores.jsonl", scores)
    line = words(WRITES["evaluate"], runs, tmp_path)
    assert call(*line) == 0
    with no_room():
        assert call(*line) == 1
    assert "The scores: KD-pixels " in told(capsys)


def test_attacks_and_audits_that_cannot_be_written_down_are_not_lost(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, said in (("attack", "accuracy left"), ("data", "sizes")):
        line = words(WRITES[name], runs, tmp_path)
        assert call(*line) == 0
        capsys.readouterr()
        with no_room():
            assert call(*line) == 1
        assert said in capsys.readouterr().out


def test_half_a_run_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, text: str) -> None:
        path.write_text(text)
        if path.name == "environment.json":
            path.unlink()
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("zerosum.runs.write_text", full)
    run = Run(tmp_path / "runs" / "new")
    with pytest.raises(FileError, match="new cannot be written: the disk is full"), run.locked():
        run.create(recipe("dcgan-digits"))
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_used(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    line = words(f"evaluate FOLDER --against FOLDER {' '.join(FEW)}", runs, tmp_path)
    monkeypatch.setenv("ZEROSUM_CACHE", str(cache / "zerosum"))
    cache.mkdir()
    for mode in (0o000, 0o555):
        with forbidden(cache, mode=mode):
            assert call(*line) == 1
        message = told(capsys)
        assert str(cache) in message
        assert "denied" in message
        assert "ZEROSUM_CACHE=FOLDER names another place" in message
    assert list(cache.iterdir()) == []
    assert call(*line) == 0
    with forbidden(cache, *cache.rglob("*"), mode=0o555):
        assert call(*line) == 0


@pytest.mark.parametrize("line", ["train dcgan-digits", "data inspect mnist", "data inspect ~/x"])
def test_nobody_knows_a_home(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "ZEROSUM_CACHE"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert call("data", "inspect", "digits") == 0
    assert call(*line.split()) == 1
    message = told(capsys)
    assert "set HOME" in message
    assert "ZEROSUM_CACHE=FOLDER" in message


@pytest.mark.parametrize(
    "line",
    [
        "evaluate PLACE/a --against PLACE/b --features inception --weights PLACE/x.pth",
        "evaluate PLACE/a --against PLACE/b --features torchvision:resnet18 --weights PLACE/x.pth",
        "evaluate PLACE/a --against PLACE/b --features PLACE/x.py:network",
        "train dcgan-digits --data PLACE/a --evaluate-features inception",
        "train cartoongan --data PLACE/a --game.content PLACE/x.py:network",
        "train cartoongan --data PLACE/a --game.content PLACE/y.py:maps --evaluate-every 2 "
        "--evaluate-features inception",
    ],
)
def test_what_a_network_is_missing_is_told_before_any_picture_is_looked_for(
    line: str,
    runs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "a").mkdir()  # A folder without pictures, which nobody notices.
    (tmp_path / "y.py").write_text("import torch\ndef maps(): return torch.nn.AvgPool2d(4)\n")
    monkeypatch.setenv("ZEROSUM_INCEPTION", str(tmp_path / "x.pth"))
    monkeypatch.chdir(tmp_path)
    assert call(*words(line, runs, tmp_path)) == 1
    message = told(capsys)
    assert message.startswith(f"zerosum: {tmp_path / 'x.p'}")
    assert "cannot be read: No such file or directory. Check the path." in message
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a", "y.py"]


def test_a_run_that_goes_on_looks_for_its_networks_first_too(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Run.open(runs / "run").config()
    gone = replace(config, evaluate_features=f"{tmp_path / 'x.py'}:network", data="no/such")
    Run(tmp_path / "run").create(gone)
    assert call("resume", str(tmp_path / "run")) == 1
    assert told(capsys).startswith(f"zerosum: {tmp_path / 'x.py'} cannot be read: No such file")


def test_real_disks(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that is full and one that is only to be read, where the machine lets us have them."""
    disk = tmp_path / "disk"
    disk.mkdir()
    lines = [WRITES[name] for name in ("train", "sample", "export", "project")]
    with mounted(disk, "size=16k"):
        with suppress(OSError):
            (disk / "full").write_bytes(bytes(1 << 20))
        for line in lines:
            assert call(*words(line, runs, disk)) == 1
            message = told(capsys)
            assert message.startswith(f"zerosum: {disk}")
            assert "the disk is full. Make room there, or choose another place." in message
            assert [file.name for file in disk.iterdir()] == ["full"]
    with mounted(disk, "ro,size=16k"):
        for line in lines:
            assert call(*words(line, runs, disk)) == 1
            message = told(capsys)
            assert message.startswith(f"zerosum: {disk}")
            assert "Read-only file system. Make it writable, or choose another" in message


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_is_full_until_the_very_end(unbuffered: str) -> None:
    with Path(FULL).open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "zerosum", "--help"],
            env={**environment(), "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("zerosum: the output cannot be written: the disk is full.")
