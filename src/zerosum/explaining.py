"""What it means that the system refuses to read or to write: the place, the reason, a remedy.

Whatever touches a file that a user named does it within `explained`, so that every command says
the same of a full disk, a missing right or a path that leads nowhere.
"""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir

from safetensors import SafetensorError

from zerosum.errors import FileError, ZerosumError

__all__ = ["discard", "explain", "explained", "explained_temporaries", "is_there"]

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
    errno.EEXIST: "a file is where a folder should be",
}
"""Reasons that the system's own words would leave unclear."""
_OF_THE_PLACE = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "Make room there"),
    errno.EFBIG: "Raise the limit on the size of files (ulimit -f)",
    errno.EROFS: "Make it writable",
    **dict.fromkeys((errno.EACCES, errno.EPERM), "Have its owner allow it (chmod)"),
    errno.EIO: "Check the disk",
}
"""Remedies beside another place, which would do as well for what is to be written."""
_OTHERS = {
    errno.ENAMETOOLONG: "Choose a shorter name",
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "Raise the limit on open files (ulimit -n)"),
    **dict.fromkeys(
        (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP), "Check the path"
    ),
}


def explain(error: Exception, place: Path | str, doing: str = "written") -> str:
    """What was to be done where, why the system refused it, and what to do about it.

    Args:
        error: What the system, or a library that passes on its words, said.
        place: What the user named.
        doing: The participle of what was to be done.

    Example:
        >>> explain(OSError(errno.ENOSPC, "No space left on device"), "made.zip")
        'made.zip cannot be written: the disk is full. Make room there, or choose another place.'
        >>> explain(PermissionError(errno.EACCES, "Permission denied"), "photos", "read")
        'photos cannot be read: Permission denied. Have its owner allow it (chmod).'
    """
    number = _number(error)
    words = getattr(error, "strerror", None) or (os.strerror(number) if number else str(error))
    reason = _REASONS.get(number, str(words).partition("\n")[0].rstrip("."))
    remedy = _OTHERS.get(number, "")
    if number in _OF_THE_PLACE:
        elsewhere = "" if doing == "read" else ", or choose another place"
        remedy = f"{_OF_THE_PLACE[number]}{elsewhere}"
    sentence = f"{_where(error, place)} cannot be {doing}: {reason}."
    return f"{sentence} {remedy}." if remedy else sentence


@contextmanager
def explained(
    place: Path | str,
    doing: str = "written",
    *,
    error: type[ZerosumError] = FileError,
    then: str = "",
) -> Iterator[None]:
    """Turn what the system refuses into an error that says where, why and what to do.

    Args:
        place: What the user named.
        doing: The participle of what is done within.
        error: What is raised; a `FileError` from within becomes one too.
        then: What is to be known besides.

    Raises:
        ZerosumError: Of the given type.

    Example:
        >>> with explained("nowhere/x.npy", "read"), Path("nowhere/x.npy").open():
        ...     pass
        Traceback (most recent call last):
        ...
        zerosum.errors.FileError: nowhere/x.npy cannot be read: No such file or directory. ...
    """
    try:
        yield
    except BrokenPipeError:  # Who reads what we print has seen enough; no file is concerned.
        raise
    except FileError as known:
        if error is FileError and not then:
            raise
        raise error(f"{known} {then}".rstrip()) from known
    except (OSError, SafetensorError, ValueError) as caught:
        if isinstance(caught, ValueError) and "embedded null" not in str(caught):
            raise  # Of a path with a null character Python says so.
        raise error(f"{explain(caught, place, doing)} {then}".rstrip()) from caught


@contextmanager
def explained_temporaries(what: str, *, error: type[ZerosumError] = FileError) -> Iterator[None]:
    """Say where temporary files lie that cannot be written, and how they get to another disk.

    Args:
        what: What is kept in them.
        error: What is raised where something within cannot be written.

    Raises:
        ZerosumError: Of the given type.

    Example:
        >>> with explained_temporaries("a list of files"):
        ...     raise OSError(errno.ENOSPC, "No space left on device")
        Traceback (most recent call last):
        ...
        zerosum.errors.FileError: a list of files, for a while in ..., cannot be written: ...
    """
    then = "TMPDIR=FOLDER names another folder for such files."
    # The second place is not known before the system has found a folder.
    with (
        explained(what, error=error, then=then),
        explained(f"{what}, for a while in {gettempdir()},"),
    ):
        yield


def discard(close: Callable[[], object]) -> None:
    """Close a temporary file, also where its last bytes cannot be written: that is told already.

    Args:
        close: The file's method.

    Example:
        >>> from tempfile import TemporaryFile
        >>> discard(TemporaryFile().close)
    """
    with suppress(OSError):
        close()


def is_there(path: Path) -> bool:
    """Whether there is something; unlike `Path.exists`, no answer where nobody may look.

    Raises:
        FileError: The system does not say.

    Example:
        >>> is_there(Path(".")), is_there(Path("nowhere/x.npy"))
        (True, False)
    """
    with explained(path, "read"):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except ValueError:  # A NUL in it: no system has such files.
            return False
        return True


def _number(error: Exception) -> int:
    """The system's number of an error, 0 if there is none.

    Libraries that are not written in Python pass on the system's words, but not its number.
    """
    number = getattr(error, "errno", None)
    if isinstance(number, int):
        return number
    known = (*_OF_THE_PLACE, *_OTHERS)
    return next((each for each in known if os.strerror(each) in str(error)), 0)


def _where(error: Exception, place: Path | str) -> str:
    """The place, and in brackets what the error names if that is something else."""
    named = getattr(error, "filename", None)
    if not isinstance(named, str):
        return str(place)
    known, named_path = Path(place), Path(named)
    is_known = named_path == known or named_path.name.startswith(
        f".{known.name}."
    )  # or its stand-in
    return str(place) if is_known else f"{place} ({named})"
