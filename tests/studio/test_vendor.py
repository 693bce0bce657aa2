"""Other people's code in the studio's pages is what its list says."""

import re
from hashlib import sha256

from zerosum.studio.app import STATIC

VENDOR = STATIC / "vendor"
ROW = re.compile(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", re.MULTILINE)


def test_the_files_are_those_that_are_listed() -> None:
    listed = dict(ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8")))
    found = {
        path.relative_to(VENDOR).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "README.md"
    }
    assert found == listed


def test_every_library_brings_its_licence() -> None:
    for folder in VENDOR.iterdir():
        assert not folder.is_dir() or (folder / "LICENSE").is_file()


def test_pages_ask_no_other_machine_for_anything() -> None:
    ours = [path for path in STATIC.rglob("*") if path.suffix in (".js", ".css", ".html")]
    for path in ours:
        if VENDOR not in path.parents:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"""(src|href|import|url\(|fetch\()[^\n]{0,20}https?://""", text)
