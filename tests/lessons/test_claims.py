"""What the texts of the lessons state holds over the range of the controls, and can fail."""

import pytest
from hypothesis import HealthCheck, Phase, example, find, given, settings
from hypothesis.errors import NoSuchExample

from helpers.lessons import cheap_controls, controls_of, trial_of
from zerosum.lessons.base import checked, silent
from zerosum.lessons.controls import Controls
from zerosum.lessons.named import LESSONS, lesson

MISTAKES = [
    pytest.param(name, index, id=f"{name}-{index}-{corruption.target.rpartition('.')[2]}")
    for name in LESSONS
    for index, corruption in enumerate(trial_of(name).corruptions)
]
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def failing(name: str, controls: Controls) -> list[str]:
    """The claims that do not hold; what cannot even be computed fails all of them."""
    found = lesson(name)
    try:
        claims = checked(found, controls, found.compute(controls, silent))
    except (ArithmeticError, AssertionError, ValueError, RuntimeError, TypeError) as error:
        return [f"{type(error).__name__}: {error}"]
    return [statement for statement, holds in claims.items() if holds is False]


@pytest.mark.parametrize("name", LESSONS)
def test_claims_hold_over_the_range_of_the_controls_and_each_speaks_somewhere(name: str) -> None:
    found = lesson(name)
    spoken: set[str] = set()

    @settings(
        max_examples=trial_of(name).examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=QUIET,
        # To shrink what trains networks would take minutes.
        phases=[Phase.explicit, Phase.generate],
    )
    @example(controls=cheap_controls(name))
    @given(controls=controls_of(name))
    def holds(controls: Controls) -> None:
        claims = checked(found, controls, found.compute(controls, silent))
        assert not [statement for statement, holds in claims.items() if holds is False], controls
        spoken.update(statement for statement, holds in claims.items() if holds)

    holds()
    assert {claim.statement for claim in found.claims} == spoken


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_is_tried_with_mistakes(name: str) -> None:
    assert len(trial_of(name).corruptions) >= 2
    assert lesson(name).claims


@pytest.mark.parametrize(("name", "index"), MISTAKES)
def test_a_mistake_fails_a_claim(name: str, index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = trial_of(name)
    corruption = trial.corruptions[index]
    monkeypatch.setattr(corruption.target, corruption.wrong(corruption.original()))
    noticed: list[Controls] = []

    def is_noticed(controls: Controls) -> bool:
        if controls not in noticed and failing(name, controls):
            noticed.append(controls)
        return controls in noticed  # What is found is asked for again, and may train networks.

    try:
        find(
            controls_of(name),
            is_noticed,
            settings=settings(
                max_examples=4 * trial.examples,  # It ends at the first that is noticed.
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=QUIET,
                phases=[Phase.generate],
            ),
        )
    except NoSuchExample:
        pytest.fail(f"no claim of {name} notices that {corruption.target} is wrong")
