import tomllib
from pathlib import Path

import pytest

from zerosum.packages import installation

EXTRAS = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"][
    "optional-dependencies"
]


@pytest.mark.parametrize("extra", [name for name in EXTRAS if name != "dev"])
def test_an_extra_is_installed_by_the_names_of_its_packages(extra: str) -> None:
    command = installation(extra)
    assert command.startswith("pip install ")
    assert "zerosum" not in command
    for package in EXTRAS[extra]:
        assert package.partition(">")[0] in command


def test_nothing_says_to_install_what_is_in_no_index() -> None:
    """``pip install zerosum[EXTRA]`` finds nothing, or something else, for who has a checkout."""
    root = Path(__file__).parents[1]
    ours = [*(root / "src").rglob("*.py"), *(root / "docs").rglob("*.md"), root / "README.md"]
    for path in ours:
        assert "zerosum[" not in path.read_text(encoding="utf-8").replace("zerosum[EXTRA]", "")
