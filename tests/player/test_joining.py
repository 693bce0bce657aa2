"""The player's scripts as one."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from zerosum.player.joining import PAGE, RUNTIME, joined

STATIC = Path(str(files("zerosum.player") / "static"))


def test_every_script_has_its_place() -> None:
    there = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js")}
    assert there == {*RUNTIME, *PAGE}


@pytest.mark.parametrize("number", range(len(RUNTIME + PAGE)))
def test_a_script_imports_what_comes_before_it(number: int) -> None:
    names = RUNTIME + PAGE
    path = STATIC / names[number]
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check")
    assert len(text.splitlines()) <= 400
    assert "innerHTML" not in text
    for imported, found in re.findall(r'^import \{([^}]*)\} from "([^"]+)";$', text, re.MULTILINE):
        other = (path.parent / found).resolve().relative_to(STATIC).as_posix()
        assert other in names[:number]
        exporting = (STATIC / other).read_text(encoding="utf-8")
        for name in filter(None, re.split(r"[,\s]+", imported)):
            assert re.search(
                rf"^export (?:async )?(?:function|const|class) {name}\b", exporting, re.M
            )


def test_nothing_of_modules_is_left() -> None:
    assert not re.search(r"^(import|export) ", joined(RUNTIME + PAGE), re.MULTILINE)
