"""Watch every change in a folder (a file opened to write, a rename, an fsync), and let it fail.

What Python asks of the system is seen by an audit hook; ``os.fsync``, which has no event, and the
weights, which are written by a library that is not Python's, are wrapped.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import safetensors.torch

__all__ = ["watched"]

Watch = Callable[[int, str], None]
"""Called before a change with its number, from 0, and what it is; what it raises happens."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.truncate", "os.link")


class _Watcher:
    def __init__(self, folder: Path, watch: Watch) -> None:
        self.folder = str(folder)
        self.watch = watch
        self.changes = 0

    def see(self, what: str) -> None:
        self.changes += 1
        self.watch(self.changes - 1, what)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        is_write = event in _CHANGES or (event == "open" and int(arguments[2]) & _WRITING)
        if is_write and str(arguments[0]).startswith(self.folder):
            self.see(f"{event} {arguments[0]}")


_watchers: list[_Watcher] = []
_hooks: list[Any] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _watchers and threading.current_thread() is threading.main_thread():
        watcher = _watchers.pop()  # What the watch itself does is not watched.
        try:
            watcher.audit(event, arguments)
        finally:
            _watchers.append(watcher)


@contextmanager
def watched(folder: Path, watch: Watch) -> Iterator[None]:
    """Within the block ``watch`` is called before every change in the folder."""
    if not _hooks:  # It cannot be taken away again.
        sys.addaudithook(_hook)
        _hooks.append(_hook)
    watcher = _Watcher(folder, watch)
    fsync, save_file = os.fsync, safetensors.torch.save_file

    def synced(descriptor: int) -> None:
        watcher.see("fsync")
        fsync(descriptor)

    def saved(tensors: Any, path: Path, metadata: Any = None) -> None:
        watcher.see(f"save {path}")
        save_file(tensors, path, metadata=metadata)
        os.truncate(path, whole := path.stat().st_size // 2)
        watcher.see(f"save half of {path}")
        assert path.stat().st_size == whole
        save_file(tensors, path, metadata=metadata)

    _watchers.append(watcher)
    try:
        with (
            patch.object(os, "fsync", synced),
            patch("zerosum.checkpoint.save_file", saved),
        ):
            yield
    finally:
        _watchers.pop()
