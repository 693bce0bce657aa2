"""The lesson on finite games, with games of a reader's own."""

from typing import Any

import numpy as np
import pytest

from zerosum.errors import ConfigError
from zerosum.lessons.learning import learn


def test_a_game_of_ones_own() -> None:
    learned = learn(
        "equilibrium", game="own", rows=[[3, 0], [5, 1]], columns=[[3, 5], [0, 1]], quiet=True
    )
    assert learned.results.numbers["pure"] == ((1, 1),)
    assert all(holds is not False for holds in learned.claims.values())
    # Its payoffs go with no other game, so its page switches to none.
    assert len(learned.variants) == 1


def test_one_table_makes_a_zero_sum_game() -> None:
    results = learn("equilibrium", game="own", rows="1 -1; -1 1", quiet=True).results
    first, second = results.numbers["payoffs"]
    np.testing.assert_array_equal(first, -second)
    assert results.answer.startswith("The game has 1 mixed equilibrium: row 1 1/2, row 2 1/2")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rows": "1 -1; -1 1"}, "the game is prisoners-dilemma: choose the game own"),
        ({"game": "chicken", "rows": "1 -1; -1 1"}, "the game is chicken: choose the game own"),
        ({"game": "chicken", "columns": "1 -1"}, "the game is chicken: choose the game own"),
        ({"game": "own"}, "the game own needs rows"),
        ({"game": "own", "columns": "1 -1"}, "the game own needs rows"),
        ({"game": "own", "rows": "1 2", "columns": "1"}, "of one shape"),
    ],
)
def test_what_is_no_game_is_explained(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        learn("equilibrium", quiet=True, **values)


def test_the_page_holds_the_named_games() -> None:
    learned = learn("equilibrium", quiet=True)
    assert len(learned.variants) == 6
    assert learned.results.answer.startswith("The game has 1 pure equilibrium: betray against")
    sexes = learn("equilibrium", game="battle-of-the-sexes", quiet=True).results
    assert sexes.answer.startswith("The game has 2 pure equilibria and 1 mixed equilibrium: opera")


def test_an_equilibrium_is_marked_only_where_the_figure_shows_it() -> None:
    uneven = learn("equilibrium", game="own", rows="0 2 -1; -3 0 1; 1 -1 0", quiet=True).results
    assert len(uneven.numbers["equilibria"]) == 1
    assert uneven.numbers["marked"] == []
    assert learn("equilibrium", game="matching-pennies", quiet=True).results.numbers["marked"] == [
        0.5
    ]
