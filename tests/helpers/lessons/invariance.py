from helpers.lessons import Corruption

EXAMPLES = 10
CHEAP = {
    "features": 2,
    "head": "deep",
    "shift": 3.0,
    "spread": 0.3,
    "rounds": 20,
    "seeds": 1,
    "seed": 0,
}
"""One course of the games, which is played once; the weight of the reversed gradient is drawn."""


def _swapped(right):  # type: ignore[no-untyped-def]
    """Answers for truth."""
    return lambda said, true, groups: right(true, said, groups)


CORRUPTIONS = [
    Corruption(
        "zerosum.lessons.invariance._Reversed.backward",
        lambda _: staticmethod(lambda context, gradient: (context.weight * gradient, None)),
    ),
    Corruption(
        "zerosum.lessons.invariance._Reversed.backward",
        lambda _: staticmethod(lambda context, gradient: (-gradient, None)),
    ),
    Corruption(
        "zerosum.games.invariance.domain_costs",
        lambda right: lambda logits, of_source: right(logits, ~of_source),
    ),
    Corruption("zerosum.lessons.invariance.group_rates", _swapped),
    Corruption(
        "zerosum.lessons.invariance.equalised_odds_gap",
        lambda _: __import__("zerosum.metrics", fromlist=["parity_gap"]).parity_gap,
    ),
    Corruption("zerosum.lessons.invariance._normal", lambda right: lambda x: 1 - right(x)),
]
