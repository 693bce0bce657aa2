"""What share of an evaluation is spent in the networks.

    python benchmarks/evaluation_share.py [--count 10000] [--recipe NAME] [--features NAME]

Evaluates an untrained run (how good its pictures are does not change how long it takes) as
``zerosum evaluate`` does, with its standard metrics and real pictures that nobody has looked at
yet, and counts the processor seconds of the generator and of the feature network against all
that the call takes. Three turns; the median counts.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from zerosum.config import EvaluateConfig, change
from zerosum.features import FeatureNetwork
from zerosum.games import AdversarialGame
from zerosum.jobs import evaluate, train_run
from zerosum.recipes import recipe

WANTED = 0.9


class Clock:
    """Counts the processor seconds that a method takes, over all its calls."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def watch(self, owner: type, name: str) -> Any:
        """Wrap a method for as long as the patch lasts."""
        method = getattr(owner, name)

        def watched(*arguments: Any) -> Any:
            start = time.process_time()
            try:
                return method(*arguments)
            finally:
                self.seconds += time.process_time() - start

        return patch.object(owner, name, watched)


def turn(run: Path, config: EvaluateConfig) -> tuple[float, float]:
    """Processor seconds in the networks, and in all."""
    with tempfile.TemporaryDirectory() as cache:
        os.environ["ZEROSUM_CACHE"] = cache
        clock = Clock()
        start = time.process_time()
        with clock.watch(AdversarialGame, "draw"), clock.watch(FeatureNetwork, "__call__"):
            evaluate(str(run), config, quiet=True)
        return clock.seconds, time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="Share of the networks in an evaluation.")
    parser.add_argument("--count", type=int, default=10_000, help="pictures to generate")
    parser.add_argument("--recipe", default="dcgan-digits")
    parser.add_argument("--data", help="source, instead of the recipe's")
    parser.add_argument("--features", default="auto")
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    config = recipe(arguments.recipe)
    data = arguments.data or config.data
    few = {"data": data, "images": config.batch_size, "evaluate_every": 0, "device": "cpu"}
    how = EvaluateConfig(count=arguments.count, features=arguments.features, device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ZEROSUM_CACHE"] = folder
        run = train_run(change(config, few), out=Path(folder, "run"), quiet=True).run
        shares = []
        for _ in range(arguments.turns):
            networks, whole = turn(run.path, how)
            shares.append(networks / whole)
            print(f"networks {networks:6.1f} of {whole:6.1f} processor seconds: {shares[-1]:.1%}")
    print(f"share {median(shares):.1%} (wanted: at least {WANTED:.0%})")


if __name__ == "__main__":
    main()
