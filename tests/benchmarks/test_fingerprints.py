"""Two looks at zerosum are told apart in every line, and only in what is to stay."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import fingerprints
from prints import folders
from prints.calling import plain
from zerosum.checkpoint import save_checkpoint

ABOUT = {"torch": "2", "whole": True}
OLD = {"help": {"train": ["exit 0", "out: a"]}, "run gan": {"weights": ["f 1", "f 2"]}}


@pytest.mark.parametrize(
    ("part", "items", "found"),
    [
        ("help", {"train": ["exit 0", "out: b"]}, "help: train\n    -out: a\n    +out: b"),
        ("help", {}, "help: train\n    -exit 0\n    -out: a"),
        ("run gan", {"weights": ["f 2", "f 1"]}, "run gan: weights\n    +f 2\n    -f 2"),
        ("run other", {"weights": []}, "run other: only in the new one"),
    ],
)
def test_each_difference_is_told(
    part: str, items: Any, found: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "old.json", tmp_path / "new.json"]
    for file, prints in zip(files, (OLD, {**OLD, part: items}), strict=True):
        file.write_text(json.dumps({"about": ABOUT, "prints": prints}))
    assert fingerprints.report([files[0], files[0]]) == 0
    capsys.readouterr()
    assert fingerprints.report(files) == 1
    assert capsys.readouterr().out == f"{found}\n1 differences\n"


def test_parts_that_were_not_asked_for_are_no_difference() -> None:
    old = {"about": ABOUT, "prints": OLD}
    new = {"about": ABOUT | {"whole": False}, "prints": {"help": OLD["help"]}}
    assert not list(fingerprints.compare(old, new))


def test_times_and_places_are_left_out_and_nothing_else() -> None:
    said = f'{Path.cwd()}/a: {{"seconds": 1.5, "cost": 1.5}}, about 3 h 05 min, by 12 images/s'
    left = 'SCRATCH/a: {"seconds": PASSING, "cost": 1.5}, about TIME, by PACE images/s'
    assert plain(said) == left


def test_weights_are_seen_in_the_order_of_the_state_whatever_they_are_called(
    tmp_path: Path,
) -> None:
    one, two = torch.ones(2), torch.zeros(3)
    orders = ({"z": one, "a": two}, {"a": one, "z": two}, {"a": two, "z": one})
    found = []
    for index, state in enumerate(orders):
        save_checkpoint(tmp_path / f"{index}.safetensors", state)
        found.append(folders.checkpoint(tmp_path / f"{index}.safetensors")["weights"])
    assert found[0] == found[1] != found[2]
