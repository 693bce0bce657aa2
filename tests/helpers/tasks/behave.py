"""Does what it is told."""

import os
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from zerosum.errors import ConfigError


def run(arguments: dict[str, Any], progress: Any) -> Any:
    return globals()[arguments.pop("how")](progress=progress, **arguments)


def echo(progress: Any, **values: Any) -> dict[str, Any]:
    return values


def process(progress: Any) -> int:
    return os.getpid()


def count(progress: Any, total: int, note: str = "", seconds: float = 0.0) -> int:
    """Counts slowly, and notes in a file that it has begun, and whether it came to its end."""
    for done in range(total):
        if note:
            Path(note).write_text(str(done))
        progress(done, total)
        time.sleep(seconds)
    return total


def spin(progress: Any, note: str) -> None:
    """Never says how far it is, and computes by many small steps."""
    Path(note).write_text("1")
    while True:
        sum(range(100))


def hang(progress: Any, note: str) -> None:
    """Never says how far it is, and has begun a process that does no better."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(note).write_text(str(child.pid))
    time.sleep(600)


def die(progress: Any, note: str, times: int) -> str:
    """Dies so often, as the system kills what takes all memory; then it is well."""
    path = Path(note)
    died = int(path.read_text()) if path.exists() else 0
    if died < times:
        path.write_text(str(died + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return "well"


def chatter(progress: Any) -> str:
    """Prints by all ways there are, and reads."""
    print('{"number": 1, "result": "not this"}', flush=True)
    sys.__stdout__.write("by Python's own\n")  # type: ignore[union-attr]
    os.write(1, b"by the descriptor\n")
    subprocess.run([sys.executable, "-c", "print('by a child')"], check=True)
    return sys.stdin.read()


def refuse(progress: Any, field: str | None) -> None:
    error = ConfigError("rate must be at most 1, got 2.")
    error.field = field  # type: ignore[attr-defined]
    raise error


def miss(progress: Any, path: str) -> None:
    Path(path).read_text()


def err(progress: Any) -> None:
    raise TypeError("of ours")


def endless(progress: Any) -> float:
    return float("nan")


def blow(progress: Any, size: int) -> str:
    return "x" * size


def load(progress: Any, folder: str) -> None:
    """Imports a module that takes a while, and then never says how far it is."""
    sys.path.insert(0, folder)
    import_module("slow_to_import")
    spin(progress, f"{folder}/spinning")


def is_loaded(progress: Any) -> bool:
    return "slow_to_import" in sys.modules
