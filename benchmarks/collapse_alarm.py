"""Whether the collapse alarm sees what it should, and is silent otherwise.

    python benchmarks/collapse_alarm.py [--images 60000] [--only NAME ...] [--out alarm.json]

Provokes each failure on purpose, in several ways, and trains healthy games of every kind beside
them, all on the embedded digits and small enough for a minute each. Reports the recall (broken
runs at which the alarm went off, and at which it named what was provoked) and the false alarms.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from zerosum.config import RunConfig, change
from zerosum.errors import NonFiniteCostError
from zerosum.evaluation.alarm import Finding, diagnose
from zerosum.evaluation.protocol import Scores
from zerosum.evaluation.records import read_scores
from zerosum.jobs import train_run
from zerosum.recipes import recipe

WON, VANISHED, COLLAPSED, DIVERGED = (
    "the discriminator has won",
    "the generator's gradient vanished",
    "mode collapse",
    "divergence",
)
G_RATE, D_RATE = (
    "game.generator_optimizer.learning_rate",
    "game.discriminator_optimizer.learning_rate",
)
BROKEN_ABOVE = 25.0
"""FD-digits from which on no digits are to be seen; an untrained game has 50 to 60."""

R1 = "game.penalties.r1.weight"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A training, and what the alarm may call it; nothing for a healthy one."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    names: Sequence[str] = ()
    base: str = "dcgan-digits"
    pixels_up_to: float = 1.0


RAW: Mapping[str, Any] = {R1: 0.0, "game.ema_half_life": None}
"""Without what makes the recipe robust."""

PLAIN: Mapping[str, Any] = {
    **RAW,
    "game.generator.norm": "none",
    "game.discriminator.norm": "none",
}
"""Without normalisation too."""

BROKEN = {
    "generator 500 times as fast as the discriminator": Case(
        fields={**RAW, G_RATE: 5e-3, D_RATE: 1e-5}, names=(COLLAPSED, DIVERGED)
    ),
    "no normalisation, generator too fast": Case(
        fields={**PLAIN, G_RATE: 2e-1, D_RATE: 2e-4}, names=(COLLAPSED, DIVERGED, VANISHED, WON)
    ),
    "no normalisation, both too fast": Case(
        fields={**PLAIN, G_RATE: 2e-1, D_RATE: 2e-1}, names=(COLLAPSED, DIVERGED, VANISHED, WON)
    ),
    "no normalisation, Wasserstein without a penalty": Case(
        fields={**PLAIN, "game.objective": "wasserstein", G_RATE: 5e-2, D_RATE: 5e-2},
        names=(DIVERGED, COLLAPSED, WON, VANISHED),
    ),
    "no normalisation, least squares, far too fast": Case(
        fields={**PLAIN, "game.objective": "least-squares", G_RATE: 1e-1, D_RATE: 1e-1},
        names=(DIVERGED, COLLAPSED, WON, VANISHED),
    ),
    "huge discriminator, eight turns, no smoothing": Case(
        fields={
            **RAW,
            "game.discriminator.base_channels": 64,
            "game.generator.base_channels": 4,
            "game.critic_turns": 8,
            D_RATE: 2e-3,
            G_RATE: 2e-5,
            "images": 16_000,
        },
        names=(WON, VANISHED, COLLAPSED),
    ),
    "minimax against a strong discriminator": Case(
        fields={
            **RAW,
            "game.objective": "minimax",
            "game.critic_turns": 5,
            D_RATE: 2e-3,
            G_RATE: 1e-5,
        },
        names=(WON, VANISHED, COLLAPSED),
    ),
    "generator that hardly moves": Case(
        fields={**RAW, G_RATE: 1e-6, D_RATE: 1e-3}, names=(WON, VANISHED, COLLAPSED)
    ),
    "data in [-255, 255] instead of [-1, 1]": Case(
        fields=RAW, names=(WON, VANISHED, COLLAPSED), pixels_up_to=255.0
    ),
    "data in [-8, 8] instead of [-1, 1]": Case(
        fields=RAW, names=(WON, VANISHED, COLLAPSED), pixels_up_to=8.0
    ),
    "fully connected, generator far too fast": Case(
        base="mnist-gan-2022",
        fields={"data": "digits", G_RATE: 2e-1, D_RATE: 1e-4},
        names=(DIVERGED, COLLAPSED, WON, VANISHED),
    ),
    "fully connected, discriminator far too fast": Case(
        base="mnist-gan-2022",
        fields={"data": "digits", "game.objective": "minimax", G_RATE: 1e-5, D_RATE: 2e-3},
        names=(WON, VANISHED, COLLAPSED),
    ),
}

SLOW: Mapping[str, Any] = {G_RATE: 2e-4, D_RATE: 2e-4, "images": 100_000}
"""Published rates: a fifth of the recipe's, so it takes longer until there are digits at all."""

HEALTHY = {
    "dcgan-digits, seed 1": Case(fields={"seed": 1}),
    "dcgan-digits, seed 2": Case(fields={"seed": 2}),
    "without R1": Case(fields={R1: 0.0}),
    "without average": Case(fields={"game.ema_half_life": None}),
    "published learning rate": Case(fields={**SLOW, R1: 0.0}),
    "smoothed labels": Case(fields={"game.real_label": 0.9, R1: 0.0}),
    "hinge": Case(fields={"game.objective": "hinge"}),
    "least squares": Case(fields={**SLOW, "game.objective": "least-squares", R1: 0.0}),
    "relativistic": Case(fields={"game.objective": "relativistic"}),
    "minimax": Case(fields={**SLOW, "game.objective": "minimax"}),
    "augmented": Case(fields={"game.augmentation": ["translation", "cutout"]}),
    "instance noise": Case(fields={"game.instance_noise.deviation": 0.2, R1: 0.0}),
    "WGAN-GP": Case(
        base="wgan-gp-mnist", fields={"data": "digits", "batch_size": 32, "images": 120_000}
    ),
    "fully connected 2018": Case(
        base="mnist-gan-2018", fields={"data": "digits", "images": 200_000}
    ),
    "fully connected 2022": Case(
        base="mnist-gan-2022", fields={"data": "digits", "images": 200_000}
    ),
    "batches of 128": Case(fields={"batch_size": 128, "images": 100_000}),
}


def config_of(case: Case, images: int) -> RunConfig:
    config = change(recipe(case.base), {"images": images, "device": "cpu"})
    if case.base != "mnist-gan-2018" and case.base != "mnist-gan-2022":
        config = change(
            config, {"game.generator.base_channels": 16, "game.discriminator.base_channels": 16}
        )
    config = change(config, case.fields)
    every = max(config.total_images // 12, config.batch_size)
    return change(config, {"evaluate_every": every, "evaluate_count": 2_048})


def play(name: str, images: int, cache: str) -> tuple[str, list[Scores], str | None]:
    """Train one case; its evaluations, and how it ended if not at the end."""
    os.environ["ZEROSUM_CACHE"] = cache
    torch.set_num_threads(1)
    case = (BROKEN | HEALTHY)[name]
    with tempfile.TemporaryDirectory() as folder:
        ended = None
        with patch("zerosum.data.batches.scale", _scaled_to(case.pixels_up_to)):
            try:
                train_run(config_of(case, images), out=Path(folder, "run"), quiet=True)
            except NonFiniteCostError as error:
                ended = str(error)
        return name, read_scores(Path(folder, "run", "scores.jsonl")), ended


def _scaled_to(limit: float) -> Any:
    from zerosum.data.scaling import scale

    return lambda pictures: scale(pictures) * limit


def first_finding(history: Sequence[Scores]) -> Finding | None:
    """What the alarm says first as a run goes on."""
    for length in range(1, len(history) + 1):
        finding = diagnose(history[:length])
        if finding is not None:
            return finding
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="Recall and false alarms of the collapse alarm.")
    parser.add_argument("--images", type=int, default=60_000, help="images of each training")
    parser.add_argument("--only", nargs="*", help="names of cases")
    parser.add_argument("--out", type=Path, help="JSON file for all evaluations")
    arguments = parser.parse_args()
    names = arguments.only or [*BROKEN, *HEALTHY]
    seen: dict[str, Finding | None] = {}
    survived: set[str] = set()
    lines = []
    with tempfile.TemporaryDirectory() as cache:
        context = get_context("spawn")
        with ProcessPoolExecutor(max_workers=2, mp_context=context) as pool:
            futures = [pool.submit(play, name, arguments.images, cache) for name in names]
            for future in futures:
                name, history, ended = future.result()
                seen[name] = first_finding(history)
                last = history[-1].scores["FD-digits"].estimate
                if name in BROKEN and last.value < BROKEN_ABOVE and ended is None:
                    survived.add(name)
                lines.append(
                    {"name": name, "ended": ended, "scores": [one.to_json() for one in history]}
                )
                kind = "broken " if name in BROKEN else "healthy"
                print(
                    f"{kind} {name} (at the end {last}): {seen[name] or 'no alarm'}"
                    f"{f' [ended: {ended}]' if ended else ''}",
                    flush=True,
                )
                if arguments.out is not None:
                    arguments.out.write_text(json.dumps(lines))
    report(seen, survived)


def report(seen: Mapping[str, Finding | None], survived: set[str]) -> None:
    broken = {
        name: finding for name, finding in seen.items() if name in BROKEN and name not in survived
    }
    found = [name for name, finding in broken.items() if finding is not None]
    named = [
        name
        for name, finding in broken.items()
        if finding is not None and finding.name in BROKEN[name].names
    ]
    false = [name for name in seen if name in HEALTHY and seen[name] is not None]
    healthy = sum(name in HEALTHY for name in seen)
    for name in survived:
        print(f"was to break, but drew digits: {name}: {seen[name] or 'no alarm'}")
    print(f"recall: {len(found)} of {len(broken)} broken runs, {len(named)} by a right name")
    print(f"false alarms: {len(false)} of {healthy} healthy runs")


if __name__ == "__main__":
    main()
