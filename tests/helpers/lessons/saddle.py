from dataclasses import dataclass
from operator import itemgetter

import torch
from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.equilibria import Extragradient, LinearField, Optimistic
from zerosum.equilibria.smooth import Field
from zerosum.lessons.controls import choices_of, hints_of
from zerosum.lessons.saddle import SaddleControls

EXAMPLES = 60

_hints = hints_of(SaddleControls)
_losses = st.sampled_from(choices_of(_hints["objective"]))
_ways = st.sampled_from(choices_of(_hints["method"]))


def _case(
    games: tuple[str, ...],
    *,
    objective: st.SearchStrategy[str] = _losses,
    method: st.SearchStrategy[str] = _ways,
    strength: float = 0.05,
    sizes: tuple[float, float] = (0.01, 2.5),
    start: float = 0.05,
) -> st.SearchStrategy[tuple[object, ...]]:
    played = st.sampled_from(games), objective, method
    return st.tuples(*played, st.floats(strength, 3), st.floats(*sizes), st.floats(start, 2))


_alternating = _case(
    ("dirac",),
    objective=st.sampled_from(("minimax", "non-saturating")),
    method=st.just("alternating"),
    sizes=(1.0, 1.5),
    start=0.5,
)
_least_squares = st.just("least-squares")
_cases = (
    _case(("xy",)),
    _case(("x2-y2",)),
    _case(("dirac", "dirac-r1")),
    _case(("dirac-noise",)),
    _case(("mixture",)),
    _case(("dirac-gradient-penalty",)),
    _case(("dirac-gradient-penalty",), objective=_least_squares, strength=2.1),
    _alternating,
)
_drawn = st.shared(
    st.integers(0, len(_cases) - 1).flatmap(lambda place: _cases[place]), key="case"
)

CHEAP = {
    "momentum": st.one_of(st.floats(-0.9, -0.1), st.floats(0.1, 0.9), st.just(0.0)),
    "steps": 24,
    **{
        name: _drawn.map(itemgetter(place))
        for place, name in enumerate(
            ("game", "objective", "method", "strength", "step_size", "start")
        )
    },
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


def _doubled(weight: str):  # type: ignore[no-untyped-def]
    """One of a game's weights is twice as large."""

    def wrong(function):  # type: ignore[no-untyped-def]
        return lambda objective, **weights: function(
            objective, **{**weights, weight: 2 * weights.get(weight, 0.0)}
        )

    return wrong


def _always_minimax(function):  # type: ignore[no-untyped-def]
    return lambda objective, **weights: function(
        objective.replace("non-saturating", "minimax"), **weights
    )


def _always_wasserstein(function):  # type: ignore[no-untyped-def]
    return lambda _, **weights: function("wasserstein", **weights)


CORRUPTIONS = [
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _doubled("noise")),
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _doubled("r1")),
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _doubled("gradient_penalty")),
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _always_minimax),
    Corruption("zerosum.lessons.saddle_games.mixture_gan", _always_wasserstein),
    Corruption("zerosum.lessons.saddle_games.Extragradient", lambda _: FromTheTrial),
    Corruption("zerosum.lessons.saddle_games.Optimistic", lambda _: Pessimistic),
    Corruption("zerosum.lessons.saddle.methods", _all_simultaneous),
    Corruption("zerosum.lessons.saddle.methods", _negative),
    Corruption("zerosum.lessons.saddle.linearised", _other_sign),
    Corruption("zerosum.lessons.saddle.spectrum", _squared),
    Corruption("zerosum.lessons.saddle_games.dirac_gan", _shared_cost),
]
