"""A copy of a checkout, in which functions are broken and mended again."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from mutating.mutants import PACKAGE, ROOT, Mutant

BROKEN = '''
"""What stands in the place of a function."""

from functools import wraps


def broken(kind, first="", place=0, value=None):
    def of(function):
        @wraps(function)
        def replaced(*arguments, **named):
            if kind == "identity":
                return named[first] if first in named else arguments[place]
            if kind == "constant":
                return value()
            return zeros(function(*arguments, **named))

        return replaced

    return of


def zeros(found):
    try:
        return found * 0
    except (TypeError, RuntimeError):  # Truth values.
        return found ^ found
'''

FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.M)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What became of a mutant.

    Attributes:
        title: Which one.
        change: What was done to it.
        verdict: ``killed``, ``survived``, ``untested`` or ``too long``.
        by: The test that noticed, or the reason why none has to.
        seconds: How long it took.
    """

    title: str
    change: str
    verdict: str
    by: str = ""
    seconds: float = 0.0


class Copy:
    """A copy of the checkout, in which functions are broken and mended again."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / ROOT.name
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        (self.root / "src" / "zerosum_broken.py").write_text(BROKEN, encoding="utf-8")

    def try_out(
        self, mutant: Mutant, tests: Sequence[Path], *, limit: float, ignored: Sequence[str] = ()
    ) -> Trial:
        """Break a function, and run its doctests and the tests that should notice.

        Args:
            mutant: The function.
            tests: Files, from the nearest on.
            limit: Seconds that it may take.
            ignored: Tests that say nothing.
        """
        start = monotonic()
        path = self.root / PACKAGE / mutant.path
        whole = path.read_text(encoding="utf-8")
        path.write_text(broken_text(whole, mutant), encoding="utf-8")
        files = [str(each) for each in (PACKAGE / mutant.path, *tests)]
        try:
            verdict, by = self._run([*files, *(f"--deselect={each}" for each in ignored)], limit)
        finally:
            path.write_text(whole, encoding="utf-8")
        return Trial(
            title=mutant.title,
            change=mutant.change,
            verdict=verdict,
            by=by,
            seconds=round(monotonic() - start, 1),
        )

    def sick(self, tests: Sequence[str]) -> list[str]:
        """Which tests fail though nothing is broken."""
        run = sorted({test for test in tests if "::" in test})
        return FAILED.findall(self._pytest(run, limit=3600.0)[1]) if run else []

    def _run(self, tests: Sequence[str], limit: float) -> tuple[str, str]:
        """The verdict of some tests, and which one it is by."""
        try:
            status, said = self._pytest(["-x", *tests], limit)
        except subprocess.TimeoutExpired:
            return "too long", ""
        if status in (0, 5):  # 5: there are none.
            return ("survived" if " passed" in said else "untested"), ""
        failed = FAILED.findall(said)
        return "killed", failed[0] if failed else "nothing can be imported"

    def _pytest(self, arguments: Sequence[str], limit: float) -> tuple[int, str]:
        """How it ended, and what it said; what it started ends with it."""
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"]
        paths = f"{self.root / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            running = subprocess.Popen(
                [*command, *arguments],
                cwd=self.root,
                env=environment,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                status = running.wait(limit)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)
                running.wait()
            said.seek(0)
            return status, said.read()


def broken_text(text: str, mutant: Mutant) -> str:
    """A module with a decorator before a function."""
    lines = text.splitlines(keepends=True)
    place = mutant.line - 1
    indent = lines[place][: len(lines[place]) - len(lines[place].lstrip())]
    decorator = f'@__import__("zerosum_broken").broken({mutant.decorator})\n'
    return "".join([*lines[:place], indent + decorator, *lines[place:]])
