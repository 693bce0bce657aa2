"""Short runs in which much happens: a few rounds, with evaluations and a collapse."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from helpers.two_domains import adapting, digits_and_negatives, small
from zerosum import jobs
from zerosum.config import RunConfig, change
from zerosum.evaluation.alarm import Finding
from zerosum.evaluation.protocol import Scores
from zerosum.recipes import recipe

SHORT = {
    "images": 48,
    "batch_size": 8,
    "evaluate_every": 16,
    "evaluate_count": 4,
    "sample_every": 24,
    "sample_count": 4,
    "log_every": 24,
    "checkpoint_seconds": 0.0,
    "on_collapse": "rollback",
    "device": "cpu",
}
"""Six rounds with three evaluations, of which the second finds a collapse."""

KINDS: dict[str, Callable[[Path], RunConfig]] = {
    "r3gan": lambda folder: change(recipe("r3gan-digits"), SHORT),
    "stylegan2": lambda folder: change(recipe("stylegan2-digits"), SHORT),
    "progan": lambda folder: change(recipe("progan-digits"), SHORT),
    "cyclegan": lambda folder: small(
        "cyclegan-small",
        digits_and_negatives(folder / "data"),
        folder,
        **{**SHORT, "game.pool": 4},
    ),
    "semi-supervised": lambda folder: change(recipe("sgan"), {**SHORT, "data": "digits"}),
    "classifier": lambda folder: change(recipe("classifier"), SHORT),
    "adaptation": lambda folder: adapting(folder / "data", **SHORT),
    "perturbation": lambda folder: change(recipe("advgan"), SHORT),
    "autoregressive": lambda folder: change(
        recipe("fvbn-digits"), {**SHORT, "game.network.widths": (16,)}
    ),
}
"""A run of each kind of game."""


def collapse_once(seen: list[float]) -> AbstractContextManager[Any]:
    """A diagnosis that finds a collapse at 32 images, on the way that was gone first."""

    def diagnose(history: Sequence[Scores]) -> Finding | None:
        last = history[-1]
        if last.images_seen != 32:
            return None
        value = last.diagnostics[
            min(name for name in last.diagnostics if name.endswith("gradient"))
        ]
        if not seen:
            seen.append(value)
        if value != seen[0]:
            return None
        return Finding(name="mode collapse", images_seen=32, reason="a test", remedy="None.")

    return patch("zerosum.training.evaluation.diagnose", diagnose)


def start(config: RunConfig, path: Path) -> None:
    """As `zerosum train --continue` does."""
    jobs.train_run(config, out=path, go_on=True, quiet=True)
