"""What can go wrong because of what a user did or has: one class per kind of remedy.

The command line prints the message of a `ZerosumError` without a traceback, so a message says
what was expected, what came, and what to do. Our own mistakes are ``assert``s and stay loud.
"""

__all__ = [
    "CheckpointError",
    "ConfigError",
    "DataError",
    "DataWarning",
    "FileError",
    "NonFiniteCostError",
    "ProcessError",
    "RunError",
    "UnknownNameError",
    "ZerosumError",
    "printable",
]


class ZerosumError(Exception):
    """Base class of every error that a user can cause and mend.

    Example:
        >>> from zerosum import ZerosumError, recipe
        >>> try:
        ...     recipe("dcgan-digit")
        ... except ZerosumError as error:
        ...     print(error)
        unknown recipe 'dcgan-digit'; did you mean 'dcgan-digits'? Known: ...
    """


class ConfigError(ZerosumError, ValueError):
    """A setting that is out of range, unknown, or that contradicts another one."""


class UnknownNameError(ConfigError):
    """A name that is not in its table."""


class DataError(ZerosumError):
    """Images that cannot be found, read or used."""


class DataWarning(UserWarning):
    """How files were understood, where they could be meant otherwise, and what was left out.

    The command line prints it as a note.
    """


class FileError(ZerosumError):
    """A file or folder that the system does not let be read or written: see `explaining`."""


class CheckpointError(ZerosumError):
    """A checkpoint that is missing, truncated, foreign, newer, or could not be written."""


class RunError(ZerosumError):
    """A run folder that is missing, in use, or does not belong to what was asked."""


class ProcessError(RunError):
    """What one of several processes says for all of them."""


class NonFiniteCostError(ZerosumError):
    """A cost became infinite or not a number; training stopped before anything was saved."""


def printable(text: str) -> str:
    r"""Show what a terminal would obey: control characters and the like become escapes.

    Names of files, classes and runs come from other people's archives; printed as they are, they
    could recolour, clear or retitle the reader's terminal, or turn its text around.

    Example:
        >>> printable("cats/\x1b[31mred\u202e.png"), printable("Катя 1.png")
        ('cats/\\x1b[31mred\\u202e.png', 'Катя 1.png')
    """
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
