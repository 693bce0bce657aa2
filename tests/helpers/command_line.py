"""Helper for tests that call a command within this process."""

from zerosum.cli import main


def call(*words: str) -> int:
    """The exit code of a command."""
    try:
        main(words)
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0
