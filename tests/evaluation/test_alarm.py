"""Each symptom is seen where it is, and only there."""

from collections.abc import Sequence

import pytest

from zerosum.evaluation.alarm import PATIENCE, SYMPTOMS, diagnose
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.metrics.estimate import Estimate

PROTOCOL = Protocol(network={"network": "digits"}, real={}, generated=2_048)

HEALTHY = {
    "diversity": 0.9,
    "discriminator accuracy": 0.75,
    "generator accuracy": 0.25,
    "generator gradient": 0.5,
}


def evaluation(images: int, value: float, **diagnostics: float) -> Scores:
    score = Score(estimate=Estimate(value=value, error=0.1), how="", lower_is_better=True)
    changed = {name.replace("_", " "): number for name, number in diagnostics.items()}
    return Scores(
        subject={"images": images},
        protocol=PROTOCOL,
        scores={"FD-digits": score},
        diagnostics={**HEALTHY, **changed},
    )


def improving(count: int = 6) -> list[Scores]:
    return [evaluation(1_000 * number, 50.0 / (1 + number)) for number in range(count)]


def ill(count: int, value: float = 8.0, **diagnostics: float) -> list[Scores]:
    return [evaluation(10_000 + 1_000 * number, value, **diagnostics) for number in range(count)]


CASES = {
    "mode collapse": {"diversity": 0.05},
    "the discriminator has won": {"discriminator_accuracy": 1.0, "generator_accuracy": 0.0},
    "the generator's gradient vanished": {"generator_gradient": 1e-9},
    "the target's classes collapsed": {"target_classes": 0.2},
    "divergence": {"value": 60.0},
}


def test_there_is_a_case_for_every_symptom() -> None:
    assert set(CASES) == set(SYMPTOMS)


@pytest.mark.parametrize("name", CASES)
def test_a_symptom_that_stays_is_named(name: str) -> None:
    history = improving() + ill(2 * PATIENCE, **CASES[name])
    found = diagnose(history)
    assert found is not None
    assert (found.name, found.images_seen) == (name, history[-1].images_seen)
    assert found.reason
    assert found.remedy


@pytest.mark.parametrize("name", CASES)
def test_a_symptom_that_passes_is_not(name: str) -> None:
    history = improving() + ill(PATIENCE - 1, **CASES[name]) + [evaluation(20_000, 8.0)]
    for length in range(1, len(history) + 1):
        assert diagnose(history[:length]) is None


def test_a_discriminator_far_ahead_has_not_won_while_the_score_improves() -> None:
    ahead = {"discriminator_accuracy": 1.0, "generator_accuracy": 0.0}
    history = [evaluation(1_000 * n, 50.0 / (1 + n), **ahead) for n in range(10)]
    assert diagnose(history) is None


def test_untrained_pictures_that_are_all_alike_are_no_collapse() -> None:
    assert diagnose([evaluation(0, 50.0, diversity=0.0)] * 5) is None


def test_a_generator_that_wakes_up_slowly_is_no_collapse_but_has_to_wake_up() -> None:
    waking = [evaluation(1_000 * n, 50.0, diversity=0.001 * 2.0**n) for n in range(12)]
    assert waking[-1].diagnostics["diversity"] > 1.0
    assert all(diagnose(waking[:length]) is None for length in range(1, 8))
    asleep = [evaluation(1_000 * n, 50.0, diversity=1e-6 * 2.0**n) for n in range(12)]
    found = diagnose(asleep)
    assert found is not None
    assert found.name == "mode collapse"


def test_small_changes_of_a_good_score_are_no_divergence() -> None:
    values = [50.0, 1.0, 0.1, 0.2, 0.35, 0.3, 0.28, 0.4]
    assert diagnose([evaluation(n * 1_000, value) for n, value in enumerate(values)]) is None


@pytest.mark.parametrize("history", [[], improving(1), improving(2)])
def test_a_run_that_has_just_begun_is_healthy(history: Sequence[Scores]) -> None:
    assert diagnose(history) is None
