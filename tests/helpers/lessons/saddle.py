from dataclasses import dataclass

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.equilibria import Extragradient, LinearField, Optimistic
from zerosum.equilibria.smooth import Field

EXAMPLES = 30

CHEAP = {
    "momentum": st.one_of(st.floats(-0.9, -0.1), st.floats(0.1, 0.9), st.just(0.0)),
    "steps": 24,
    "game": st.sampled_from(("xy", "xy", "x2-y2", "dirac", "dirac-r1", "dirac-gradient-penalty")),
}


@dataclass(frozen=True, kw_only=True)
class FromTheTrial(Extragradient):
    """The step is taken from the trial point: two plain steps."""

    def step(self, field: Field, state: torch.Tensor) -> torch.Tensor:
        trial = state - self.step_size * field.at(state)
        return trial - self.step_size * field.at(trial)


@dataclass(frozen=True, kw_only=True)
class Pessimistic(Optimistic):
    """The gradient before is added, not taken away."""

    def step(self, field: Field, state: torch.Tensor) -> torch.Tensor:
        point, before = state.chunk(2)
        gradient = field.at(point)
        return torch.cat([point - self.step_size * (2 * gradient + before), gradient])


def _all_simultaneous(function):  # type: ignore[no-untyped-def]
    def wrong(momentum: float):  # type: ignore[no-untyped-def]
        return {**function(momentum), "alternating": function(momentum)["simultaneous"]}

    return wrong


def _other_sign(function):  # type: ignore[no-untyped-def]
    """Ascent for descent."""
    return lambda game: LinearField(-function(game).jacobian, function(game).first)


def _squared(function):  # type: ignore[no-untyped-def]
    """|λ|² for |λ|."""
    return lambda method, field: function(method, field) ** 2


def _negative(function):  # type: ignore[no-untyped-def]
    return lambda momentum: function(-momentum)


def _shared_cost(function):  # type: ignore[no-untyped-def]
    """Both players lower the first one's cost."""

    def wrong(objective, **weights):  # type: ignore[no-untyped-def]
        game = function(objective, **weights)
        kind = type(game)
        shared = type("Shared", (kind,), {"costs": lambda self, w: (kind.costs(self, w)[0],) * 2})
        return shared(**{name: getattr(game, name) for name in game.__dataclass_fields__})

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.saddle_games.Extragradient", lambda _: FromTheTrial),
    Corruption("zerosum.lessons.saddle_games.Optimistic", lambda _: Pessimistic),
    Corruption("zerosum.lessons.saddle.methods", _all_simultaneous),
    Corruption("zerosum.lessons.saddle.methods", _negative),
    Corruption("zerosum.lessons.saddle.linearised", _other_sign),
    Corruption("zerosum.lessons.saddle.spectrum", _squared),
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _shared_cost),
]
