"""Break functions of zerosum, one at a time, and see whether a test notices.

python scripts/mutations.py --number 60 --seed 0

Functions are drawn by a seed. Each is replaced by the identity of its first argument or by a
constant that fits its annotation, in a copy of the checkout; then its doctests run, and the tests
that import its module or a module that uses it, up to the first that fails. What fails without the
change too does not count. A survivor is a function that nobody would miss: it needs a better test,
or a reason in `REASONS`; the exit status is 1 if one has neither.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from queue import Queue

from mutating.copies import Copy, Trial
from mutating.mutants import Mutant, draw, mutants
from mutating.noticing import noticed_by

REASONS: Mapping[str, str] = {
    "zerosum.models.sampler:Sampler.save_grid": (
        "tests/contracts/test_conditional.py opens the grid, and knows the command, not the module"
    ),
}
"""Survivors that may live, by the name that is printed, each with the reason."""


def report(trials: Sequence[Trial]) -> str:
    """How many there were of each verdict, and all that was not killed."""
    counts = Counter(trial.verdict for trial in trials)
    lines = [", ".join(f"{verdict} {count}" for verdict, count in counts.most_common())]
    for trial in trials:
        if trial.verdict != "killed":
            lines.append(f"{trial.title} → {trial.change}: {trial.by or 'no reason is stated'}")
    return "\n".join(lines)


def main() -> int:
    """Draw, break, run, and say what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--number", type=int, default=60, help="functions to draw")
    parser.add_argument("--seed", type=int, default=0, help="from which the choice follows")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each")
    parser.add_argument("--jobs", type=int, default=1, help="how many to try at a time")
    parser.add_argument(
        "--only", nargs="*", help="functions to break instead, as the table names them"
    )
    parser.add_argument("--list", action="store_true", help="show what is drawn, and no more")
    parser.add_argument("--json", type=Path, help="file for the results")
    options = parser.parse_args()
    drawn = draw(options.number, options.seed)
    if options.only:
        drawn = [each for each in mutants() if each.title in options.only]
    if options.list:
        print(*(f"{each.title} → {each.change}" for each in drawn), sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copies = [Copy(Path(folder, str(number))) for number in range(options.jobs)]
        trials = _try_all(drawn, copies, options.limit)
    if options.json is not None:
        rows = [asdict(each) for each in trials]
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(report(trials))
    return int(any(trial.verdict != "killed" and not trial.by for trial in trials))


def _try_all(drawn: Sequence[Mutant], copies: Sequence[Copy], limit: float) -> list[Trial]:
    """What becomes of each, where only tests that pass without it can notice it."""
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)
    tests = {mutant: noticed_by(mutant) for mutant in drawn}
    ignored: list[str] = []

    def trial_of(mutant: Mutant) -> Trial:
        copy = free.get()
        try:
            trial = copy.try_out(mutant, tests[mutant], limit=limit, ignored=ignored)
        finally:
            free.put(copy)
        if trial.verdict != "killed":
            trial = replace(trial, by=REASONS.get(trial.title, ""))
        print(f"{trial.title} → {trial.change}: {trial.verdict} {trial.by}", flush=True)
        return trial

    with ThreadPoolExecutor(len(copies)) as workers:
        trials = dict(zip(drawn, workers.map(trial_of, drawn), strict=True))
        while sick := copies[0].sick([each.by for each in trials.values()]):
            print("These fail by themselves:", *sick, flush=True)
            ignored += sick
            again = [mutant for mutant in drawn if trials[mutant].by in sick]
            trials |= zip(again, workers.map(trial_of, again), strict=True)
    return list(trials.values())


if __name__ == "__main__":
    sys.exit(main())
