"""How much of zerosum a job imports: what it needs, and not what other jobs do."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from helpers.runs_in_processes import environment

MOST = 136
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


LIGHT = (
    "zerosum.config.options",
    "zerosum.config.schema",
    "zerosum.counting",
    "zerosum.data.sources",
    "zerosum.evaluation.alarm",
    "zerosum.evaluation.comparing",
    "zerosum.evaluation.records",
    "zerosum.jsonlines",
    "zerosum.lessons.named",
    "zerosum.recipes.calls",
    "zerosum.recipes.usual",
    "zerosum.runs",
    "zerosum.status",
    "zerosum.studio.api_data",
    "zerosum.studio.api_recipes",
    "zerosum.training.records",
    "zerosum.training.status",
)
"""What a server of run folders imports, which computes nothing itself."""

SERVING = """
import json
import sys
from importlib import import_module
from pathlib import Path

for name in sys.argv[2:]:
    import_module(name)

from zerosum import own
from zerosum.config import change, from_json, to_json
from zerosum.evaluation.records import read_scores
from zerosum.lessons.named import LESSONS, text_of
from zerosum.recipes import RECIPES, recipe
from zerosum.runs import Run, is_run
from zerosum.training.records import read_statistics
from zerosum.training.status import read_status

for name in RECIPES:
    assert from_json(to_json(recipe(name))) == recipe(name)
    assert recipe(name).next_steps(Path("run"))
with own.without_code():
    assert change(recipe("dcgan-digits"), {"seed": 1}).seed == 1
path = Path(sys.argv[1])
(path / "config.json").write_text(json.dumps(to_json(recipe("dcgan-digits"))))
facts = {"pid": 1, "created": 0.0, "host": "here", "state": "stopped", "phase": "", "updated": 0.0}
(path / "status.json").write_text(json.dumps({**facts, "images": 64, "total_images": 640}))
(path / "stats.jsonl").write_text('{"images": 64, "seconds": 1.0}')
run = Run.open(path)
assert read_status(run.status_path).images == 64
assert is_run(path) and run.config() == recipe("dcgan-digits")
assert read_statistics(path / "stats.jsonl") and not read_scores(run.scores_path)
assert [text_of(name) for name in LESSONS]
print(*({"torch", "numpy", "PIL", "matplotlib"} & set(sys.modules)))
"""


def test_who_looks_at_runs_imports_neither_torch_nor_numpy(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVING, str(tmp_path), *LIGHT]
    done = subprocess.run(command, check=True, env=environment(), capture_output=True, text=True)
    assert not done.stdout.split()
