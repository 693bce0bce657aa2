"""Plans that a shortened run would not see the end of."""

from pathlib import Path
from typing import Any

import pytest

import zerosum
from zerosum.cli.report import report_outlasting
from zerosum.config import change
from zerosum.config.lengths import outlasting, spent
from zerosum.errors import ConfigError
from zerosum.recipes import RECIPES, recipe


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_plans_beyond_its_own_end(name: str) -> None:
    assert outlasting(recipe(name)) == {}


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("progan-faces32", {}, {"growth": 60_000}),
        ("progan-faces32", {"pictures.size": (64, 64)}, {"growth": 80_000}),
        ("r3gan-digits", {}, {"burn_in.images": 200_000}),
        ("classifier", {}, {"optimizer.decay": 150_000}),
        ("adda", {}, {"pretraining": 160_000}),
        (
            "dann-digits",
            {"game.ramp": 20},
            {"optimizer.annealing": 128_000, "domain_optimizer.annealing": 128_000, "ramp": 20},
        ),
        ("dcgan-digits", {}, {}),
        ("dcgan-digits", {"game.instance_noise.until": 50}, {}),  # No noise, no end of it.
        (
            "dcgan-digits",
            {"game.instance_noise.deviation": 0.1, "game.instance_noise.until": 50},
            {"instance_noise.until": 50},
        ),
    ],
)
def test_a_short_run_names_what_it_cuts_off(
    name: str, fields: dict[str, Any], expected: dict[str, int]
) -> None:
    assert outlasting(change(recipe(name), {"images": 10, **fields})) == expected
    everything = max(expected.values(), default=10)
    assert outlasting(change(recipe(name), {"images": everything, **fields})) == {}


def test_it_is_said_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report_outlasting(recipe("progan-digits"))
    assert capsys.readouterr().err == ""
    report_outlasting(change(recipe("progan-digits"), {"images": 30_000}))
    said = capsys.readouterr().err
    assert "ends after 30,000 images" in said
    assert "game.growth 40,000" in said


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_goes_on_with_learning_rates_of_0(name: str) -> None:
    assert spent(recipe(name)) == {}


def test_rates_that_fall_to_0_too_early_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    longer = change(recipe("cyclegan-small"), {"images": 10_000_000})
    assert sorted(spent(longer)) == ["discriminator_optimizer.decay", "generator_optimizer.decay"]
    report_outlasting(longer)
    assert "fall to 0 before: game.generator_optimizer.decay" in capsys.readouterr().err


def test_a_run_whose_rates_are_0_does_not_go_on_in_vain(tmp_path: Path) -> None:
    fields = {
        "game.network.base_channels": 4,
        "game.optimizer.decay": (16, 32),
        "evaluate_every": 0,
    }
    how: dict[str, Any] = {"images": 32, "batch_size": 16, "device": "cpu", "quiet": True}
    zerosum.train("classifier", fields=fields, out=tmp_path / "run", **how)
    before = (tmp_path / "run" / "config.json").read_bytes()
    with pytest.raises(ConfigError, match=r"fall to 0 before 64 images \(game\.optimizer\.decay"):
        zerosum.resume(tmp_path / "run", images=64, quiet=True)
    assert (tmp_path / "run" / "config.json").read_bytes() == before
