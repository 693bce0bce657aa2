"""The files of the studio's pages keep the rules by which they are safe and stay in one style."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

STATIC = Path(str(files("zerosum.studio") / "static"))
OWN = [
    path
    for path in sorted(STATIC.rglob("*"))
    if path.suffix in (".js", ".css", ".html") and "vendor" not in path.parts
]
INLINE = re.compile(r"""\sstyle=|\son[a-z]+=["']|<style|<script(?! (src|type="module" src)=")""")


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.relative_to(STATIC).as_posix())
def test_a_file_keeps_the_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    # Names of runs are text: nothing makes HTML of them, and the policy allows nothing inline.
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text)
    assert not INLINE.search(text)
    if path.suffix == ".css" and path.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(", text), "a colour has a name"


def test_every_sheet_is_linked_and_every_link_leads_to_a_file() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert [name for name in linked if not (STATIC / name).is_file()] == []
    sheets = {path.relative_to(STATIC).as_posix() for path in OWN if path.suffix == ".css"}
    assert sheets <= set(linked)


def test_every_module_that_is_imported_is_there() -> None:
    for path in OWN:
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"""\bfrom\s+["'](\.[^"']+)["']""", text):
            assert (path.parent / name).resolve().is_file(), (path, name)
