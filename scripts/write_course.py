"""Write docs/course.md and the notebooks of the course, from docs/course.toml.

python scripts/write_course.py

The page says where each part of a GAN course is here. Every name on it is looked up while it is
made, so none can be there that does not exist. A notebook is a file of examples/course as cells.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import jupytext

from zerosum.cli import COMMANDS
from zerosum.cli.completion import complete
from zerosum.lessons.named import LESSONS
from zerosum.recipes import RECIPES

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "course.md"
SOURCES = ROOT / "examples" / "course"
NOTEBOOKS = ROOT / "docs" / "notebooks" / "course"

HEAD = """\
# The course, and where it is here

What a course on generative adversarial networks teaches, and what of zerosum does it: recipes
(`zerosum train NAME`), lessons (`zerosum learn NAME`), commands, public classes, notebooks.
`python scripts/write_course.py` makes this page and the notebooks, and looks up every name.

## Exercises and projects

Each notebook rebuilds the exercise by itself, of public parts; it is made of the file of the same
name in `examples/course`, which runs without Jupyter too.
"""


BELOW = ("Applications that are named in passing", "What to know first")


def read_course() -> Any:
    """What docs/course.toml says."""
    return tomllib.loads((ROOT / "docs" / "course.toml").read_text(encoding="utf-8"))


def linked(reference: str) -> str:
    """A reference, such as ``lesson losses``, as Markdown.

    Raises:
        KeyError: Nothing is called so.
    """
    kind, _, name = reference.partition(" ")
    return LINKS[kind](name)


def _recipe(name: str) -> str:
    _require(name in RECIPES, f"recipe {name}")
    return f"recipe `{name}`"


def _lesson(name: str) -> str:
    _require(name in LESSONS, f"lesson {name}")
    return f"lesson `{name}`"


def _command(name: str) -> str:
    _require(name in COMMANDS, f"command {name}")
    return f"`zerosum {name}`"


def _python(name: str) -> str:
    resolve_name(name)
    return f"`{name}`"


def _option(name: str) -> str:
    _require(any(name in complete(["train", each, name]) for each in RECIPES), f"option {name}")
    return f"`{name}`"


def _notebook(name: str) -> str:
    _require((SOURCES / f"{name}.py").exists(), f"notebook {name}")
    return f"[notebook](notebooks/course/{name}.ipynb)"


def _file(path: str) -> str:
    _require((ROOT / path).exists(), f"file {path}")
    return f"[{Path(path).name}](../{path})"


def _below(title: str) -> str:
    _require(title in BELOW, f"part {title}")
    return f"[below](#{title.lower().replace(' ', '-')})"


LINKS: Mapping[str, Callable[[str], str]] = {
    "recipe": _recipe,
    "lesson": _lesson,
    "command": _command,
    "python": _python,
    "option": _option,
    "notebook": _notebook,
    "file": _file,
    "below": _below,
}


def page(course: Any) -> str:
    """The whole page."""
    parts = [HEAD, _table(["exercise", "notebook", "recipes", "parts", "lessons"], _work(course))]
    parts.append("## What is taught, row by row\n")
    for section in course["section"]:
        rows = [[str(row["number"]), row["says"], _places(row)] for row in section["rows"]]
        parts += [f"### {section['title']}\n", _table(["", "what is said", "where it is"], rows)]
    parts.append(f"## {BELOW[0]}\n")
    uses = [
        [each["name"], ", ".join(map(_recipe, each["recipes"])), each["note"]]
        for each in course["application"]
    ]
    parts.append(_table(["application", "what would serve", "what to mind"], uses))
    parts.append(f"## {BELOW[1]}\n")
    parts += [f"- [{each['name']}]({each['url']})" for each in course["prerequisite"]]
    return "\n".join(parts) + "\n"


def notebook(name: str) -> str:
    """The notebook of an exercise: its cells, without results, equal whenever it is made."""
    made = jupytext.read(SOURCES / f"{name}.py")
    for number, cell in enumerate(made.cells):
        cell.id = f"{name}-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made.metadata = {"kernelspec": kernel}
    return f"{jupytext.writes(made, fmt='ipynb', version=4)}\n"


def exercises() -> list[str]:
    """The exercises by name."""
    return sorted(path.stem for path in SOURCES.glob("*.py"))


def _work(course: Any) -> Iterator[list[str]]:
    for each in course["exercise"]:
        yield [
            each["title"],
            _notebook(each["notebook"]),
            ", ".join(f"`{name}`" for name in each["recipes"] if _recipe(name)),
            ", ".join(map(_python, each["parts"])),
            ", ".join(f"`{name}`" for name in each["lessons"] if _lesson(name)),
        ]


def _places(row: Any) -> str:
    places = [linked(each) for each in row["where"]]
    if "not_yet" in row:
        places.append(f"*not there yet: {row['not_yet']}*")
    return "; ".join(places)


def _table(heads: list[str], rows: Any) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _require(found: bool, what: str) -> None:
    if not found:
        raise KeyError(f"docs/course.toml speaks of what is not there: {what}")


if __name__ == "__main__":
    PAGE.write_text(page(read_course()), encoding="utf-8")
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    for each in exercises():
        (NOTEBOOKS / f"{each}.ipynb").write_text(notebook(each), encoding="utf-8")
