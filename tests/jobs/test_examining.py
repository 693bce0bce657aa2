"""Classifiers of runs, examined image by image, agree with their evaluations."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers.quick_runs import KINDS
from helpers.two_domains import adapting, labelled_domains
from zerosum import Classifier, jobs
from zerosum.config import EvaluateConfig, RunConfig, change
from zerosum.errors import ConfigError
from zerosum.families import family_of
from zerosum.families.loading import load
from zerosum.jobs.examining import Examination, examine
from zerosum.recipes import recipe

FEW = 3
"""Labels of each class."""


def trained(config: RunConfig, path: Path) -> Path:
    jobs.train_run(config, out=path, quiet=True)
    return path


def examined(path: Path) -> Examination:
    return examine(load(path, kind=Classifier, device="cpu"), quiet=True)


def few_labels(folder: Path) -> RunConfig:
    data = str(labelled_domains(folder)[0])
    fields = {"data": data, "game.labels_per_class": FEW, "images": 16, "batch_size": 8}
    return change(recipe("sgan"), {**fields, "device": "cpu", "evaluate_every": 0})


@pytest.mark.parametrize(
    "config", [KINDS["classification"], few_labels], ids=["classifier", "few labels"]
)
def test_answers_are_those_of_an_evaluation(
    config: Callable[[Path], RunConfig], tmp_path: Path
) -> None:
    run = trained(config(tmp_path), tmp_path / "run")
    scores = jobs.evaluate(str(run), EvaluateConfig(device="cpu"), quiet=True).scores
    (domain,) = (examination := examined(run)).tests
    assert domain == ""
    assert examination.answers("").accuracy() == scores.scores["accuracy"].estimate
    assert examination.tests[""].about == scores.protocol.real
    assert not examination.note


@pytest.mark.parametrize("name", ["dann", "adda"])
def test_both_domains_are_examined_by_the_classifiers_for_them(name: str, tmp_path: Path) -> None:
    run = trained(adapting(tmp_path / "data", name), tmp_path / "run")
    scores = jobs.evaluate(str(run), EvaluateConfig(device="cpu"), quiet=True).scores
    examination = examined(run)
    assert list(examination.tests) == ["source", "target"]
    for domain in examination.tests:
        found = examination.answers(domain).accuracy()
        assert found == scores.scores[f"{domain} accuracy"].estimate
    facts = examination.tests["target"].about
    assert (facts["source"], facts["split"], facts["pictures"]) == ("dark.npz", "test", 20)


def test_a_map_has_the_places_of_both_domains_in_one_plane(tmp_path: Path) -> None:
    run = trained(adapting(tmp_path / "data"), tmp_path / "run")
    examination = examined(run)
    seen = examination.map("pca")
    features = torch.cat(
        [test.features(seen.numbers[domain]) for domain, test in examination.tests.items()]
    )
    points = torch.cat(list(seen.points.values()))
    assert {domain: len(each) for domain, each in seen.points.items()} == {
        "source": 20,
        "target": 20,
    }
    # What the plane keeps of the variance are the two greatest of its parts.
    variances = torch.linalg.svdvals(features - features.mean(dim=0)).square()
    torch.testing.assert_close(points.square().sum(), variances[:2].sum())


def test_the_labels_that_are_learnt_from_are_few_and_right(tmp_path: Path) -> None:
    config = family_of(few_labels(tmp_path)).read(few_labels(tmp_path))
    learnt = family_of(config).learnt_labels(config, quiet=True)
    assert learnt is not None
    assert np.bincount(learnt.labels).tolist() == [FEW, FEW]
    every = change(config, {"game.labels_per_class": None})
    whole = family_of(every).learnt_labels(every, quiet=True)
    assert whole is not None
    assert len(whole) == 60
    pictures = {whole.images[slice(i, i + 1)].tobytes(): whole.labels[i] for i in range(60)}
    for index, label in enumerate(learnt.labels):
        assert pictures[learnt.images[slice(index, index + 1)].tobytes()] == label
    generates = recipe("dcgan-digits")
    assert family_of(generates).learnt_labels(generates, quiet=True) is None


def test_a_run_without_pictures_to_test_on_says_what_to_do(tmp_path: Path) -> None:
    config = change(
        recipe("classifier"),
        {
            "data": "digits",
            "game.held_out": 0.0,
            "images": 16,
            "batch_size": 16,
            "device": "cpu",
            "evaluate_every": 0,
            "game.network.base_channels": 4,
        },
    )
    run = trained(config, tmp_path / "run")
    with pytest.raises(ConfigError, match=r"held out .*zerosum evaluate RUN --against"):
        examined(run)
