"""The files of the studio's pages keep the rules by which they are safe and stay in one style."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from helpers.studios import client_of, studio_over

STATIC = Path(str(files("zerosum.studio") / "static"))
OWN = [
    path
    for path in sorted(STATIC.rglob("*"))
    if path.suffix in (".js", ".css", ".html") and "vendor" not in path.parts
]
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|<script(?! (src|type="module" src)=")""")

MAKES_HTML = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafe-html|\beval\("
)


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_a_file_keeps_the_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    # Names of runs are text: nothing makes HTML of them, and the policy allows nothing inline.
    if (
        path.name != "shown.js"
    ):  # It shows what the lessons' own pages have made, and nothing else.
        assert not MAKES_HTML.search(text)
    assert not INLINE.search(text)
    if path.suffix == ".css" and path.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(", text), "a colour has a name"


def test_every_sheet_is_linked_and_every_link_is_answered(tmp_path: Path) -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    client = client_of(studio_over(tmp_path))
    assert [path for path in linked if client.get(path).status_code != 200] == []
    sheets = {path.relative_to(STATIC).as_posix() for path in OWN if path.suffix == ".css"}
    assert {f"/static/{sheet}" for sheet in sheets} <= set(linked)


def test_every_module_that_is_imported_is_there() -> None:
    for path in OWN:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"""\bfrom\s+["'](\.[^"']+)["']""", text):
            assert (path.parent / name).resolve().is_file(), (path, name)
