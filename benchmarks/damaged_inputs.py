"""Damaged inputs for every reader: nothing may crash, hang, grow, or lose a picture in silence.

    python benchmarks/damaged_inputs.py [--count 2000] [--seed 0] [--only zip,npy] [--keep FOLDER]

Inputs with known pictures are damaged by accident (bits, bytes, ranges, members) and on purpose
(bombs, lies, traps, files that change while they are read). Each is inspected and stored as a user
would, in a process that is watched from outside. It may be refused by a message; else every
picture that it still holds must be stored as it is or be named. See ``damaged/oracles.py`` for
what that means for each kind of file. One input in twelve is not damaged and may not be refused.

Every fault is printed with the command that repeats it; the files are kept. The exit code is 1 if
there is any.
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from damaged import saboteurs
from damaged.trial import labels
from damaged.workers import MEMORY_LIMIT, Job, Result, run_jobs

_WORDS = ("whole", "named", "part refused", "refused")


def jobs(arguments: argparse.Namespace) -> Iterator[Job]:
    if arguments.number is not None:
        yield Job(arguments.seed, arguments.number)
        return
    wanted = arguments.only.split(",") if arguments.only else [""]
    starts = tuple(wanted)
    numbers = (n for n in itertools.count() if any(it.startswith(starts) for it in labels(n)))
    for number in itertools.islice(numbers, arguments.count):
        yield Job(arguments.seed, number)


def show(result: Result) -> None:
    """Print the faults of one input, if it has any."""
    for fault in result.verdict.faults:
        place = f"--seed {result.job.seed} --number {result.job.number}"
        print(f"{fault.kind.upper()}  {result.reader}  {place}\n    {result.what[:300]!a}")
        print(f"    {fault.detail}", flush=True)


def table(results: list[Result]) -> None:
    """Reader x outcome, and the peak memory."""
    print(f"\n{'reader':16}{'inputs':>8}" + "".join(f"{word:>14}" for word in _WORDS), end="")
    print(f"{'faults':>8}{'peak MB':>9}{'slowest s':>11}")
    for reader in [*sorted({result.reader for result in results}), "all"]:
        rows = [result for result in results if reader in (result.reader, "all")]
        words = Counter(row.verdict.word for row in rows)
        faults = sum(bool(row.verdict.faults) for row in rows)
        peak = max((row.peak or 0 for row in rows), default=0) / 2**20
        slowest = max(row.seconds for row in rows)
        print(f"{reader or '?':16}{len(rows):8}", end="")
        print("".join(f"{words[word]:14}" for word in _WORDS), end="")
        print(f"{faults:8}{peak:9.0f}{slowest:11.1f}")


def self_test(seconds: float) -> int:
    """Whether every fault that is made on purpose is found."""
    wanted = {job: kind for kind, job in saboteurs.jobs()}
    missed = 0
    for result in run_jobs(wanted, workers=2, seconds=seconds):
        kinds = [fault.kind for fault in result.verdict.faults]
        found = wanted[result.job] in kinds
        missed += not found
        print(
            f"{result.what:14} {'found' if found else 'MISSED'}: {', '.join(kinds) or 'nothing'}"
        )
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Damaged inputs for every reader.")
    parser.add_argument("--count", type=int, default=2_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--only",
        help="readers, by the beginnings of their names: zip,npy; or attacks, heavy, accidents",
    )
    parser.add_argument("--number", type=int, help="only this input of the seed")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--seconds", type=float, default=20.0, help="after which one hangs")
    default = Path(tempfile.gettempdir(), "damaged-inputs-kept")
    parser.add_argument("--keep", type=Path, default=default, help="where faulty inputs go")
    parser.add_argument("--self-test", action="store_true", help="find faults made on purpose")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test(seconds=5.0)
    results, start = [], time.monotonic()
    for result in run_jobs(
        jobs(arguments),
        workers=arguments.workers,
        seconds=arguments.seconds,
        keep=arguments.keep,
    ):
        results.append(result)
        show(result)
    table(results)
    kinds = Counter(fault.kind for result in results for fault in result.verdict.faults)
    print(f"\n{len(results)} inputs in {time.monotonic() - start:.0f} s, ", end="")
    print(f"limit {MEMORY_LIMIT / 2**20:.0f} MB; faults: {dict(kinds) or 'none'}")
    if kinds:
        print(f"the files with faults are in {arguments.keep}")
    return 1 if kinds else 0


if __name__ == "__main__":
    sys.exit(main())
