"""Scores while training: the curve, the best checkpoint, and the collapse alarm."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from torch.utils.tensorboard import SummaryWriter

from zerosum.checkpoint import load_checkpoint, require_like
from zerosum.data import unscale
from zerosum.errors import CheckpointError, RunError
from zerosum.evaluation.alarm import Finding, diagnose
from zerosum.evaluation.extraction import kept_on_disk
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import append_scores, as_scores, read_scores, write_scores
from zerosum.evaluation.scorer import ImageScorer
from zerosum.files import write_text
from zerosum.games import Game
from zerosum.training.diagnostics import player_diagnostics
from zerosum.training.hooks import Checkpoints, passed
from zerosum.training.loop import Loop, Record
from zerosum.types import ImageBatches, Progress

__all__ = ["Evaluation", "Evaluator", "Evaluators", "ImageEvaluator"]

AnyLoop = Loop[Any]

MAX_ROLLBACKS = 3
"""Rollbacks after which a run that collapses again is stopped."""


@runtime_checkable
class Evaluator(Protocol):
    """What scores a game as it is now; the game stays as it is.

    Args:
        subject: Facts on the run.
        diagnostics: Signs of the game's health, to be recorded with the scores.
        progress: Called as it goes; what it raises ends the evaluation.
    """

    def __call__(
        self,
        *,
        subject: Mapping[str, Any],
        diagnostics: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """Return the scores."""


Evaluators = Mapping[str, Evaluator]
"""The evaluators of a run, by direction of translation; ``""`` where there is none."""


@dataclass(frozen=True, kw_only=True)
class ImageEvaluator:
    """Scores the images that a game makes against real ones.

    Attributes:
        scorer: What is measured, against which images.
        make: The game's images, the same ones' successors at every evaluation.
        count: How many images ``make`` makes.
    """

    scorer: ImageScorer
    make: Callable[[], ImageBatches]
    count: int

    def __call__(
        self,
        *,
        subject: Mapping[str, Any],
        diagnostics: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        """Return the scores of images made now."""
        made = map(unscale, self.make())
        with kept_on_disk(made, self.count, progress=progress) as images:
            fake = self.scorer.extract(images, progress=progress)
            return self.scorer.score(fake, subject=subject, diagnostics=diagnostics)


class Evaluation:
    """Scores the game every so many images; looks at scores and diagnostics for a collapse.

    Nothing of it touches the run: with it or without it the weights are the same, unless a
    rollback is asked for. An evaluation is whole or has not been: where it is cut short, by an
    error, a signal or a kill, the run that goes on makes it again. What it knows is in the
    checkpoints; ``scores.jsonl`` and ``alarms.txt`` show it, and are written anew from it.

    Args:
        folder: The run's folder.
        evaluators: What scores the game; none in processes that do not write.
        every: Images between two evaluations.
        until: Images at which the run ends; the last state is evaluated too.
        checkpoints: What keeps the run, and its best state.
        on_collapse: ``warn`` says what was seen, once; ``stop`` ends the run there; ``rollback``
            goes back to the best checkpoint and on with half the learning rates and other random
            numbers, at most three times.
    """

    name = "evaluation"

    def __init__(
        self,
        folder: Path,
        *,
        evaluators: Evaluators,
        every: int,
        until: int,
        checkpoints: Checkpoints,
        on_collapse: Literal["warn", "stop", "rollback"] = "warn",
    ) -> None:
        self.folder = folder
        self.path = folder / "scores.jsonl"
        self.alarms_path = folder / "alarms.txt"
        self.evaluators = evaluators
        self.every = every
        self.until = until
        self.checkpoints = checkpoints
        self.on_collapse = on_collapse
        self.history: list[Scores] = []
        self._best: Scores | None = None
        self._done = -1  # images at the last evaluation
        self._alarms: list[str] = []
        self._warned: set[str] = set()
        self._writer: SummaryWriter | None = None

    def state_dict(self) -> dict[str, Any]:
        """The evaluations so far, which of them was the best, and what the alarm has said."""
        return {
            "history": [scores.to_json() for scores in self.history],
            "best": None if self._best is None else self._best.images_seen,
            "done": self._done,
            "alarms": list(self._alarms),
            "warned": sorted(self._warned),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to what was known; the files follow when the run starts.

        Raises:
            CheckpointError: It is not what `state_dict` gave.
        """
        like: dict[str, Any] = {"history": [], "done": 0, "alarms": [], "warned": []}
        require_like(state, like, "loop.hooks.evaluation")
        try:
            self.history = [as_scores(values) for values in state["history"]]
        except ValueError as error:
            raise CheckpointError(f"the checkpoint's evaluations do not fit: {error}") from error
        best = [scores for scores in self.history if scores.images_seen == state.get("best")]
        self._best = best[0] if best else None
        self._done = state["done"]
        self._alarms = list(map(str, state["alarms"]))
        self._warned = set(map(str, state["warned"]))

    def started(self, loop: AnyLoop) -> None:
        """Bring the files to where the run stands, and make the evaluation that is due there."""
        if loop.engine.is_main:
            self._show()
        if loop.images_seen == 0 or passed(loop, self.every):
            self._evaluate(loop)

    def played(self, loop: AnyLoop, record: Record) -> None:
        """Score the game when it is time, and act on a collapse."""
        if passed(loop, self.every):
            self._evaluate(loop)

    def stopped(self, loop: AnyLoop) -> None:
        """Score the last state of a run that is complete."""
        if loop.images_seen >= self.until and self._evaluate(loop):
            self.checkpoints.save(loop)
        self._close()

    def _evaluate(self, loop: AnyLoop) -> bool:
        """Make an evaluation and act on it, unless it is made or the run is to stop; whether."""
        if self._done == loop.images_seen or loop.engine.any(loop.is_stopping):
            return False
        loop.require_finite()
        # What may take long or fail must not cost the run anything; and after a rollback, the run
        # is saved before another best state takes the place of the one that it went back to.
        self.checkpoints.keep(loop)
        before, finding, is_whole = self.state_dict(), None, True
        try:
            with loop.doing("evaluating"):
                finding = self.score_and_diagnose(loop)
        except _InterruptedError:
            is_whole = False
        except BaseException:
            self.load_state_dict(before)
            raise
        loop.engine.wait()  # Only the main process has looked, for as long as it took.
        if loop.engine.any(not is_whole):
            self.load_state_dict(before)
            return False
        self._done = loop.images_seen
        if self.on_collapse != "warn" and loop.engine.any(finding is not None):
            self._act(loop)
        return True

    def score_and_diagnose(self, loop: AnyLoop) -> Finding | None:
        """Score the game, write the scores down, and diagnose a collapse."""
        if not self.evaluators:
            return None
        scores = self.score(loop)
        self.history.append(scores)
        self._done = loop.images_seen
        finding = diagnose(self.history)
        if finding is not None:
            self._warn(finding)
        elif self._is_best(scores):  # A way back from a collapse must lead out of it.
            self._best = scores
            self.checkpoints.save_best(loop)
        append_scores(self.path, scores)
        self._plot(scores)
        return finding

    def score(self, loop: AnyLoop) -> Scores:
        """The scores of all evaluators, and the diagnostics of the players."""

        def give_way(done: int, total: int) -> None:
            if loop.is_stopping:
                raise _InterruptedError

        subject = {"run": self.folder.name, "images": loop.images_seen, "while": "training"}
        diagnostics = _as_roles(player_diagnostics(loop), loop.game)
        parts: dict[str, Scores] = {}
        for direction, evaluate in self.evaluators.items():
            parts[direction] = evaluate(
                subject=subject, diagnostics=diagnostics, progress=give_way
            )
        if len(parts) == 1:
            return parts.popitem()[1]
        from zerosum.evaluation.directions import join_directions  # For two directions alone.

        return join_directions(parts)

    def _is_best(self, scores: Scores) -> bool:
        """An untrained network is never the best, whatever its score."""
        if not scores.images_seen:
            return False
        name = scores.leading
        return self._best is None or scores.scores[name].is_better_than(self._best.scores[name])

    def _act(self, loop: AnyLoop) -> None:
        """Stop, or go back; all processes do the same."""
        if self.on_collapse == "stop" or loop.rollbacks >= MAX_ROLLBACKS:
            loop.stop()
            return
        alarms = self._alarms
        loop.roll_back(self._way_back())
        # What was seen on the way that was given up is still to be read.
        self._alarms, self._warned = alarms, set()
        if loop.engine.is_main:
            self._close()
            self._show()
            print(
                f"rolled back to the best checkpoint, at {loop.images_seen:,} images; on with "
                f"{0.5**loop.rollbacks:g} of the learning rates.",
                file=sys.stderr,
            )

    def _way_back(self) -> Mapping[str, Any]:
        """The state of the best evaluation."""
        state: Mapping[str, Any] = load_checkpoint(self.checkpoints.best_path)["loop"]
        known = None if self._best is None else self._best.images_seen
        if self.evaluators and state["images"] != known:
            raise RunError(
                f"{self.checkpoints.best_path} was saved after {state['images']:,} images, but "
                f"the best evaluation of this run was after {known or 'none'}: there is no way "
                "back from the collapse. Put the right file there, or resume with --on-collapse "
                "warn."
            )
        return state

    def _show(self) -> None:
        """Write the files anew: what is known, and what users have measured themselves."""
        own = [scores for scores in read_scores(self.path) if not _is_of_training(scores)]
        if own or self.history or self.path.exists():
            write_scores(
                self.path, sorted(own + self.history, key=lambda scores: scores.images_seen)
            )
        if self._alarms or self.alarms_path.exists():
            self._write_alarms()
        self._writer = SummaryWriter(
            self.folder / "tensorboard", purge_step=self._done + 1, filename_suffix=".scores"
        )

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _plot(self, scores: Scores) -> None:
        assert self._writer is not None
        for name, score in scores.scores.items():
            self._writer.add_scalar(f"scores/{name}", score.estimate.value, scores.images_seen)
        for name, value in scores.diagnostics.items():
            self._writer.add_scalar(f"vitals/{name}", value, scores.images_seen)
        self._writer.flush()

    def _warn(self, finding: Finding) -> None:
        """Say it on the terminal, once, and leave it beside the run for who looks later."""
        if finding.name in self._warned:
            return
        self._warned.add(finding.name)
        self._alarms.append(str(finding))
        print(f"collapse alarm: {finding}", file=sys.stderr)
        self._write_alarms()

    def _write_alarms(self) -> None:
        write_text(self.alarms_path, "".join(f"{line}\n" for line in self._alarms))


class _InterruptedError(Exception):
    """The run is to stop while it is being evaluated."""


def _is_of_training(scores: Scores) -> bool:
    return scores.subject.get("while") == "training"


def _as_roles(diagnostics: Mapping[str, float], game: Game[Any]) -> dict[str, float]:
    """The diagnostics by what the players are, which is all that the alarm knows.

    Where several play one role, the strongest is meant: one discriminator that has won is enough.
    """
    renamed: dict[str, float] = {}
    for name, value in diagnostics.items():
        player, _, sign = name.partition(" ")
        name = f"{game.roles.get(player, player)} {sign}"
        renamed[name] = max(value, renamed.get(name, value))
    return renamed
