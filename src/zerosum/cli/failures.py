"""What commands say of the pictures that they passed over."""

import sys
from collections.abc import Sequence

from zerosum.errors import printable

__all__ = ["end_with", "report_failures"]

_SHOWN = 100


def report_failures(failed: Sequence[tuple[str, str]], what: str) -> None:
    """Name the first pictures that failed on standard error, each with its reason.

    Args:
        failed: (name, reason) of each, at least one.
        what: What was not done with them.

    Example:
        >>> from contextlib import redirect_stderr
        >>> with redirect_stderr(sys.stdout):
        ...     report_failures([("notes.txt", "not a picture")], "translated")
        1 picture was not translated:
          notes.txt: not a picture
    """
    shown = [f"  {printable(name)}: {reason}" for name, reason in failed[:_SHOWN]]
    more = [f"  and {len(failed) - _SHOWN:,} more"] if len(failed) > _SHOWN else []
    head = f"{len(failed):,} {'picture was' if len(failed) == 1 else 'pictures were'} not {what}:"
    print("\n".join([head, *shown, *more]), file=sys.stderr)


def end_with(failed: Sequence[tuple[str, str]], what: str) -> None:
    """Name the pictures that failed and exit with 1, if there are any.

    Args:
        failed: (name, reason) of each.
        what: What was not done with them.

    Example:
        >>> end_with([], "translated")
    """
    if failed:
        report_failures(failed, what)
        sys.exit(1)
