"""The lesson on the first GAN, told of a run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zerosum.config import RunConfig
from zerosum.errors import ConfigError, RunError
from zerosum.jobs import train_run
from zerosum.lessons.learning import learn

FEW: dict[str, Any] = {"samples": 200, "centres": 50, "quiet": True}


def test_a_run_is_judged_too(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(replace(tiny, total_images=32), out=tmp_path / "run", quiet=True).run
    found = learn("2014", run=run.path, **FEW).results
    rows = {row[0]: row for row in found.tables["scores"].rows}
    assert rows["your run's digits"][1] == 200
    # Of a few rounds it makes grey noise.
    assert found.numbers["run"] < found.numbers["generated"]
    assert found.numbers["features"]["run"] > found.numbers["features"]["generated"]


def test_a_run_on_other_pictures_is_refused(tiny: RunConfig, tmp_path: Path) -> None:
    wide = replace(
        tiny, total_images=32, pictures=replace(tiny.pictures, size=(32, 32), enlarge=True)
    )
    run = train_run(wide, out=tmp_path / "run", quiet=True).run
    with pytest.raises(
        ConfigError, match=r"shape \(1, 32, 32\), and is to be compared with digits"
    ):
        learn("2014", run=run.path, **FEW)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"no config\.json"):
        learn("2014", run=tmp_path, **FEW)
