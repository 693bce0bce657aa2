"""Names of runs: which may be given, and which are taken."""

import os
from collections.abc import Collection

from zerosum.errors import ConfigError, printable
from zerosum.studio.home import Home

__all__ = ["checked", "free", "is_text"]

_LONGEST = 100


def checked(name: str, what: str = "a run") -> str:
    r"""The name, if a run, or another folder, may be called so.

    Args:
        name: The name.
        what: What is called so, for the message.

    Raises:
        ConfigError: It may not.

    Example:
        >>> checked("faces 2")
        'faces 2'
        >>> checked("../faces")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: a run cannot be called '../faces': its name is that of one ...
    """
    if not name or name.strip() != name:
        reason = "it needs letters, and none of its ends is empty"
    elif not name.isprintable():
        reason = "it holds what cannot be shown"
    elif len(name) > _LONGEST or len(os.fsencode(name)) > 2 * _LONGEST:
        reason = f"it has more than {_LONGEST} letters"
    elif "/" in name or "\\" in name or ":" in name:
        reason = "its name is that of one folder, without / \\ :"
    elif name.startswith("."):
        reason = "names that begin with a dot are those of hidden folders"
    else:
        return name
    raise ConfigError(f"{what} cannot be called {printable(name[:120])!r}: {reason}.")


def is_text(name: str) -> bool:
    r"""Whether the name of a folder can be told to others; any bytes can be a name.

    Example:
        >>> is_text("Катя"), is_text("caf\udce9")
        (True, False)
    """
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def free(home: Home, name: str, taken: Collection[str] = ()) -> str:
    """The name, or the first of ``name-2``, ``name-3``, ... that no run has, active or put away.

    Args:
        home: Where the runs are.
        name: What is wanted.
        taken: Names that are promised already.

    Example:
        >>> from pathlib import Path
        >>> free(Home(Path("no/such")), "faces", {"faces"})
        'faces-2'
    """
    number = 1
    while True:
        each = name if number == 1 else f"{name}-{number}"
        places = (home.runs / each, home.archive / each)
        if each not in taken and not any(map(os.path.lexists, places)):
            return each
        number += 1
