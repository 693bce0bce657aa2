"""How long the studio takes to list many runs: the first time, and again when little changed.

    python benchmarks/studio.py [--runs 1000]

The runs are made up, each with 20 evaluations, 100 lines of statistics and 10 grids. What is
printed are medians of the time on the clock, and of that of the processor.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from zerosum.config import to_json
from zerosum.recipes import recipe

__all__ = ["make_run", "make_runs"]

IMAGES = 200_000


def make_run(folder: Path, **status: Any) -> Path:
    """A run folder as a finished training leaves it, without its checkpoints.

    Args:
        folder: The run folder.
        status: What ``status.json`` is to say otherwise.
    """
    (folder / "samples").mkdir(parents=True)
    (folder / "checkpoints").mkdir()
    (folder / "config.json").write_text(json.dumps(to_json(recipe("dcgan-digits")), indent=2))
    (folder / "environment.json").write_text(json.dumps({"zerosum": "0.1.0", "command": []}))
    stats = [_stats(IMAGES * step // 100) for step in range(1, 101)]
    scores = [_scores(IMAGES * step // 20, 10.0 / (step + 1)) for step in range(21)]
    for name, lines in (("stats", stats), ("scores", scores)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    for step in range(11):
        (folder / "samples" / f"{IMAGES * step // 10:010d}.png").write_bytes(b"a picture")
    said = {"pid": 1, "created": 0.0, "host": "elsewhere", "state": "finished", "phase": "saving"}
    said |= {"images": IMAGES, "total_images": IMAGES, "updated": time.time(), **status}
    (folder / "status.json").write_text(json.dumps(said))
    return folder


def make_runs(folder: Path, count: int) -> None:
    """So many run folders.

    Args:
        folder: The folder of runs.
        count: How many.
    """
    for number in range(count):
        make_run(folder / f"run-{number:05d}")


def _stats(images: int) -> dict[str, Any]:
    player = {"cost": 0.9, "adversarial": 0.8, "accuracy": 0.7, "real": 1.8, "fake": -0.1}
    players = {"discriminator": player, "generator": {"cost": 0.8, "accuracy": 0.2}}
    return {"images": images, "rounds": images // 32, "images_per_second": 400.0, **players}


def _scores(images: int, value: float) -> dict[str, Any]:
    score = {"value": value, "error": 0.01, "how": "unbiased", "lower_is_better": True}
    real = {"source": "digits", "split": "train", "identity": "a" * 32, "pictures": 5000}
    return {
        "subject": {"run": "run", "images": images, "while": "training"},
        "scores": {"KD-digits": score, "FD-digits": score},
        "vitals": {"diversity": 0.9, "discriminator accuracy": 0.7, "generator accuracy": 0.2},
        "protocol": {"network": {"network": "digits"}, "real": real, "generated": 64, "seed": 0},
    }


def _measured(what: str, call: Callable[[], Any], times: int) -> None:
    clock, processor = [], []
    for _ in range(times):
        before = time.perf_counter(), time.process_time()
        call()
        clock.append(time.perf_counter() - before[0])
        processor.append(time.process_time() - before[1])
    print(f"{what:<24} {1000 * median(clock):7.1f} ms, of the processor {_ms(processor)}")


def _ms(seconds: list[float]) -> str:
    return f"{1000 * median(seconds):7.1f} ms"


def main() -> None:
    from zerosum.studio.home import Home
    from zerosum.studio.queue import working_queue

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    count = parser.parse_args().runs
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        make_runs(home.runs, count)
        _measured(f"{count} runs, first time", lambda: working_queue(home)[0].summaries(), 5)
        shelf, _ = working_queue(home)
        version = shelf.changed_since(0).version
        _measured("again", shelf.summaries, 20)

        def change_one() -> None:
            with (home.runs / "run-00000" / "stats.jsonl").open("a") as file:
                file.write("\n")
            assert len(shelf.changed_since(version).changed) <= 1

        _measured("one has changed", change_one, 20)


if __name__ == "__main__":
    main()
