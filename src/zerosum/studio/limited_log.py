"""A log file that never grows beyond a limit."""

from pathlib import Path

__all__ = ["LimitedLog"]


class LimitedLog:
    """A file that is written to at its end, and of which the older half goes when it is full.

    A folder or disk that cannot be written loses the text and nothing else.

    Args:
        path: The file.
        limit: Its size in bytes, at most.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     log = LimitedLog(Path(folder) / "log.txt", limit=8)
        ...     for word in (b"one ", b"two ", b"three "):
        ...         log.write(word)
        ...     log.path.read_bytes(), log.last_line
        (b'ree ', 'three')
    """

    def __init__(self, path: Path, *, limit: int = 2**20) -> None:
        self.path, self._limit = path, limit
        self.last_line = ""

    def write(self, text: bytes) -> None:
        """Add a text.

        Args:
            text: As it was printed.
        """
        lines = [line.strip() for line in text.decode("utf-8", "replace").split("\n")]
        self.last_line = next(filter(None, reversed(lines)), self.last_line)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                is_full = file.tell() + len(text) > self._limit
                if not is_full:
                    file.write(text)
            if is_full:
                kept = self.path.read_bytes()[-self._limit // 2 :] + text
                self.path.write_bytes(kept[-self._limit // 2 :])
        except OSError:
            return
