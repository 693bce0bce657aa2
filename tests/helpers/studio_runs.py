"""Run folders as trainings leave them, written in no time."""

import json
from pathlib import Path
from typing import Any

from PIL import Image

from studio import make_run

__all__ = ["add_lines", "make_repeat", "make_shown"]


def make_shown(folder: Path, **status: Any) -> Path:
    """A run whose pictures can be looked at."""
    make_run(folder, **status)
    for number, grid in enumerate(sorted((folder / "samples").iterdir())):
        Image.new("L", (64, 64), 20 * number).save(grid)
    (folder / "checkpoints" / "latest.safetensors").write_bytes(b"weights")
    return folder


def make_repeat(folder: Path, seed: int, *, generated: int = 64, factor: float = 1.0) -> Path:
    """A run of a seed by 3 processes of 2 threads, at 1,000 images a second.

    Args:
        folder: The run folder.
        seed: Its seed.
        generated: How many pictures were scored.
        factor: On its scores.
    """
    make_shown(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "seed": seed}))
    (folder / "environment.json").write_text('{"threads": 2, "processes": 3}')
    stats, scores = (_lines(folder / f"{name}.jsonl") for name in ("stats", "scores"))
    for line in stats:
        line["seconds"] = line["images"] / 1_000
    for line in scores:
        line["protocol"]["generated"] = generated
        for score in line["scores"].values():
            score["value"] *= factor
    for name, lines in (("stats", stats), ("scores", scores)):
        said = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(said)
    return folder


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def add_lines(folder: Path, first: int, count: int) -> None:
    """Write on in ``stats.jsonl``, as a training does."""
    player = {"cost": 0.5, "accuracy": 0.5}
    with (folder / "stats.jsonl").open("a") as file:
        for images in range(first, first + count):
            line = {"images": images, "rounds": images, "images_per_second": 400.0}
            file.write(json.dumps({**line, "generator": player, "discriminator": player}) + "\n")
