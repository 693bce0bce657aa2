"""What unlabelled pictures are worth: accuracy by the number of labels, with and without them.

    python benchmarks/semi_supervised.py --data mnist [--labels 10 20 50 100 1000] [--seeds 5]
                                    [--images 18000000] [--supervised-images 2000000] [--out few]
                                    [--field 'precision="bf16"' ...]

For every number of labels and every seed, which chooses the labels too, two classifiers of one
kind are trained: by `sgan`, which sees all pictures, and by `sgan-supervised`, which sees the
labelled ones alone. Both are tested on the split test of the source. What counts is the accuracy
at the end of the run, not at its best: to choose by test pictures would be to learn from them.

OUT/few_labels.json holds every run with its curve, OUT/few_labels.svg the plot, OUT/curves.svg
the errors while training; a table is printed. A run that is there already is not trained again;
one that was interrupted, or that is now to see more images, goes on.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from matplotlib.figure import Figure

from zerosum.allocator import keep_freed_memory
from zerosum.config import change
from zerosum.evaluation.records import read_scores
from zerosum.files import write_text
from zerosum.jobs import resume_run, train_run
from zerosum.recipes import recipe
from zerosum.runs import Run

METHODS = {"sgan": "with unlabelled pictures", "sgan-supervised": "labels alone"}
CLASSES = 10
LOOKS = 6

Found = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--labels", type=int, nargs="+", default=[10, 20, 50, 100, 1000])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--images", type=int, default=18_000_000)
    parser.add_argument("--supervised-images", type=int, default=2_000_000)
    parser.add_argument("--field", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--out", type=Path, default=Path("few-labels"))
    options = parser.parse_args()
    keep_freed_memory()
    found: list[Found] = []
    for result in measure(options):
        found.append(result)
        write_text(options.out / "few_labels.json", json.dumps(found, indent=1) + "\n")
        print(f"{result['method']}, {result['labels']} labels, seed {result['seed']}: ", end="")
        print(f"{result['accuracy']:.4f}", flush=True)
    print_table(found)
    plot(found, options.out / "few_labels.svg")
    plot_curves(found, options.out / "curves.svg")


def measure(options: argparse.Namespace) -> Iterator[Found]:
    """All runs, one after the other."""
    given = (field.split("=", 1) for field in options.field)
    changed = {name: json.loads(value) for name, value in given}
    for labels in options.labels:
        if labels % CLASSES:
            raise SystemExit(f"--labels are equally many of {CLASSES} classes, got {labels}")
        for seed in range(options.seeds):
            for method in METHODS:
                semi = method == "sgan"
                images = options.images if semi else options.supervised_images
                fields = {
                    "data": options.data,
                    "seed": seed,
                    "images": images,
                    "evaluate_every": max(1, images // LOOKS),
                    "sample_every": images,
                    "game.labels_per_class": labels // CLASSES,
                    **changed,
                }
                curve = train(method, fields, options.out / f"{method}-{labels}-{seed}")
                yield {
                    "method": method,
                    "labels": labels,
                    "seed": seed,
                    "images": images,
                    "accuracy": curve[-1][1],
                    "curve": curve,
                }


def train(method: str, fields: dict[str, Any], path: Path) -> list[tuple[int, float]]:
    """(images seen, accuracy) at every look, of a run that is there or is made now."""
    if (path / "config.json").exists():
        run = resume_run(path, images=fields["images"], quiet=True).run
    else:
        run = train_run(change(recipe(method), fields), out=path, quiet=True).run
    return read_curve(run)


def read_curve(run: Run) -> list[tuple[int, float]]:
    found = read_scores(run.scores_path)
    return [(each.images_seen, each.scores["accuracy"].estimate.value) for each in found]


def print_table(found: Sequence[Found]) -> None:
    """Mean ± standard deviation over the seeds, in percent."""
    print("\nlabels  " + "".join(f"{text:>28}" for text in METHODS.values()))
    for labels in sorted({each["labels"] for each in found}):
        cells = []
        for method in METHODS:
            values = select(found, method, labels)
            spread = f" ± {stdev(values):.2f}" if len(values) > 1 else ""
            cells.append(f"{f'{mean(values):.2f}{spread} % (n = {len(values)})':>28}")
        print(f"{labels:>6}  " + "".join(cells))


def select(found: Sequence[Found], method: str, labels: int) -> list[float]:
    return [
        100 * each["accuracy"]
        for each in found
        if (each["method"], each["labels"]) == (method, labels)
    ]


def plot(found: Sequence[Found], path: Path) -> None:
    """Accuracy by the number of labels; a point for each seed, a line through the means."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    counts = sorted({each["labels"] for each in found})
    for method, text in METHODS.items():
        values = [select(found, method, labels) for labels in counts]
        (line,) = axes.plot(counts, [mean(each) for each in values], label=text)
        for labels, each in zip(counts, values, strict=True):
            axes.plot([labels] * len(each), each, ".", color=line.get_color())
    axes.set_xscale("log")
    axes.set_xticks(counts, [str(labels) for labels in counts])
    axes.set_xlabel("labels")
    axes.set_ylabel("accuracy on the split test, %")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)


def plot_curves(found: Sequence[Found], path: Path) -> None:
    """Errors by the images seen, a line for each run that had unlabelled pictures."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    counts = sorted({each["labels"] for each in found})
    for each in found:
        if each["method"] == "sgan":
            images, values = zip(*each["curve"], strict=True)
            colour = f"C{counts.index(each['labels'])}"
            label = f"{each['labels']} labels" if each["seed"] == 0 else None
            axes.plot(images, [100 * (1 - value) for value in values], color=colour, label=label)
    axes.set_xlabel("images seen")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.locator_params(axis="x", nbins=5)
    axes.set_ylabel("errors on the split test, %")
    axes.set_yscale("log")
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100], [str(n) for n in (1, 2, 5, 10, 20, 50, 100)])
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()
