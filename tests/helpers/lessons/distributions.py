"""How the claims of the lesson on distributions are tried."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.games.base import Round, Turn
from zerosum.games.watching import Watched
from zerosum.metrics.estimate import Estimate

EXAMPLES = 8

CHEAP: dict[str, Any] = {
    "rounds": 4,
    "watch": st.integers(0, 3),
    "batch_size": 16,
    "generator_units": st.integers(2, 16),
    "discriminator_units": st.integers(2, 16),
    "generator_turns": st.integers(1, 3),
    "discriminator_turns": st.integers(1, 3),
    "points": "",
    "minibatch": 0,
    "seeds": 0,
}


class Hasty(Watched[Any]):
    """Computes all turns of a round before anybody moves."""

    def turns(self, batch: Any, now: Round) -> Iterator[Turn]:
        for turn in list(self.game.turns(batch, now)):
            with self.around(turn, now):
                yield turn


class Early(Watched[Any]):
    """Looks before the move."""

    def turns(self, batch: Any, now: Round) -> Iterator[Turn]:
        for turn in self.game.turns(batch, now):
            with self.around(turn, now):
                pass
            yield turn


def _doubled(right: Callable[..., Estimate]) -> Callable[..., Estimate]:
    """The sum of the two divergences where their mean is meant."""

    def wrong(*arguments: Any, **named: Any) -> Estimate:
        found = right(*arguments, **named)
        return Estimate(value=2 * found.value, error=found.error)

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.evaluation.plane.jensen_shannon", _doubled),
    Corruption(
        "zerosum.evaluation.plane.kullback_leibler", lambda right: lambda p, q: right(q, p)
    ),
    Corruption(
        "zerosum.evaluation.plane.cell_counts",
        lambda right: lambda points, bins: right(points.flip(1), bins=bins),
    ),
    Corruption("zerosum.evaluation.plane.downhill", lambda right: lambda *each: -right(*each)),
    Corruption("zerosum.lessons.planar.Watched", lambda right: Hasty),
    Corruption("zerosum.lessons.planar.Watched", lambda right: Early),
]
