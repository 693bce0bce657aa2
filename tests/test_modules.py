"""How much of zerosum a job imports: what it needs, and not what other jobs do."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from helpers.runs_in_processes import environment

MOST = 131
"""Modules of ours that training a DCGAN may run, packages included."""

TRAINING = """
import sys
from pathlib import Path
from zerosum.config import change
from zerosum.jobs import train_run
from zerosum.recipes import recipe

narrow = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}
brief = {"images": 32, "batch_size": 16, "log_every": 16, "sample_every": 32, "device": "cpu"}
scored = {"evaluate_every": 32, "evaluate_count": 16, "evaluate_features": "pixels"}
config = change(recipe("dcgan-digits"), {**narrow, **brief, **scored})
train_run(config, out=Path(sys.argv[1]), quiet=True)
print(*(name for name in sys.modules if name.partition(".")[0] == "zerosum"))
"""


def test_training_a_dcgan_runs_few_modules(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TRAINING, str(tmp_path / "run")]
    done = subprocess.run(command, check=True, env=environment(), capture_output=True, text=True)
    modules = done.stdout.splitlines()[-1].split()
    assert (tmp_path / "run" / "scores.jsonl").exists()
    rooms = Counter(name.split(".")[1] for name in modules if "." in name)
    assert len(modules) <= MOST, rooms
