"""The lesson on one step, with what a reader brings."""

from pathlib import Path

import pytest

import zerosum
from helpers.command_line import call
from helpers.short_runs import KINDS
from zerosum.config import RunConfig
from zerosum.jobs.training import train_run


@pytest.mark.parametrize("kind", ["cyclegan", "classifier", "adaptation"])
def test_a_round_of_any_game(kind: str, tmp_path: Path) -> None:
    run = train_run(KINDS[kind](tmp_path), out=tmp_path / "run", quiet=True).run
    learned = zerosum.learn("step", run=run.path, rounds=0, quiet=True)
    assert learned.results.numbers["same"]
    assert learned.results.numbers["round"] == 7
    assert len(learned.page()) > 10_000


def test_a_recipe_at_its_beginning() -> None:
    first = zerosum.learn("step", recipe="dcgan-mnist", data="digits", rounds=0, quiet=True)
    assert first.results.numbers["round"] == 1
    assert first.results.numbers["same"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--run", "no-such"], "there is no folder no-such"),
        (["--run", "empty"], "no config.json"),
        (["--run", "begun"], "has no checkpoint yet"),
        (["--recipe", "dcgan-digit"], "did you mean 'dcgan-digits'"),
        (["--recipe", "dcgan-digits", "--run", "begun"], "give one of both"),
        (["--data", "digits"], "by --recipe NAME"),
        (["--rounds", "51"], "rounds must be between 0 and 50"),
    ],
)
def test_what_cannot_be_shown_is_explained(
    words: list[str],
    message: str,
    tiny: RunConfig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    run = train_run(tiny, out=tmp_path / "begun", quiet=True).run
    run.checkpoint_path.unlink()
    assert call("learn", "step", *words) in (1, 2)
    assert message in capsys.readouterr().err
    assert not (tmp_path / "step.html").exists()


def test_a_seed_is_one_result() -> None:
    costs = [
        zerosum.learn("step", seed=seed, rounds=0, quiet=True).results.numbers["costs"]
        for seed in (3, 3, 4)
    ]
    assert costs[0] == costs[1] != costs[2]
