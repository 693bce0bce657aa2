"""The course: its notebooks run and are those of examples/course, and its map is true."""

import re
import runpy
import tempfile
from pathlib import Path

import pytest

from write_course import (
    LINKS,
    NOTEBOOKS,
    PAGE,
    SOURCES,
    exercises,
    linked,
    notebook,
    page,
    read_course,
)
from zerosum.lessons.named import LESSONS

each_exercise = pytest.mark.parametrize("name", exercises())


@each_exercise
def test_it_runs_from_above_to_below(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it claims stands in it as assertions; here it plays a round or two."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    text = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
    short = re.sub(r"^ROUNDS = .*", "ROUNDS = 2", text, flags=re.M)
    short = re.sub(r"^IMAGES = .*", "IMAGES = 128", short, flags=re.M)
    file = tmp_path / f"{name}.py"
    file.write_text(short, encoding="utf-8")
    left = runpy.run_path(str(file))
    assert min(left["sheet"].size) >= 32 if "sheet" in left else name in ("losses", "metrics")


@each_exercise
def test_its_notebook_is_up_to_date(name: str) -> None:
    """To mend it: python scripts/write_course.py."""
    stored = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    assert stored == notebook(name)


def test_no_notebook_is_left_over() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == exercises()


def test_the_page_is_up_to_date() -> None:
    """To mend it: python scripts/write_course.py."""
    assert PAGE.read_text(encoding="utf-8") == page(read_course())


def test_no_row_is_without_an_answer() -> None:
    rows = [row for section in read_course()["section"] for row in section["rows"]]
    assert [row["number"] for row in rows] == list(range(1, 96))
    assert all(row["where"] for row in rows)


@pytest.mark.parametrize("kind", LINKS)
def test_what_is_not_there_is_noticed(kind: str) -> None:
    with pytest.raises((KeyError, AttributeError)):
        linked(f"{kind} zerosum.nothing")


def test_every_exercise_has_its_notebook_and_every_lesson_its_row() -> None:
    course = read_course()
    assert sorted(each["notebook"] for each in course["exercise"]) == exercises()
    told = {
        place for section in course["section"] for row in section["rows"] for place in row["where"]
    }
    assert {f"lesson {name}" for name in LESSONS} <= told
