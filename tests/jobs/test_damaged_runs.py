"""Whatever happens to the files of a run: it is used as it was, or refused by a message.

A sample of the damages is tried here, the whole campaign behind the marker ``slow``.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from warnings import catch_warnings, simplefilter

import pytest
import torch

import zerosum
from helpers.damage import worse_bytes, worse_tree
from helpers.quick_runs import KINDS
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.errors import CheckpointError, DataWarning, ZerosumError
from zerosum.evaluation.records import read_scores
from zerosum.jobs import resume_run, train_run
from zerosum.jsonlines import append_line
from zerosum.runs import Run
from zerosum.training.records import read_statistics

LATEST = "checkpoints/latest.safetensors"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Runs of some rounds, made when they are asked for."""
    folder = tmp_path_factory.mktemp("runs")

    def run(kind: str) -> Path:
        if not (folder / kind).exists():
            train_run(KINDS[kind](folder), out=folder / kind, quiet=True)
        return folder / kind

    return run


@pytest.fixture
def copies(tmp_path: Path) -> Callable[[Path], Path]:
    """As many copies of a run as are asked for, each to be damaged."""
    made: list[Path] = []

    def copy(run: Path) -> Path:
        made.append(tmp_path / str(len(made)))
        shutil.copytree(run, made[-1], ignore=shutil.ignore_patterns("tensorboard"))
        return made[-1]

    return copy


def _go_on(run: Path) -> None:
    """Use a run as users do: load it, and train it some more."""
    zerosum.load(run, device="cpu")
    config = Run.open(run).config()
    resume_run(run, images=config.total_images + config.batch_size, quiet=True)


def _is_refused(use: Callable[[Path], object], run: Path, what: str) -> bool:
    """Whether it is; whatever else than a message comes of it is a fault, and says of what."""
    try:
        with catch_warnings():
            simplefilter("ignore", DataWarning)
            use(run)
    except ZerosumError:
        return True
    except Exception as error:
        raise AssertionError(what) from error
    return False


def _read(run: Path) -> None:
    Run.open(run).config()


def _configurations(
    run: Path, copies: Callable[[Path], Path], numbers: range, use: Callable[[Path], object]
) -> list[bool]:
    good = (run / "config.json").read_bytes()
    found, copy = [], copies(run)
    for number in numbers:
        bad, done = worse_bytes(good, number)
        if number % 2:
            tree, done = worse_tree(json.loads(good), number)
            bad = json.dumps(tree, default=str).encode()
        (copy / "config.json").write_bytes(bad)
        found.append(_is_refused(use, copy, f"{number}: {done}"))
    return found


def _structures(run: Path, copies: Callable[[Path], Path], numbers: range) -> list[bool]:
    """Checkpoints that are whole, as their checksum says, but hold something else."""
    good, found = load_checkpoint(run / LATEST), []
    for number in numbers:
        bad, done = worse_tree(good, number)
        copy = copies(run)
        save_checkpoint(copy / LATEST, bad if isinstance(bad, dict) else {"all": bad})
        found.append(_is_refused(_go_on, copy, f"{number}: {done}"))
    return found


def test_a_damaged_configuration_is_refused_or_means_what_it_says(
    runs: Callable[[str], Path], copies: Callable[[Path], Path]
) -> None:
    assert sum(_configurations(runs("generation"), copies, range(60), _read)) > 45


@pytest.mark.parametrize(("kind", "count"), [("generation", 6), ("translation", 4)])
def test_a_checkpoint_that_holds_something_else_is_refused(
    runs: Callable[[str], Path], copies: Callable[[Path], Path], kind: str, count: int
) -> None:
    assert any(_structures(runs(kind), copies, range(count)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_hundreds_of_damages_do_no_harm(
    runs: Callable[[str], Path], copies: Callable[[Path], Path], kind: str
) -> None:
    assert sum(_configurations(runs(kind), copies, range(200), _go_on)) > 150
    assert sum(_structures(runs(kind), copies, range(200))) > 100


_MISFITS: dict[str, tuple[tuple[str | int, ...], Any, str]] = {
    "no networks": (("loop", "players"), {}, "loop.players.discriminator should be a table"),
    "no config": (("config",), None, "latest.safetensors.config should be a table, and is None"),
    "a class of another name": (("tests",), 3, r"tests should be a list .*, and is int"),
    "counts": (("loop", "images"), 1.0, "loop.images should be int, and is float"),
    "half the precision": (
        ("loop", "players", "generator", "network", "layers.3.1.bias"),
        torch.zeros(4, dtype=torch.bfloat16),
        r"network.layers.3.1.bias should be torch.float32 of shape \(4,\), and is torch.bfloat16",
    ),
    "moments of another weight": (
        ("loop", "players", "generator", "optimizer", "state", "1", "exp_avg"),
        torch.zeros(3),
        r"optimizer.state.1.exp_avg should be .* of shape \(8,\), and is .* of shape \(3,\)",
    ),
    "moments of no weight": (
        ("loop", "players", "generator", "optimizer", "state", "99"),
        {},
        "remembers a weight 99, and there are",
    ),
    "a mean less": (
        ("loop", "players", "generator", "history", "means"),
        [],
        "history.means should be a list of .*, and is a list of 0",
    ),
    "a score of tensors": (
        ("loop", "hooks", "evaluation", "history", 0, "protocol", "real", "identity"),
        torch.ones(2),
        "the checkpoint's evaluations do not fit",
    ),
    "another memory": (("loop", "game"), {"pool a": torch.zeros(0)}, "game.adaptive .* missing"),
}


def test_a_line_of_the_log_that_nothing_is_known_of_is_left_out(
    runs: Callable[[str], Path], copies: Callable[[Path], Path]
) -> None:
    copy = copies(runs("generation"))
    state = load_checkpoint(copy / LATEST)
    del state["loop"]["hooks"]["statistics"]
    save_checkpoint(copy / LATEST, state)
    resume_run(copy, images=48, quiet=True)
    assert [line["images"] for line in read_statistics(copy / "stats.jsonl")][-1] == 48


@pytest.mark.parametrize("name", _MISFITS)
def test_the_message_says_what_does_not_fit(
    runs: Callable[[str], Path], copies: Callable[[Path], Path], name: str
) -> None:
    *way, last = _MISFITS[name][0]
    copy = copies(runs("generation"))
    state = load_checkpoint(copy / LATEST)
    place: Any = state
    for key in way:
        place = place[key]
    place[last] = _MISFITS[name][1]
    save_checkpoint(copy / LATEST, state)
    with pytest.raises(CheckpointError, match=_MISFITS[name][2]):
        resume_run(copy, images=48, quiet=True)


def test_a_pool_less_is_noticed(
    runs: Callable[[str], Path], copies: Callable[[Path], Path]
) -> None:
    copy = copies(runs("translation"))
    state = load_checkpoint(copy / LATEST)
    del state["loop"]["game"]["pool b"]
    save_checkpoint(copy / LATEST, state)
    with pytest.raises(CheckpointError, match=r"game.pool b should be .*, and is missing"):
        resume_run(copy, images=48, quiet=True)


def test_every_flipped_bit_is_noticed(runs: Callable[[str], Path], tmp_path: Path) -> None:
    good, chance = (runs("generation") / LATEST).read_bytes(), Random(0)
    header = 8 + int.from_bytes(good[:8], "little")
    places = [chance.randrange(header) for _ in range(60)]
    places += [chance.randrange(header, len(good)) for _ in range(60)]
    for place in places:
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        (tmp_path / "bad.safetensors").write_bytes(bad)
        with pytest.raises(CheckpointError):
            load_checkpoint(tmp_path / "bad.safetensors")


def _worse_line(good: list[bytes], number: int) -> tuple[bytes, int, str]:
    """The lines with one of them damaged, which one, and what was done."""
    place = number % len(good)
    bad, done = worse_bytes(good[place], number)
    if number % 3:
        tree, done = worse_tree(json.loads(good[place]), number)
        bad = json.dumps(tree, default=str).encode()
    lines = [*good[:place], bad.replace(b"\n", b" "), *good[place + 1 :]]
    return b"".join(line + b"\n" for line in lines), place, f"{number}: {done}"


@pytest.mark.parametrize(
    ("name", "read"), [("stats.jsonl", read_statistics), ("scores.jsonl", read_scores)]
)
def test_a_damaged_line_costs_no_other_line(
    runs: Callable[[str], Path], tmp_path: Path, name: str, read: Callable[[Path], list[Any]]
) -> None:
    good, path = (runs("generation") / name).read_bytes().splitlines(), tmp_path / name
    whole, left_out = read(runs("generation") / name), 0
    for number in range(300):
        content, place, done = _worse_line(good, number)
        path.write_bytes(content)
        with catch_warnings(record=True) as warned:
            simplefilter("always")
            found = read(path)
        others = whole[:place] + whole[place + 1 :]
        if warned:
            assert f"{name} what is no whole record: line {place + 1}" in str(warned[0].message)
            assert found == others, done
            left_out += 1
        elif len(found) == len(whole):
            assert found[:place] + found[place + 1 :] == others, done
        else:
            assert not content.splitlines()[place].strip(), done
    assert left_out > 150


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stats.jsonl", "scores.jsonl"])
def test_a_run_goes_on_after_a_damaged_line(
    runs: Callable[[str], Path], copies: Callable[[Path], Path], name: str
) -> None:
    good = (runs("generation") / name).read_bytes().splitlines()
    for number in range(60):
        copy = copies(runs("generation"))
        content, _, done = _worse_line(good, number)
        (copy / name).write_bytes(content)
        assert not _is_refused(_go_on, copy, done)


def test_a_torn_line_swallows_no_line_after_it(tmp_path: Path) -> None:
    path = tmp_path / "stats.jsonl"
    path.write_text('{"images": 64, "seconds": 1.0}\n{"ima')
    with catch_warnings(record=True) as silent:
        assert [line["images"] for line in read_statistics(path)] == [64]
    assert not silent
    append_line(path, {"images": 192, "seconds": 3.0})
    append_line(path, {"images": 256, "seconds": 4.0})
    with pytest.warns(DataWarning, match="no whole record: line 2"):
        assert [line["images"] for line in read_statistics(path)] == [64, 192, 256]


def test_a_last_line_that_lacks_its_end_alone_counts(tmp_path: Path) -> None:
    path = tmp_path / "stats.jsonl"
    path.write_text('{"images": 64, "seconds": 1.0}')
    append_line(path, {"images": 128, "seconds": 2.0})
    assert [line["images"] for line in read_statistics(path)] == [64, 128]


def test_scores_of_a_protocol_that_says_more_are_not_taken_for_known_ones(
    runs: Callable[[str], Path], tmp_path: Path
) -> None:
    line = json.loads((runs("generation") / "scores.jsonl").read_bytes().splitlines()[0])
    line["protocol"]["crop"] = "centre"
    append_line(tmp_path / "scores.jsonl", line)
    with pytest.warns(DataWarning, match="no whole record: line 1"):
        assert read_scores(tmp_path / "scores.jsonl") == []
