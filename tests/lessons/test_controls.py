from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from zerosum.errors import ConfigError, DataError
from zerosum.lessons.controls import (
    Controls,
    Matrix,
    Number,
    Points,
    matrix_of,
    points_of,
    rows_as_text,
)


@dataclass(frozen=True, kw_only=True)
class Some(Controls):
    share: Annotated[float, Number(0, 1)] = 0.5
    payoffs: Annotated[str, Matrix(most=2)] = "1 0; 0 1"
    points: Annotated[str, Points(least=2, most=3)] = ""
    layers: Annotated[int, Number(1, 4)] = 2
    size: Literal[1, 2] = 1


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf"), True, "1"])
def test_what_is_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ConfigError, match="share must be"):
        Some(share=value)


@pytest.mark.parametrize("text", [" ", "1 2; 3", "1 2 3; 4 5 6", "1; 2; 3", "x", "nan", "1 inf"])
def test_what_is_no_matrix_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="payoffs: expected rows"):
        Some(payoffs=text)


def test_a_matrix() -> None:
    assert matrix_of("1, 2 3;4 5 6").tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("text", ["[1, 2]", "[[1]]", "[[1, NaN]]", "[[1, 2], [3]]", "[", "[[]]"])
def test_what_are_no_points_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="points: expected pairs"):
        Some(points=text)


@pytest.mark.parametrize("text", ["[[0, 1]]", "[[0, 1], [0, 1], [0, 1], [0, 1]]"])
def test_too_few_or_too_many_points_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="points: expected 2 to 3 points"):
        Some(points=text)


@pytest.mark.parametrize("content", ["0.5 1\n\n2, 3\n", "[[0.5, 1], [2, 3]]"])
def test_points_of_a_file(content: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(content)
    assert points_of(str(file)).tolist() == [[0.5, 1], [2, 3]]


@pytest.mark.parametrize("content", ["", "x y\n1 2\n", "1 2 3\n", "\0\1\2"])
def test_a_file_without_points_is_named(content: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(content)
    with pytest.raises(DataError, match=r"points.csv: expected pairs of finite numbers"):
        points_of(str(file))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match=r"nowhere.csv cannot be read"):
        Some(points="nowhere.csv")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"layers": 2.5}, "layers must be a whole number, got 2.5"),
        ({"layers": True}, "layers must be a number, got True"),
        ({"size": 2.0}, "size must be one of 1, 2; got 2.0"),
        ({"size": True}, "size must be one of 1, 2; got True"),
        ({"points": 3}, "points must be a text, got 3"),
        ({"payoffs": None}, "payoffs must be a text, got None"),
    ],
)
def test_what_is_of_another_kind_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Some(**values)


def test_rows_of_numbers_stand_for_their_text() -> None:
    rows = [[0.1, 2e-9], [3, 4]]
    assert points_of(rows_as_text(rows, Points())).tolist() == rows
    assert matrix_of(rows_as_text(np.array(rows), Matrix())).tolist() == rows
    for other in (3, None, [1, 2], [[1], [2, 3]], "no rows"):
        assert rows_as_text(other, Points()) == other
