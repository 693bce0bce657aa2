"""Files of a form as they come, each written to disk piece by piece."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from zerosum.explaining import explained
from zerosum.studio.refusals import StudioError

__all__ = ["Received", "receive_files"]

_PIECE = 2**20
_HEAD_BYTES = 2**13
_MOST_PARTS = 20_000


@dataclass
class Received:
    """What came.

    Attributes:
        files: Paths that the files are called by their sender, by where each was written.
        refused: Likewise, why a file was not written.
    """

    files: dict[Path, str] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)


async def receive_files(
    pieces: AsyncIterator[bytes], content_type: str, take: Callable[[str, Received], Path | str]
) -> Received:
    """Write down the files of a form.

    Args:
        pieces: The body.
        content_type: The header of that name, which tells how the parts are parted.
        take: From the path of a file, and what came before it, to where it is to be written; or
            why it is not.

    Raises:
        StudioError: The body is no such form, or ends before it is complete.
        FileError: A file cannot be written.
    """
    form = _Form(content_type, take)
    try:
        waiting = bytearray()
        async for piece in pieces:
            waiting += piece
            if len(waiting) >= _PIECE:
                await asyncio.to_thread(form.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(form.finish, bytes(waiting))
    finally:
        form.close()
    return form.received


class _Form:
    """The parts of a form, one after the other."""

    def __init__(self, content_type: str, take: Callable[[str, Received], Path | str]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise StudioError("Files are sent as multipart/form-data.")
        self.received = Received()
        self._take = take
        self._parts = 0
        self._is_complete = False
        self._file: BinaryIO | None = None
        self._path: Path | None = None
        self._name, self._value = bytearray(), bytearray()
        self._about = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header,
                    "on_headers_finished": self._open,
                    "on_end": self._complete,
                },
            )
        except FormParserError as error:
            raise StudioError("The form's boundary is too long.") from error

    def write(self, data: bytes) -> None:
        """Take a piece of the body."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise StudioError(
                "The body is no form: its parts are not parted as it says."
            ) from error

    def finish(self, data: bytes) -> None:
        """Take the last piece."""
        self.write(data)
        if not self._is_complete:
            raise StudioError("The form ends before it is complete.")

    def close(self) -> None:
        """Leave no file open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise StudioError(f"A form may have {_MOST_PARTS:,} parts; send the others apart.")
        self._about = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._require_short(self._name)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._require_short(self._value)

    def _require_short(self, text: bytearray) -> None:
        if len(text) > _HEAD_BYTES:
            raise StudioError("A part of the form has a head that is too long.")

    def _header(self) -> None:
        if bytes(self._name).lower() == b"content-disposition":
            self._about = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _open(self) -> None:
        """Begin a file; of a part that is none nothing is kept."""
        _, options = parse_options_header(self._about)
        name = options.get(b"filename", b"").decode("utf-8", "replace")
        if not name:
            return
        where = self._take(name, self.received)
        if isinstance(where, str):
            self.received.refused.append((name, where))
            return
        with explained(where):
            where.parent.mkdir(parents=True, exist_ok=True)
            self._file = where.open("wb")
        self._path = where
        self.received.files[where] = name

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None and self._path is not None:
            with explained(self._path):
                self._file.write(memoryview(data)[start:end])

    def _end(self) -> None:
        if self._file is not None and self._path is not None:
            with explained(self._path):
                self._file.close()  # Here the last bytes may not fit on the disk.
        self._file = None

    def _complete(self) -> None:
        self._is_complete = True
