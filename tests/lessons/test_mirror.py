"""The lesson `mirror` on a reader's own runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zerosum.config import RunConfig, change
from zerosum.errors import ConfigError, DataWarning
from zerosum.jobs import train_run
from zerosum.lessons.learning import learn

QUICK: dict[str, Any] = {"images": 160, "counted": 200}


def test_a_run_stands_in_the_place_of_the_packaged_gan(tiny: RunConfig, tmp_path: Path) -> None:
    run = train_run(change(tiny, {"images": 16}), out=tmp_path / "mine", quiet=True).run
    learned = learn("mirror", run=run.path, quiet=True, **QUICK)
    assert learned.results.numbers["ready_shown"] == "the digits of mine"
    assert "mine" in learned.results.figures["ready"].title
    (silent,) = [statement for statement, holds in learned.claims.items() if holds is None]
    assert silent.startswith("The packaged GAN")
    assert all(holds is not False for holds in learned.claims.values())


def test_a_run_of_other_pictures_is_refused(tiny: RunConfig, tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(256, size=(40, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "others.npz", images=images, labels=np.arange(40) % 20)
    config = change(tiny, {"images": 16, "data": str(tmp_path / "others.npz")})
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    with (
        pytest.warns(DataWarning, match="are not counted by"),
        pytest.raises(ConfigError, match="this lesson counts digits"),
    ):
        learn("mirror", run=run.path, quiet=True, **QUICK)
