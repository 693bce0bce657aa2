"""Evaluations beside the game: they change nothing, keep the best, and act on a collapse."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import torch

from helpers.runs_in_processes import assert_same, weights
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.config import RunConfig
from zerosum.errors import RunError
from zerosum.evaluation.alarm import Finding
from zerosum.evaluation.comparing import compare
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import append_scores, read_scores, write_scores
from zerosum.families.loading import load
from zerosum.jobs import resume_run, train_run
from zerosum.runs import Run
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.evaluation import Evaluation
from zerosum.training.loop import Loop
from zerosum.training.pace import set_pace
from zerosum.training.records import read_statistics


@pytest.fixture(scope="module")
def watched(tiny: RunConfig) -> RunConfig:
    return replace(tiny, evaluate_every=80, evaluate_count=64, batch_size=40)


def _train(config: RunConfig, path: Path) -> Run:
    return train_run(config, out=path, quiet=True).run


@pytest.fixture(scope="module")
def whole(watched: RunConfig, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of 320 images, to be read only."""
    return _train(watched, tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture(scope="module")
def _half(watched: RunConfig, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _train(replace(watched, total_images=160), tmp_path_factory.mktemp("half") / "run")


@pytest.fixture
def half(_half: Run, tmp_path: Path) -> Run:
    """A run that has come half as far, to go on with."""
    return Run(shutil.copytree(_half.path, tmp_path / "half"))


@pytest.fixture(autouse=True)
def short_diagnostics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look one round ahead, but in the runs that tests share."""
    signs = partial(player_diagnostics, rounds=1)
    monkeypatch.setattr("zerosum.training.evaluation.player_diagnostics", signs)


def test_with_or_without_it_the_weights_are_the_same(
    watched: RunConfig, whole: Run, tmp_path: Path
) -> None:
    plain = _train(replace(watched, evaluate_every=0), tmp_path / "plain")
    assert_same(weights(plain), weights(whole))
    assert not plain.scores_path.exists()
    assert [found.images_seen for found in read_scores(whole.scores_path)] == [
        0,
        80,
        160,
        240,
        320,
    ]


def test_the_best_checkpoint_is_that_of_the_best_score(whole: Run) -> None:
    found = read_scores(whole.scores_path)
    name = found[0].leading
    best = min(found, key=lambda scores: scores.scores[name].estimate.value)
    assert load_checkpoint(whole.best_path)["loop"]["images"] == best.images_seen
    assert load(whole.path, device="cpu", checkpoint="best").images_seen == best.images_seen
    assert load(whole.path, device="cpu").images_seen == 320


def test_few_pictures_let_the_kernel_distance_lead(whole: Run) -> None:
    first, *_ = read_scores(whole.scores_path)
    assert first.leading == "KD-digits"
    assert "is the bias of few pictures" in first.scores["FD-digits"].how
    assert first.protocol.generated == 64
    assert first.protocol.real["pictures"] == 5_000


def test_a_resumed_run_has_the_scores_of_a_whole_one(
    whole: Run, half: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.training.evaluation.player_diagnostics", player_diagnostics)
    first, *_ = read_scores(half.scores_path)
    # Scores of a user's own evaluation stay; those of states that were not saved go.
    own = replace(first, subject={"run": "half", "images": 160, "checkpoint": "latest"})
    append_scores(half.scores_path, own)
    append_scores(half.scores_path, replace(first, subject={**first.subject, "images": 240}))
    resume_run(half.path, images=320, quiet=True)
    resumed = read_scores(half.scores_path)
    assert own in resumed
    mine = [found for found in resumed if found != own]
    assert [found.scores for found in mine] == [
        found.scores for found in read_scores(whole.scores_path)
    ]
    assert_same(weights(whole), weights(half))


def _collapse_at(*images: int) -> Any:
    """A diagnosis that finds a collapse the first times that the run has seen so many images."""
    left = list(images)

    def diagnose(history: Sequence[Scores]) -> Finding | None:
        now = history[-1].images_seen
        if left and now == left[0]:
            left.pop(0)
            return Finding(name="mode collapse", images_seen=now, reason="a test", remedy="None.")
        return None

    return patch("zerosum.training.evaluation.diagnose", diagnose)


def test_it_warns_once_and_goes_on(
    watched: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _collapse_at(80, 160):
        run = _train(watched, tmp_path / "run")
    assert capsys.readouterr().err.count("collapse alarm: mode collapse after 80 images") == 1
    assert run.alarms_path.read_text() == "mode collapse after 80 images: a test. None.\n"
    assert weights(run)["images"] == 320


def test_it_stops_where_asked(watched: RunConfig, tmp_path: Path) -> None:
    with _collapse_at(160):
        outcome = train_run(replace(watched, on_collapse="stop"), out=tmp_path / "run", quiet=True)
    assert not outcome.is_complete
    assert outcome.images_seen == 160
    assert weights(outcome.run)["images"] == 160


def test_it_goes_back_and_on_in_another_way(
    watched: RunConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = replace(watched, on_collapse="rollback")
    with _collapse_at(240), patch("zerosum.training.loop.set_pace", wraps=set_pace) as paced:
        run = _train(config, tmp_path / "run")
    assert "rolled back to the best checkpoint" in capsys.readouterr().err
    state = weights(run)
    assert (state["images"], state["rollbacks"]) == (320, 1)
    assert [call.kwargs["factor"] for call in paced.call_args_list[::-1][:2]] == [0.5, 0.5]
    # The history is that of the path that was taken in the end.
    images = [found.images_seen for found in read_scores(run.scores_path)]
    assert images == [0, 80, 160, 240, 320]
    lines = [line["images"] for line in read_statistics(run.path / "stats.jsonl")]
    assert lines == sorted(set(lines))


def test_a_run_that_collapses_again_and_again_is_stopped(
    watched: RunConfig, tmp_path: Path
) -> None:
    with _collapse_at(240, 240, 240, 240):
        outcome = train_run(
            replace(watched, on_collapse="rollback"), out=tmp_path / "run", quiet=True
        )
    assert (outcome.images_seen, outcome.is_complete) == (240, False)
    assert weights(outcome.run)["rollbacks"] == 3


def test_a_rolled_back_run_resumes_exactly(watched: RunConfig, tmp_path: Path) -> None:
    config = replace(watched, on_collapse="rollback")
    with _collapse_at(160):
        whole = _train(config, tmp_path / "whole")
    with _collapse_at(160):
        half = _train(replace(config, total_images=240), tmp_path / "half")
    with _collapse_at():
        resume_run(half.path, images=320, quiet=True)
    assert weights(whole)["rollbacks"] == 1
    assert_same(weights(whole), weights(half))


def test_the_alarm_s_history_survives_a_resume(half: Run) -> None:
    seen: list[int] = []

    def diagnose(history: Sequence[Scores]) -> None:
        seen.append(len(history))

    with patch("zerosum.training.evaluation.diagnose", diagnose):
        resume_run(half.path, images=320, quiet=True)
    assert seen == [4, 5]


def test_broken_lines_do_not_stop_a_run(half: Run) -> None:
    kept = read_scores(half.scores_path)
    write_scores(half.scores_path, kept)
    with half.scores_path.open("a") as file:
        file.write('{"subject": {')
    resume_run(half.path, images=320, quiet=True)
    assert len(read_scores(half.scores_path)) == 5


def test_diagnostics_are_recorded(whole: Run) -> None:
    diagnostics = read_scores(whole.scores_path)[-1].diagnostics
    assert set(diagnostics) == {
        "diversity",
        "discriminator accuracy",
        "discriminator gradient",
        "generator accuracy",
        "generator gradient",
    }
    assert all(torch.isfinite(torch.tensor(list(diagnostics.values()))))
    assert diagnostics["generator gradient"] > 0


def test_the_untrained_network_is_never_the_best(
    watched: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Evaluation.score

    def worse_and_worse(self: Evaluation, loop: Loop[Any]) -> Scores:
        found = take(self, loop)
        leading = found.scores[found.leading]
        value = replace(leading.estimate, value=1.0 + loop.images_seen)
        scores = {**found.scores, found.leading: replace(leading, estimate=value)}
        return replace(found, scores=scores)

    monkeypatch.setattr(Evaluation, "score", worse_and_worse)
    with _collapse_at():
        run = _train(replace(watched, total_images=160), tmp_path / "run")
    untrained, *found = read_scores(run.scores_path)
    name = untrained.leading
    assert all(untrained.scores[name].is_better_than(scores.scores[name]) for scores in found)
    best = load_checkpoint(run.best_path)["loop"]["images"]
    assert compare({"run": [untrained, *found]}).best("run").images_seen == best == 80


def test_there_is_no_way_back_to_another_run_s_best(watched: RunConfig, tmp_path: Path) -> None:
    config = replace(watched, on_collapse="rollback")
    with _collapse_at():
        run = _train(replace(config, total_images=160), tmp_path / "run")
    state = load_checkpoint(run.best_path)
    state["loop"]["images"] = 48
    save_checkpoint(run.best_path, state)
    with _collapse_at(240), pytest.raises(RunError, match="no way back from the collapse"):
        resume_run(run.path, images=320, quiet=True)
    assert weights(run)["images"] == 240
    resume_run(run.path, images=320, settings={"on_collapse": "warn"}, quiet=True)


def test_files_that_were_lost_are_written_anew(watched: RunConfig, tmp_path: Path) -> None:
    with _collapse_at(80):
        run = _train(replace(watched, total_images=160), tmp_path / "run")
    scores, alarms = run.scores_path.read_text(), run.alarms_path.read_text()
    run.scores_path.unlink()
    run.alarms_path.unlink()
    with _collapse_at():
        resume_run(run.path, quiet=True)
    assert (run.scores_path.read_text(), run.alarms_path.read_text()) == (scores, alarms)
