"""Places where nothing can be read or written, as they are on real machines, for root as well."""

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

_VERSION = 0x20080522
_IGNORES_RIGHTS = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


@contextmanager
def forbidden(*paths: Path, mode: int = 0) -> Iterator[None]:
    """Take the rights on files or folders away for a while; 0o555 leaves a folder to be read."""
    before = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(mode)
    try:
        with _mortal() if os.geteuid() == 0 else nullcontext():
            yield
    finally:
        for path, old in zip(paths, before, strict=True):
            path.chmod(old)


@contextmanager
def no_room(limit: int = 0) -> Iterator[None]:
    """Let no file grow beyond so many bytes: full for this process alone, without privileges."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A disk of its own in memory, where the machine permits that; else the test is skipped."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Rights(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def _mortal() -> Iterator[None]:
    """Have this thread of root obey the rights of files, as others have to."""
    if sys.platform != "linux":
        pytest.skip("root may do everything")
    system, header, rights = ctypes.CDLL(None), _Header(_VERSION, 0), (_Rights * 2)()
    assert system.capget(ctypes.byref(header), rights) == 0
    before = rights[0].effective
    rights[0].effective = before & ~_IGNORES_RIGHTS
    assert system.capset(ctypes.byref(header), rights) == 0
    try:
        yield
    finally:
        rights[0].effective = before
        assert system.capset(ctypes.byref(header), rights) == 0
