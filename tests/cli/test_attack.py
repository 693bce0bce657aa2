"""``zerosum attack`` as a user meets it: kinds of classifiers, reports, refusals."""

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.command_line import call
from zerosum.config import change
from zerosum.config.commands.attack import AttackConfig, parse_epsilon
from zerosum.errors import ConfigError, DataError
from zerosum.families.loading import load
from zerosum.families.victims import class_table, load_victim
from zerosum.games import PerturbationGame
from zerosum.jobs import train_run
from zerosum.jobs.attack import attack
from zerosum.jobs.attack_page import draw_curves
from zerosum.jobs.labelled_images import LabelledImages
from zerosum.recipes import recipe

CPU = torch.device("cpu")
QUICK = ("--data", "digits", "--attack", "fgsm", "--epsilon", "0.1", "--device", "cpu")

OWN = """
import torch
from torch import nn

class Halves(nn.Module):
    '''Class 1 where the picture is brighter above than below.'''
    input_size, channels, mean, std, classes = 8, 1, 0.5, 0.5, ("below", "above")

    def forward(self, images):
        assert images.shape[1:] == (1, 8, 8)
        lead = images[:, 0, :4].mean((1, 2)) - images[:, 0, 4:].mean((1, 2))
        return torch.stack([-lead, lead], dim=1)

def halves():
    return Halves()

def sure():
    return nn.Sequential(Halves(), nn.Softmax(1))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures that are a little brighter above, or below; one is in the wrong folder."""
    for number in range(6):
        for name in ("above", "below"):
            pixels = np.full((8, 8), 120, dtype=np.uint8)
            bright = slice(0, 4) if (name == "above") != (number == 5) else slice(4, 8)
            pixels[bright] += 10
            path = tmp_path / "pictures" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)
    (tmp_path / "own.py").write_text(OWN)
    return tmp_path


def test_your_own_network_is_attacked_where_it_is_right(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, out = folder / "page.html", folder / "out"
    words = ("--data", str(folder / "pictures"), "--attack", "pgd", "--device", "cpu", "--json")
    made = ("--report", str(page), "--out", str(out))
    assert call("attack", f"{folder}/own.py:halves", *words, "--epsilon", "8/255", *made) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["pictures"], found["right"], found["wrong_already"]) == (12, 10, 2)
    assert found["epsilon"] == pytest.approx(8 / 255)
    # Halves differ by 10 levels, so that the border is 5 levels away.
    assert found["attacks"]["pgd"]["success"] == 1
    assert found["attacks"]["pgd"]["robust_accuracy"] == 0
    assert found["attacks"]["noise"]["success"] < 0.5
    curve = [point["accuracy"] for point in found["attacks"]["pgd"]["curve"]]
    assert curve == [10 / 12, 10 / 12, 10 / 12, 0, 0, 0]  # 0, 2, 4, 8, 16 and 32 levels.
    picture = found["attacks"]["pgd"]["pictures"][0]
    assert picture["fooled"]
    assert {picture["label"], picture["said"]} == {"above", "below"}
    assert picture["said_confidence"] > 0.5
    assert json.loads((out / "attack.json").read_text()) == found
    assert len(list((out / "pgd").glob("*.png"))) == 10
    with (
        Image.open(out / "pgd" / "000000.png") as shown,
        Image.open(out / "original" / "000000.png") as before,
    ):
        assert shown.info["zerosum:attack"] == "pgd"
        assert "zerosum:generated" not in before.info
        moved = np.asarray(shown).astype(int) - np.asarray(before)
        assert np.abs(moved).max() == 8
    text = page.read_text()
    assert "http" not in text.replace("http://www.w3.org", "")
    assert text.count("data:image/png;base64,") == 10 * 4
    assert "<svg" in text
    assert "above 5" in text  # Its confidence.


def test_a_run_is_attacked_and_what_carries_over_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = {
        "game.network.base_channels": 8,
        "images": 3200,
        "evaluate_every": 3200,
        "device": "cpu",
    }
    config = change(recipe("classifier"), {**small, "game.optimizer.decay": None})
    run = train_run(config, out=tmp_path / "run", quiet=True).run
    assert call("attack", str(run.path), *QUICK, "--count", "20", "--against", "digits") == 0
    printed = capsys.readouterr().out
    for word in ("noise", "fgsm", "carries over", "pictures right"):
        assert word in printed


def test_what_a_run_has_learnt_is_tried_beside_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = {
        "game.generator.base_channels": 4,
        "game.generator.blocks": 1,
        "game.discriminator.base_channels": 4,
    }
    fields |= {"images": 32, "batch_size": 16, "evaluate_every": 0}
    config = change(recipe("advgan"), {**fields, "device": "cpu"})
    run = train_run(config, out=tmp_path / "mine", quiet=True).run
    out = tmp_path / "out"
    what = ("--data", "digits", "--attack", "fgsm", str(run.path), "--epsilon", "0.1")
    words = (*what, "--count", "12", "--against", "digits", "--device", "cpu", "--json")
    made = ("--out", str(out), "--report", str(tmp_path / "page.html"))
    assert call("attack", "digits", *words, *made) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["attacks"]) == ["noise", "fgsm", "mine"]
    mine = found["attacks"]["mine"]
    assert [point["epsilon"] for point in mine["curve"]][1:4] == pytest.approx([0.025, 0.05, 0.1])
    assert all(0 < each["size"] <= 0.1 + 1e-6 for each in mine["pictures"])
    assert mine["seconds_per_picture"] > 0
    assert len(list((out / "mine").glob("*.png"))) == found["right"]
    assert ">mine</text>" in (tmp_path / "page.html").read_text()
    # Trained or not, it is what the run's generator draws: by hand.
    model = load(run.path, device="cpu")
    assert isinstance(model.game, PerturbationGame)
    options = AttackConfig(attacks=(f"advgan:{run.path}",), epsilon=0.05, count=4, device="cpu")
    again = attack("digits", "digits", options, quiet=True)
    network = model.game.players["generator"].best.eval()
    expected = (again.images + 0.05 * network(again.images * 2 - 1)).clamp(0, 1)
    torch.testing.assert_close(again.outcomes["mine"].outcome.images, expected.detach())
    twice = tmp_path / "elsewhere" / "fgsm"
    copytree(run.path, twice)
    for more, message in (
        (("--attack", "fgsm", str(twice)), "two attacks are called fgsm"),
        (("--attack", str(run.path), "--targeted", "3"), "not class 3"),
        (("--attack", str(run.path), "--norm", "l2"), "--norm linf"),
        (("--attack", "runs/none"), "there is no folder runs/none"),
    ):
        assert call("attack", "digits", "--data", "digits", "--device", "cpu", *more) == 1
        assert message in capsys.readouterr().err


def test_targets_are_named_as_classes_are_elsewhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["attack", f"{folder}/own.py:halves", "--data", str(folder / "pictures"), "--json"]
    words += ["--attack", "fgsm", "--epsilon", "8/255", "--device", "cpu", "--targeted"]
    found = {}
    for name in ("above", "1"):  # Its label, since no class is called by a number.
        assert call(*words, name) == 0
        found[name] = json.loads(capsys.readouterr().out)
        assert (found[name]["targeted"], found[name]["target_class"]) == (1, "above")
    assert found["above"]["attacks"]["fgsm"]["curve"] == found["1"]["attacks"]["fgsm"]["curve"]
    assert call(*words, "abvoe") == 2
    assert "unknown class 'abvoe'; did you mean 'above'?" in capsys.readouterr().err


def test_classes_without_names_are_targeted_by_number() -> None:
    options = AttackConfig(attacks=(), targeted="7", count=4, device="cpu", labels="predicted")
    nameless = replace(load_victim("digits", device=CPU), classes=())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zerosum.jobs.attack.load_victim", lambda *_, **__: nameless)
        assert attack("digits", "digits", options, quiet=True).target == 7


def test_what_is_left_decides_how_a_test_ends(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["attack", "digits", *QUICK, "--count", "12", "--json", "--fail-under"]
    assert call(*words, "0") == 0
    left = json.loads(capsys.readouterr().out)["robust_accuracy"]
    assert 0 < left < 1
    assert call(*words, str(left)) == 0
    capsys.readouterr()
    assert call(*words, str(left + 0.01)) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["robust_accuracy"] == left
    assert f"the accuracy under attack is {left:.1%}, less than" in printed.err


def test_left_is_what_no_attack_takes() -> None:
    options = AttackConfig(attacks=("fgsm", "bim"), epsilon=0.07, count=20, device="cpu")
    found = attack("digits", "digits", options, quiet=True)
    each = [found.robust(name) for name in found.outcomes]
    assert found.robust_to_all() <= min(each) < 1
    fooled = torch.stack([tried.outcome.fooled for tried in found.outcomes.values()]).any(dim=0)
    assert found.robust_to_all() == pytest.approx((found.right - int(fooled.sum())) / 20)


def test_the_time_is_that_of_all_sizes_and_lines_tell_of_it_where_no_bar_can(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerosum.jobs.attack.EVERY", 0.0)
    assert call("attack", "digits", *QUICK, "--count", "6") == 0
    printed = capsys.readouterr()
    lines = [line for line in printed.err.splitlines() if line.startswith("fgsm attacks digits")]
    assert lines[0].startswith("fgsm attacks digits, 2 of 2: 20 %, about ")
    assert lines[-1].startswith("fgsm attacks digits, 2 of 2: done in ")
    assert "s in all" in printed.out
    found = attack("digits", "digits", AttackConfig(count=6, device="cpu"), quiet=True)
    within = {name: tried.seconds * len(found.images) for name, tried in found.outcomes.items()}
    assert all(tried.whole > within[name] for name, tried in found.outcomes.items())
    assert found.seconds > sum(tried.whole for tried in found.outcomes.values())


def test_columns_are_titled_above_their_pictures(folder: Path) -> None:
    page = folder / "page.html"
    words = ["--data", str(folder / "pictures"), "--attack", "fgsm", "--epsilon", "8/255"]
    call("attack", f"{folder}/own.py:halves", *words, "--device", "cpu", "--report", str(page))
    text = page.read_text()
    assert text.count('class="row titles"') == 1
    assert text.index("</svg>") < text.index('class="row titles"') < text.index("<img")


def test_targets_and_predicted_labels() -> None:
    options = AttackConfig(attacks=("pgd",), epsilon=0.2, targeted=3, count=8, device="cpu")
    found = attack("digits", "digits", options, quiet=True)
    assert not bool((found.labels == 3).any())
    fooled = found.outcomes["pgd"].outcome.fooled
    assert bool(fooled.any())
    assert bool((found.outcomes["pgd"].outcome.predictions[fooled] == 3).all())
    predicted = AttackConfig(attacks=(), labels="predicted", count=10, device="cpu")
    assert attack("digits", "digits", predicted, quiet=True).right == 10


def test_the_smallest_perturbations_are_those_of_the_attack_that_seeks_them() -> None:
    options = AttackConfig(attacks=("deepfool", "fgsm"), norm="l2", count=5, device="cpu")
    found = attack("digits", "digits", options, quiet=True)
    assert found.outcomes["deepfool"].smallest.median() < found.outcomes["fgsm"].smallest.median()
    shares = [share for _, share in found.outcomes["deepfool"].curve]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("runs/none", *QUICK), 1, "is no classifier: expected a run folder"),
        (("digits", *QUICK, "--epsilon", "8"), 1, "--epsilon 8/255"),
        (("digits", *QUICK, "--epsilon", "much"), 1, "such as 0.03 or 8/255"),
        (("digits", *QUICK, "--epsilon", "0"), 1, "greater than 0"),
        (("digits", *QUICK, "--attack", "fgms"), 2, "did you mean 'fgsm'"),
        (("digits", *QUICK, "--attack", "cw"), 1, "is for --norm l2"),
        (("digits", *QUICK, "--targeted", "10"), 2, "unknown class '10'"),
        (("digits", *QUICK, "--fail-under", "70"), 1, "a share of the pictures from 0 to 1"),
        (("digits", *QUICK, "--fail-under", "nan"), 1, "a share of the pictures from 0 to 1"),
        (("torchvision:resnet81", *QUICK), 2, "resnet81"),
    ],
)
def test_what_is_refused(
    words: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("attack", *words) == code
    assert message in capsys.readouterr().err


def test_probabilities_and_unlike_classes_are_refused(folder: Path) -> None:
    options = AttackConfig(attacks=("fgsm",), device="cpu")
    with pytest.raises(ConfigError, match="probabilities"):
        attack(f"{folder}/own.py:sure", str(folder / "pictures"), options, quiet=True)
    with pytest.raises(DataError, match=r"does not know above, below.*--labels predicted"):
        attack("digits", str(folder / "pictures"), options, quiet=True)


def test_the_labels_of_a_source() -> None:
    nameless = replace(load_victim("digits", device=CPU), classes=())
    logits = torch.zeros(1, 10)
    assert class_table(("007_seven", "3_three"), nameless, logits) == (7, 3)
    assert class_table(tuple("abcdefghij"), nameless, logits) == tuple(range(10))
    for names, message in (
        ((), r"in a folder of its own\.$"),
        (("cat", "dog"), "10 classes without names"),
        (("207_dog",), "10 classes without names"),
    ):
        with pytest.raises(DataError, match=message):
            class_table(names, nameless, logits)


def test_classes_without_names_are_called_by_title_folder_or_number() -> None:
    nameless = replace(load_victim("digits", device=CPU), classes=(), titles=("nil", "one"))
    shown = LabelledImages(
        images=torch.zeros(1, 1, 2, 2), names=("a",), labels=(0,), classes=("3_three",)
    )
    assert shown.class_names(nameless, (3,)) == ("nil", "one", "2", "3_three")
    assert shown.class_names(nameless, ()) == ("nil", "one")


@pytest.mark.parametrize(
    ("text", "number"), [("8/255", 8 / 255), ("0.5", 0.5), (" 1 / 2 ", 0.5), ("1e-2", 0.01)]
)
def test_epsilons(text: str, number: float) -> None:
    assert parse_epsilon(text) == number


def test_curves_begin_on_the_left_and_end_on_the_right() -> None:
    drawn = draw_curves({"a": [(0.0, 1.0), (0.2, 0.0)], "<b>": [(0.0, 0.5), (0.1, 0.5)]})
    assert drawn.count("<polyline") == 2
    assert "&lt;b&gt;" in drawn
    assert 'points="44.0,12.0 356.0,216.0"' in drawn


def test_big_pictures_are_refused_unless_the_limit_is_raised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for digit in "01":
        (tmp_path / digit).mkdir()
        Image.new("L", (28, 28 + int(digit)), 9).save(tmp_path / digit / "1.png")
    words = ["attack", "digits", "--data", str(tmp_path), "--attack", "fgsm", "--device", "cpu"]
    call(*words, "--pixel-limit", "784")
    assert "1/1.png: refused as a decompression bomb" in capsys.readouterr().err
    call(*words)
    assert "refused" not in capsys.readouterr().err
