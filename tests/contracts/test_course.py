"""The course: its notebooks run and are those of examples/course."""

import re
import runpy
import tempfile
from pathlib import Path

import pytest

from write_course import NOTEBOOKS, SOURCES, exercises, notebook

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
