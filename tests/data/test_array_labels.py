"""Labels in arrays: which classes there are, and how they are numbered."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zerosum.config import change
from zerosum.data.sources import Source
from zerosum.data.sources.arrays import ArraySource
from zerosum.data.sources.numpyfiles import npz_source
from zerosum.errors import DataError, DataWarning
from zerosum.families.labels import name_classes, open_labelled_set
from zerosum.recipes import recipe


def array(*shape: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


TYPES = ["<i8", ">i8", "<u8", ">u8", "<i4", ">u2", "u1", "<f4", ">f8", "?"]


@settings(max_examples=100, deadline=None)
@given(
    labels=st.lists(st.integers(0, 9) | st.integers(0, 2**63 - 1), min_size=1, max_size=20),
    form=st.sampled_from(TYPES),
    column=st.booleans(),
)
def test_classes_are_the_labels_that_occur_in_rising_order(
    labels: list[int], form: str, column: bool
) -> None:
    dtype = np.dtype(form)
    most = {"b": 1, "f": 1 << 24}.get(dtype.kind) or int(np.iinfo(dtype).max)
    numbers = np.array([label % (most + 1) for label in labels]).astype(dtype)
    shown = numbers[:, None] if column else numbers
    source = in_memory(len(labels), shown)
    expected = [str(int(number)) for number in numbers]
    assert source.classes == tuple(sorted(set(expected), key=int))
    found = [source.label(index) for index in range(len(source))]
    assert [source.classes[number] for number in found if number is not None] == expected


def in_memory(count: int, labels: NDArray[Any], classes: tuple[str, ...] = ()) -> ArraySource:
    pictures = np.zeros((count, 2, 2), np.uint8)
    return ArraySource("x", origin="here", load=lambda: (pictures, labels), classes=classes)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, -1, 2]), "found -1 to 2; number the classes from 0"),
        (np.array([0, 1, 2**63], np.uint64), f"found 0 to {2**63}"),
        (np.array([0, 1, 0.5]), "whole number"),
        (np.array([0, 1, np.nan]), "whole number"),
        (np.array([0, 1, np.inf]), "whole number"),
        (np.array([0, 1, 1e30]), "found 0 to"),
        (np.zeros(0, np.int64), "each of 3 pictures"),
        (np.zeros(4, np.int64), "each of 3 pictures"),
        (np.zeros((3, 2), np.int64), "argmax"),
        (np.zeros((), np.int64), "each of 3 pictures"),
        (np.array(["a", "b", "c"]), "whole number"),
        (np.array([1j, 0, 0]), "whole number"),
    ],
)
def test_labels_that_are_no_classes_are_refused(labels: NDArray[Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        len(in_memory(3, labels))


def test_names_keep_their_numbers_even_if_some_do_not_occur() -> None:
    names = tuple("abcdef")
    source = in_memory(3, np.array([4, 1, 4]), classes=names)
    assert (source.classes, [source.label(i) for i in range(3)]) == (names, [4, 1, 4])
    with pytest.raises(DataError, match="expected labels from 0 to 5, found 6"):
        len(in_memory(2, np.array([0, 6]), classes=names))


def test_splits_of_an_npz_have_the_classes_that_occur_in_each(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    train = {"x_train": array(4, 2, 2), "y_train": np.array([5, 9, 7, 5])}
    np.savez(path, x_test=array(2, 2, 2), y_test=np.array([9, 5]), allow_pickle=False, **train)
    assert npz_source(path).classes == ("5", "7", "9")
    test: Source = npz_source(path, split="test")
    assert (test.classes, test.label(0), test.label(1)) == (("5", "9"), 1, 0)


def test_classes_of_a_test_split_are_matched_by_their_names(tmp_path: Path) -> None:
    """The split for tests has not all classes, so that it numbers them otherwise."""
    path = tmp_path / "x.npz"
    train = {"x_train": array(8, 28, 28), "y_train": np.array([5, 9, 7, 5, 5, 7, 9, 9])}
    np.savez(
        path, x_test=array(3, 28, 28), y_test=np.array([9, 7, 9]), allow_pickle=False, **train
    )
    config: Any = change(recipe("classifier"), {"data": str(path)})
    config = name_classes(config, str(path))
    with pytest.warns(DataWarning, match="of 1 of 3 classes: 5"):
        labelled = open_labelled_set(config, quiet=True)
    assert labelled.labels.tolist() == [2, 1, 2]
    np.savez(
        path, x_test=array(3, 28, 28), y_test=np.array([9, 6, 9]), allow_pickle=False, **train
    )
    with pytest.raises(DataError, match="the class '6', which the run does not know"):
        open_labelled_set(config, quiet=True)
