"""The page of a generator, as a file."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from helpers.narrow import narrow, untrained
from zerosum.errors import ConfigError
from zerosum.models import WrongKindError
from zerosum.player import page_of, saving
from zerosum.recipes import recipe


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else() -> None:
    page = page_of({"shape": [1, 4, 4]}, b"", title="a <b> & c", summary="")
    assert "<title>a &lt;b&gt; &amp; c</title>" in page
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
    assert not re.search(r"https?:", policy)
    inline = re.findall(r"<(script|style)(?: id=\"runtime\")?>(.*?)</\1>", page, re.DOTALL)
    assert [kind for kind, _ in inline] == ["style", "script", "script"]
    for _, text in inline:
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_names_cannot_leave_the_place_where_they_stand() -> None:
    page = page_of(
        {"shape": [1, 4, 4], "name": "</script><script>alert(1)"}, b"", title="", summary=""
    )
    (text,) = re.findall(r'id="model">(.*?)</script>', page)
    assert json.loads(text)["name"] == "</script><script>alert(1)"


@pytest.mark.parametrize("name", ["classifier", "cyclegan-small", "advgan", "fvbn-digits"])
def test_only_generators_have_one(name: str, tmp_path: Path) -> None:
    model = untrained(narrow(recipe(name)), tmp_path)
    with pytest.raises(WrongKindError, match="is not a run that makes pictures from latents"):
        model.export(tmp_path / "player.html")
    assert not (tmp_path / "player.html").exists()


def test_one_that_is_too_large_for_browsers_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "MOST_NUMBERS", 100)
    model = untrained(narrow(recipe("mnist-gan-2022")), tmp_path)
    with pytest.raises(ConfigError, match=r"numbers, and a page may have 100 .*\.onnx"):
        model.export(tmp_path / "player.html")


def test_a_direction_is_refused(tmp_path: Path) -> None:
    model = untrained(narrow(recipe("mnist-gan-2022")), tmp_path)
    with pytest.raises(ConfigError, match="no direction"):
        model.export(tmp_path / "player.html", direction="a2b")
