"""What the documents say of the code: links, paths, names, and the picture of the rooms."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PLACES = (ROOT, ROOT / "src" / "zerosum")
PLACEHOLDER = re.compile(r"[A-Z]{2,}")
"""What stands for a name of the reader's own, as in ``networks/NAME.py``."""

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def links(text: str) -> Iterator[str]:
    """The files of ours that a document leads to."""
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" not in target:
            yield target.partition("#")[0]


def paths(text: str) -> Iterator[str]:
    """Our files and folders that a document speaks of: what has a slash, and ends as ours do."""
    for words in re.findall(r"`([^`\n]+)`", text):
        for path in re.findall(r"[\w.-]+/[\w./-]*(?:\.py|\.md|\.toml|/)(?![\w.])", words):
            if not PLACEHOLDER.search(path):
                yield path


def names(text: str) -> Iterator[str]:
    """What a document calls by its name in Python."""
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"```python\n(.*?)```", text, re.S)
    for words in code:
        yield from re.findall(r"\bzerosum(?:\.(?!json\b)\w+)+", re.sub(r"\S*/\S*", "", words))


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert not [each for each in links(text) if not (document.parent / each).exists()]


@each_document
def test_files_that_are_spoken_of_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [it for it in paths(text) if not any((place / it).exists() for place in PLACES)]
    assert not missing


@each_document
def test_names_that_are_spoken_of_exist(document: Path) -> None:
    for name in names(document.read_text(encoding="utf-8")):
        resolve_name(name)


def test_what_does_not_exist_is_noticed() -> None:
    text = "`jobs/labels.py` and `games/NAME.py`, [here](none.md), `zerosum.load(run).walk()`"
    assert (list(links(text)), list(paths(text))) == (["none.md"], ["jobs/labels.py"])
    assert list(names(text)) == ["zerosum.load"]
    with pytest.raises(AttributeError):
        resolve_name("zerosum.games.no_such")


def test_the_picture_shows_the_rooms_as_they_are() -> None:
    """To mend it: python scripts/draw_rooms.py."""
    script = runpy.run_path(str(ROOT / "scripts" / "draw_rooms.py"))
    assert script["IMAGE"].read_text(encoding="utf-8") == script["picture"]()


def test_the_first_lines_of_the_readme_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", DOCUMENTS[0].read_text(encoding="utf-8"), re.S)[0]
    assert code.count("images=40_000)") == code.count("fields = {") == 1
    narrow = ", ".join(
        f'"game.{each}.base_channels": 4' for each in ("generator", "discriminator")
    )
    narrow += ', "evaluate_every": 0'
    code = code.replace("40_000)", f"40_000, fields={{{narrow}}})")
    code = code.replace("fields = {", f"fields = {{{narrow}, ").replace("40_000", "64")
    words: dict[str, Any] = {}
    exec(code, words)
    assert words["pictures"].shape == (64, 1, 28, 28)
    assert (tmp_path / "digits.png").exists()
    assert sorted(each.name for each in (tmp_path / "runs").iterdir()) == [
        "dcgan-digits",
        "dcgan-digits-2",
    ]
