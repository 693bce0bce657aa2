"""CelebA: a folder of images, and a file that says which split each is in."""

from collections.abc import Iterator
from pathlib import Path

from zerosum.data.sources.files import FolderSource, stat_entry
from zerosum.data.sources.listing import Entry
from zerosum.data.sources.rows import reading
from zerosum.errors import DataError, printable

__all__ = ["CelebaSource"]

_PARTS = {"train": "0", "val": "1", "test": "2"}


class CelebaSource(FolderSource):
    """Aligned CelebA faces, 178x218, without labels; which split they are in stands in a file.

    Args:
        folder: ``img_align_celeba``, with ``list_eval_partition.txt`` beside it.
        split: ``train``, ``val`` or ``test``.

    Raises:
        DataError: If there are no images, or the file is damaged.
    """

    def __init__(self, folder: Path, *, split: str) -> None:
        self._part = _PARTS[split]
        super().__init__(folder, split="train")
        self.split, self.splits, self.name = split, tuple(_PARTS), f"celeba-{split}"

    def find_entries(self) -> Iterator[Entry]:
        """See `FileSource.find_entries`."""
        table = self.path.parent / "list_eval_partition.txt"
        with reading(table), table.open(encoding="utf-8") as lines:
            for line in lines:
                name, part, *more = *line.split(), "", ""
                if more != ["", ""] or part not in _PARTS.values():
                    shown = printable(line[:80].strip())
                    raise DataError(f"{table}: expected a name and 0, 1 or 2, found {shown!r}.")
                if part == self._part:
                    yield stat_entry(f"{self.path}/{name}", name)
