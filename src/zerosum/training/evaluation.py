"""Scores while training: the curve, the best checkpoint, and the collapse alarm."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from torch.utils.tensorboard import SummaryWriter

from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.evaluation.alarm import Finding, diagnose
from zerosum.evaluation.directions import join_directions
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import append_scores, read_scores, write_scores
from zerosum.files import write_text
from zerosum.games import Game
from zerosum.training.exams import Exam
from zerosum.training.hooks import passed
from zerosum.training.loop import Loop, Record
from zerosum.training.vitals import vital_signs

__all__ = ["Evaluation"]

AnyLoop = Loop[Any]

MAX_ROLLBACKS = 3
"""Rollbacks after which a run that collapses again is stopped."""


class Evaluation:
    """Scores the game every so many images; looks at scores and vital signs for a collapse.

    Nothing of it touches the run: with it or without it the weights are the same, unless a
    rollback is asked for.

    Args:
        folder: The run's folder.
        exams: What the game is examined in; none in processes that do not write.
        every: Images between two evaluations.
        until: Images at which the run ends; the last state is evaluated too.
        facts: What goes into the best checkpoint beside the loop's state.
        on_collapse: ``warn`` says what was seen, once; ``stop`` ends the run there; ``rollback``
            goes back to the best checkpoint and on with half the learning rates and other random
            numbers, at most three times.
    """

    def __init__(
        self,
        folder: Path,
        *,
        exams: Sequence[Exam],
        every: int,
        until: int,
        facts: Mapping[str, Any],
        on_collapse: Literal["warn", "stop", "rollback"] = "warn",
    ) -> None:
        self.folder = folder
        self.path = folder / "scores.jsonl"
        self.best_path = folder / "checkpoints" / "best.safetensors"
        self.exams = tuple(exams)
        self.every = every
        self.until = until
        self.facts = dict(facts)
        self.on_collapse = on_collapse
        self.history: list[Scores] = []
        self._writer: SummaryWriter | None = None
        self._warned: set[str] = set()

    def started(self, loop: AnyLoop) -> None:
        """Take up the scores where the run stands; score the untrained game."""
        if loop.engine.is_main:
            self._forget_what_is_ahead(loop)
            self._writer = SummaryWriter(
                self.folder / "tensorboard", purge_step=loop.images + 1, filename_suffix=".scores"
            )
        if loop.images == 0:
            self._evaluate(loop)

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Score the game when it is time, and act on a collapse."""
        if not passed(loop, self.every):
            return
        finding = self._evaluate(loop)
        if self.on_collapse != "warn" and loop.engine.any(finding is not None):
            self._act(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Score the last state of a run that is complete."""
        known = {found.images for found in self.history}
        if loop.images >= self.until and loop.images not in known:
            self._evaluate(loop)
        if self._writer is not None:
            self._writer.close()

    def _evaluate(self, loop: AnyLoop) -> Finding | None:
        if not self.exams:
            return None
        scores = self._score(loop)
        is_best = self._is_best(scores)
        self.history.append(scores)
        append_scores(self.path, scores)
        finding = diagnose(self.history)
        if is_best and finding is None:  # A way back from a collapse must lead out of it.
            self.best_path.parent.mkdir(exist_ok=True)
            save_checkpoint(self.best_path, {**self.facts, "loop": loop.state_dict()})
        self._plot(scores)
        if finding is not None and finding.name not in self._warned:
            self._warned.add(finding.name)
            self._warn(finding)
        return finding

    def _score(self, loop: AnyLoop) -> Scores:
        subject = {"run": self.folder.name, "images": loop.images, "while": "training"}
        vitals = _as_roles(vital_signs(loop), loop.game)
        parts: dict[str, Scores] = {}
        for exam in self.exams:
            parts[exam.direction] = exam.take(loop.game, subject=subject, vitals=vitals)
        return join_directions(parts)

    def _is_best(self, scores: Scores) -> bool:
        name = scores.leading
        return all(scores.scores[name].is_better_than(old.scores[name]) for old in self.history)

    def _act(self, loop: AnyLoop) -> None:
        """Stop, or go back; all processes do the same."""
        if self.on_collapse == "stop" or loop.rollbacks >= MAX_ROLLBACKS:
            loop.stop()
            return
        loop.roll_back(load_checkpoint(self.best_path)["loop"])
        if loop.engine.is_main:
            self._forget_what_is_ahead(loop)
            self._warned.clear()
            print(
                f"rolled back to the best checkpoint, at {loop.images:,} images; on with "
                f"{0.5**loop.rollbacks:g} of the learning rates.",
                file=sys.stderr,
            )

    def _forget_what_is_ahead(self, loop: AnyLoop) -> None:
        """Drop the scores of states that the run has not reached; they will be made again."""
        kept, self.history = [], []
        for scores in read_scores(self.path):
            is_mine = scores.subject.get("while") == "training"
            if not is_mine:
                kept.append(scores)
            elif scores.images <= loop.images:
                kept.append(scores)
                self.history.append(scores)
        write_scores(self.path, kept)

    def _plot(self, scores: Scores) -> None:
        assert self._writer is not None
        for name, score in scores.scores.items():
            self._writer.add_scalar(f"scores/{name}", score.estimate.value, scores.images)
        for name, value in scores.vitals.items():
            self._writer.add_scalar(f"vitals/{name}", value, scores.images)
        self._writer.flush()

    def _warn(self, finding: Finding) -> None:
        """Say it on the terminal, and leave it beside the run for who looks later."""
        print(f"collapse alarm: {finding}", file=sys.stderr)
        alarms = self.folder / "alarms.txt"
        before = alarms.read_text(encoding="utf-8") if alarms.exists() else ""
        write_text(alarms, f"{before}{finding}\n")


def _as_roles(vitals: Mapping[str, float], game: Game[Any]) -> dict[str, float]:
    """Vital signs by what the players are, which is all that the alarm knows.

    Where several play one role, the strongest is meant: one discriminator that has won is enough.
    """
    renamed: dict[str, float] = {}
    for name, value in vitals.items():
        player, _, sign = name.partition(" ")
        name = f"{game.roles.get(player, player)} {sign}"
        renamed[name] = max(value, renamed.get(name, value))
    return renamed
