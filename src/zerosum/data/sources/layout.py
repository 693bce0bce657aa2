"""What the folders of a source mean: a wrapper, splits, domains, classes."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zerosum.errors import DataError

__all__ = [
    "DOMAINS",
    "SPLITS",
    "Parts",
    "canonical",
    "find_parts",
    "hidden_splits",
    "parse_labels",
]

SPLITS = ("train", "test", "val")
DOMAINS = ("trainA", "trainB", "testA", "testB")

_STEMS = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}
_SPELLING = re.compile(
    rf"({'|'.join(_STEMS)})[ _.-]?(?:set|data|images|imgs|split|(?:19|20)\d\d)?", re.IGNORECASE
)
_WORD = re.compile(rf"(?<![a-z])({'|'.join(_STEMS)})(?![a-z])", re.IGNORECASE)
_DOMAIN = re.compile(r"(train|test)[ _.-]?([ab])", re.IGNORECASE)


def canonical(name: str) -> str | None:
    """The split or domain that a folder is called for, in whatever case and common spelling.

    Returns:
        One of `SPLITS` or `DOMAINS`; None for any other name.

    Example:
        >>> [canonical(name) for name in ("TRAIN", "Testing", "validation_set", "val2017")]
        ['train', 'test', 'val', 'val']
        >>> canonical("train_A"), canonical("trainers")
        ('trainA', None)
    """
    if result := _DOMAIN.fullmatch(name):
        return result[1].lower() + result[2].upper()
    result = _SPELLING.fullmatch(name)
    return _STEMS[result[1].lower()] if result else None


def hidden_splits(folders: Iterable[str]) -> tuple[str, ...]:
    """Folders that may be splits, though they are taken for classes or for nothing.

    They are called exactly so, but do not stand where splits do; or several of their names hold
    the words for several splits.

    Args:
        folders: Paths below the folder that is read, with ``/`` between folders.

    Example:
        >>> hidden_splits(["cat/train", "cat/test"]), hidden_splits(["seg_train", "seg_test"])
        (('cat/train', 'cat/test'), ('seg_train', 'seg_test'))
        >>> hidden_splits(["bullet_train", "bus"])
        ()
    """
    exact = [folder for folder in folders if any(map(canonical, folder.split("/")))]
    worded = {
        folder: {_STEMS[word.lower()] for word in _WORD.findall(folder)} for folder in folders
    }
    if len(set().union(*worded.values())) > 1:
        return tuple(folder for folder in folders if worded[folder] or folder in exact)
    return tuple(exact)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Which folders are splits or domains, and which are not.

    Attributes:
        folders: Folder of each split or domain, by its canonical name, in the usual order.
        others: Folders beside them that are neither; empty where there are no splits.
    """

    folders: Mapping[str, str]
    others: tuple[str, ...] = ()


def find_parts(folders: Iterable[str], where: str) -> Parts:
    """Tell splits, domains and classes apart by the names of folders that lie side by side.

    Args:
        folders: Their names.
        where: What holds them, for messages.

    Returns:
        The splits; the domains; or nothing, where all folders are classes.

    Raises:
        DataError: If two folders are called for the same split, or a lone one (or one domain
            without the other) stands beside folders that are none, so that it might be a class.

    Example:
        >>> find_parts(["Testing", "Training"], "cats").folders
        {'train': 'Training', 'test': 'Testing'}
        >>> find_parts(["cat", "dog"], "pets").folders
        {}
        >>> find_parts(["car", "train"], "rides")
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: rides holds the folder train, which is called as a split is, ...
    """
    meant: dict[str, list[str]] = {}
    others = []
    for folder in folders:
        part = canonical(folder)
        if part is None:
            others.append(folder)
        else:
            meant.setdefault(part, []).append(folder)
    domains = {part: meant[part] for part in DOMAINS if part in meant}
    splits = {part: meant[part] for part in SPLITS if part in meant}
    parts, rest = (domains, splits) if domains else (splits, {})
    others += [folder for folders in rest.values() for folder in folders]
    is_certain = {"trainA", "trainB"} <= set(parts) or (len(parts) > 1 and not domains)
    if parts and others and not is_certain:
        raise DataError(_might_be_a_class(where, parts, others))
    return _parts(parts, others if parts else [], where)


def parse_labels(content: bytes, where: str) -> dict[str, int] | None:
    """Labels by file name, as NVlabs' ``dataset_tool`` writes them into ``dataset.json``.

    The file holds ``{"labels": [["00000/img00000000.png", 6], ...]}``, or null for no labels;
    https://github.com/NVlabs/stylegan3#preparing-datasets.

    Args:
        content: The file.
        where: What to call it in messages.

    Returns:
        The labels; None where there are none.

    Raises:
        DataError: If it is of another form, or the labels are no whole numbers from 0.

    Example:
        >>> parse_labels(b'{"labels": [["00000/a.png", 6]]}', "dataset.json")
        {'00000/a.png': 6}
        >>> parse_labels(b'{"labels": null}', "dataset.json") is None
        True
    """
    try:
        result: Any = json.loads(content)
        listed = result["labels"]
        if listed is None:
            return None
        labels = {name.replace("\\", "/"): label for name, label in listed}
        if len(labels) < len(listed):
            raise ValueError("a picture named twice")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DataError(
            f'{where} is not as NVlabs\' dataset_tool writes it: expected {{"labels": [["a.png", '
            f"0], ...]}}, {error!r}; mend it, or remove it to go by the folders alone."
        ) from error
    wrong = next((it for it in labels.values() if type(it) is not int or it < 0), None)
    if wrong is not None:
        raise DataError(
            f"{where} holds a label {str(wrong)[:40]!r}: expected whole numbers from 0; remove "
            "the file to go without labels."
        )
    return labels


def _parts(meant: Mapping[str, list[str]], others: list[str], where: str) -> Parts:
    for part, folders in meant.items():
        if len(folders) > 1:
            raise DataError(
                f"{where} holds {len(folders)} folders that are called for the split {part}: "
                f"{', '.join(folders)}; rename all but one of them, or name one as the source."
            )
    return Parts(folders={part: its[0] for part, its in meant.items()}, others=tuple(others))


def _might_be_a_class(where: str, parts: Mapping[str, list[str]], others: list[str]) -> str:
    part, folders = next(iter(parts.items()))
    shown = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return (
        f"{where} holds the folder {folders[0]}, which is called as a split is, beside {shown}: "
        f"if it is the split {part}, move the others away; if it is a class like them, rename it, "
        f"for instance to {folders[0]}-class."
    )
