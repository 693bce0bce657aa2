"""What ``zerosum studio`` can be told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from zerosum.checks import require_between

__all__ = ["StudioConfig"]


@dataclass(frozen=True, kw_only=True)
class StudioConfig:
    """How the studio is served.

    Example:
        >>> StudioConfig(port=70_000)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: port must be from 0 to 65535, got 70000.
    """

    port: int = 8420
    """Port of the server; 0: any that is free."""
    browser: bool = True
    """Open the studio in the browser."""
    host: str = "127.0.0.1"
    """Address to listen at; another than this machine's own can be reached by others, who need the
    token in the printed address."""
    data: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="FOLDER ...")] = ()
    """Folders from which pictures may be taken; by default the folder in which it is started."""
    allow_code: bool = False
    """Allow fields that name Python code (FILE.py:NAME); whoever holds the token can then run
    code as you."""

    def __post_init__(self) -> None:
        require_between("port", self.port, 0, 65_535)
