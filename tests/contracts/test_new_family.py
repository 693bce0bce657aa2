"""A family that nobody planned for: its own files, a line that names it, and one for its recipe.

The package is tests/helpers/own_families/reconstruction; the two lines are those of the fixture.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import helpers.own_families.reconstruction
import zerosum
from helpers.own_families.reconstruction import record, settings
from zerosum import recipes
from zerosum.cli import main
from zerosum.config import families as table
from zerosum.config.json import from_json, to_json
from zerosum.errors import RunError
from zerosum.registry import Table


@pytest.fixture(autouse=True)
def _two_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a contributor adds outside of the family's own folder."""
    for module in (helpers.own_families.reconstruction, settings, record):  # As if it lay in src.
        place = module.__name__.replace("helpers.own_families", "zerosum.families")
        monkeypatch.setitem(sys.modules, place, module)
    kinds = {**table.FAMILIES, "reconstruction": ("reconstruction",)}
    monkeypatch.setattr(table, "FAMILIES", kinds)
    known = {name: recipes.RECIPES[name] for name in recipes.RECIPES}
    entries = Table("recipe", {**known, "autoencoder-digits": settings.autoencoder_digits})
    for place in ("recipes.named", "jobs.training", "cli.train"):
        monkeypatch.setattr(f"zerosum.{place}.RECIPES", entries)


SMALL = (
    *("--batch-size", "16", "--sample-count", "4", "--device", "cpu", "--log-every", "32"),
    *("--evaluate-every", "32", "--evaluate-count", "16", "--game.width", "8", "--quiet"),
)


def test_a_new_family_trains_resumes_is_loaded_and_scored_as_all_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    main(["train", "autoencoder-digits", *SMALL, "--images", "64", "--out", str(run)])
    assert f"its error:       zerosum evaluate {run}" in capsys.readouterr().out
    main(["resume", str(run), "--images", "128", "--quiet"])
    model: Any = zerosum.load(run, device="cpu")
    assert (type(model).__name__, model.images_seen) == ("Autoencoder", 128)
    with pytest.raises(RunError, match="makes pictures from latents: it reconstructs"):
        zerosum.load(run, kind=zerosum.Generator)
    capsys.readouterr()
    main(["evaluate", str(run), "--count", "32", "--json", "--device", "cpu"])
    assert "error" in json.loads(capsys.readouterr().out)["scores"]
    whole = tmp_path / "whole"
    main(["train", "autoencoder-digits", *SMALL, "--images", "128", "--out", str(whole)])
    ours, theirs = (zerosum.load(each, device="cpu") for each in (run, whole))
    network, other = (each.part().network.state_dict() for each in (ours, theirs))
    assert all(bool((network[key] == other[key]).all()) for key in network)
    assert len(list((run / "samples").glob("*.png"))) > 1


def test_its_help_and_its_dry_run_are_made_of_its_settings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["train", "autoencoder-digits", "--help-all"])
    shown = capsys.readouterr().out
    assert "Numbers that a picture goes through." in shown
    assert "--data-a" not in shown
    main(["train", "autoencoder-digits", *SMALL[:-1], "--dry-run", "--json"])
    assert json.loads(capsys.readouterr().out)["config"]["game"]["width"] == 8


def test_its_configuration_comes_back_from_json() -> None:
    config = recipes.named.RECIPES["autoencoder-digits"]()
    assert from_json(to_json(config)) == config
