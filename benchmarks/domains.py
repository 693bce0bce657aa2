"""What adapting to another domain is worth: accuracies on the target, and what a probe tells.

    python benchmarks/domains.py --source mnist --target mnist_m.npz [--seeds 3]
        [--recipes dann cdan adda] [--images N] [--plain-images N] [--field game.weight=0.3 ...]
        [--out domains.json] [--table domains.md]

For every seed it trains each recipe, the baseline that learns from the source alone (the first
recipe with --game.weight 0), and the same classifier on the target's labels; these two know all
that they will long before the others, so --plain-images may be less. The accuracies are
those of the last state, on the target's split for tests; nothing was chosen by them. The probes
are fresh ones on frozen features. It states mean and standard deviation over the seeds. What is
there in --out is not trained again.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import Any

import torch

from zerosum.allocator import keep_freed_memory
from zerosum.config import EvaluateConfig, RunConfig, change, from_json, to_json
from zerosum.evaluation.protocol import Scores
from zerosum.files import write_text
from zerosum.jobs import train_run
from zerosum.jobs.evaluation import evaluate
from zerosum.recipes import recipe

BASELINE, BOUND = "source only", "trained on the target"
COLUMNS = ("target accuracy", "source accuracy", "domain probe", "A-distance")
SHARED = ("network", "optimizer", "held_out", "ema_half_life", "augmentation")
"""Fields of the game that the classifier of the target has from the first recipe."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--recipes", nargs="+", default=["dann"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--images", type=int)
    parser.add_argument("--plain-images", type=int)
    parser.add_argument("--field", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out", type=Path, default=Path("domains.json"))
    parser.add_argument("--table", type=Path, default=Path("domains.md"))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(options.threads)
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    for seed in range(options.seeds):
        for name, config in trainings(options, seed).items():
            key = f"{name}, seed {seed}"
            if key not in results:
                results[key] = {"settings": to_json(config), "scores": train_and_score(config)}
                write_text(options.out, json.dumps(results, indent=1))
            found = results[key]["scores"]
            print(f"{key}: " + ", ".join(f"{k} {v:.4f}" for k, v in found.items()), flush=True)
    text = table(results, f"{options.source} to {options.target}")
    write_text(options.table, text)
    print(text)


def trainings(options: argparse.Namespace, seed: int) -> dict[str, RunConfig]:
    """By name, all that is trained with one seed."""
    fields = dict(field.split("=", 1) for field in options.field)
    values = {name: json.loads(value) for name, value in fields.items()}
    asked = {"data_a": options.source, "data_b": options.target, "seed": seed, "evaluate_every": 0}

    def made(name: str, images: int | None) -> RunConfig:
        return change(shortened(recipe(name), images), {**asked, **values})

    plain = made(options.recipes[0], options.plain_images or options.images)
    return {
        BASELINE: change(plain, {"game.weight": 0.0}),
        BOUND: bound(plain),
        **{name: made(name, options.images) for name in options.recipes},
    }


def shortened(config: RunConfig, images: int | None) -> RunConfig:
    """The recipe with so many images in all, its schedules shortened in proportion."""
    if images is None:
        return config
    values = to_json(config)
    game = values["game"]
    for place, name in (
        (game, "ramp"),
        (game, "pretraining"),
        (game["optimizer"], "annealing"),
        (game["domain_optimizer"], "annealing"),
    ):
        place[name] = place[name] and place[name] * images // config.total_images
    return from_json({**values, "images": images})


def bound(config: RunConfig) -> RunConfig:
    """The classifier alone, with the labels of the target: what adapting cannot surpass."""
    values, plain = to_json(config), to_json(recipe("classifier"))["game"]
    game = {**plain, **{name: values["game"][name] for name in SHARED}}
    return from_json(
        {**values, "data": values["data_b"], "data_a": None, "data_b": None, "game": game}
    )


def train_and_score(config: RunConfig) -> dict[str, float]:
    """Train in a folder that is then thrown away."""
    with TemporaryDirectory() as folder:
        run = train_run(config, out=Path(folder) / "run").run
        options = EvaluateConfig(device=config.device)
        return scores_of(evaluate(str(run.path), options, quiet=True).scores)


def scores_of(found: Scores) -> dict[str, float]:
    """What the table shows; a classifier of the target alone knows that accuracy only."""
    values = {name: score.estimate.value for name, score in found.scores.items()}
    if "accuracy" in values:
        return {"target accuracy": values["accuracy"]}
    return {name: values[name] for name in COLUMNS}


def table(results: Mapping[str, Mapping[str, Any]], title: str) -> str:
    """Mean and standard deviation over the seeds, in Markdown."""
    names = list(dict.fromkeys(key.rpartition(", seed ")[0] for key in results))
    lines = [f"| {title} | seeds | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 2) + "|"]
    for name in names:
        runs = [
            values["scores"]
            for key, values in results.items()
            if key.rpartition(", seed ")[0] == name
        ]
        cells = [_cell([run[column] for run in runs if column in run]) for column in COLUMNS]
        lines.append(f"| {name} | {len(runs)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    spread = f" ± {stdev(values):.3f}" if len(values) > 1 else ""
    return f"{mean(values):.3f}{spread}"


if __name__ == "__main__":
    main()
