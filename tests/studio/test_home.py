"""The studio's own folder."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zerosum.errors import ConfigError
from zerosum.studio import Home


def test_a_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "runs")
    with ThreadPoolExecutor(8) as threads:
        tokens = set(threads.map(lambda _: home.token(), range(16)))
    assert tokens == {Home(tmp_path / "runs").token()}
    assert stat.S_IMODE((home.state / "token").stat().st_mode) == 0o600
    assert [each.name for each in home.state.iterdir()] == ["token"]
    assert Home(tmp_path / "others").token() not in tokens


@pytest.mark.parametrize("left", ["", "\n", "short", "ü" * 50, "a b" * 20])
def test_a_token_that_lets_everybody_in_is_refused(tmp_path: Path, left: str) -> None:
    home = Home(tmp_path)
    home.token()
    (home.state / "token").write_text(left, encoding="utf-8")
    with pytest.raises(ConfigError, match="holds no token of the studio; delete it"):
        home.token()
