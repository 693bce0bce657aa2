"""What is wrong with a training and easy to see is said at once."""

import subprocess
import sys
from pathlib import Path

import pytest

import zerosum
from helpers.runs_in_processes import environment
from zerosum.errors import ConfigError
from zerosum.recipes import recipe
from zerosum.runs import Run

REFUSED = """
import sys
from zerosum.cli import main

for words in sys.argv[1:]:
    try:
        main(["train", *words.split("|")])
    except SystemExit as exit_:
        assert exit_.code == 1
    assert "torch" not in sys.modules, words
"""

MESSAGES = {
    "dcgan-digits|--out|run": "run already holds a run",
    "dcgan-digits|--out|file": "file is a file; a run needs a folder of its own",
    "dcgan-digits|--data|digit": "no file is called 'digit'; did you mean 'digits'",
    "dcgan-digits|--data|no/such|--dry-run": "no/such does not exist; check the path",
    "dcgan-faces|--data=": "no pictures are named: --data FOLDER",
    "dcgan-digits|--game.generator|no.py:Net": "no.py cannot be read",
    "cyclegan": "this recipe translates between two sets of pictures",
    "dann|--source|digits|--target|no.zip": "no data set and no file is called 'no.zip'",
}


def test_it_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    Run(tmp_path / "run").create(recipe("dcgan-digits"))
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    source = str(Path(zerosum.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, *MESSAGES],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": source},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("zerosum: ")]
    assert len(said) == len(MESSAGES)
    for line, message in zip(said, MESSAGES.values(), strict=True):
        assert message in line
    assert sorted(tmp_path.rglob("*")) == before


def test_no_pictures_are_not_those_of_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no pictures are named"):
        zerosum.train("dcgan-digits", data="", quiet=True)
