"""Finite games: what textbooks say of them, an independent solver, and what theory promises."""

import random
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from zerosum.equilibria import (
    Bimatrix,
    Equilibrium,
    best_replies,
    equilibria,
    expected_payoff,
    gains,
    is_degenerate,
    pareto_optima,
    pure_equilibria,
)
from zerosum.errors import ConfigError

DILEMMA = Bimatrix.of([[-1, -3], [0, -2]], [[-1, 0], [-3, -2]])
PENNIES = Bimatrix.of([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
SEXES = Bimatrix.of([[2, 0], [0, 1]], [[1, 0], [0, 2]])
ROCK_PAPER_SCISSORS = Bimatrix.of(
    [[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]
)
CHICKEN = Bimatrix.of([[0, -1], [1, -10]], [[0, 1], [-1, -10]])
DEGENERATE = Bimatrix.of([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
"""von Stengel 2007, chapter 3: the first row has two best replies."""


def mixes(found: tuple[Equilibrium, ...]) -> set[tuple[str, str]]:
    return {(" ".join(map(str, each.row)), " ".join(map(str, each.column))) for each in found}


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (DILEMMA, {("0 1", "0 1")}),
        (PENNIES, {("1/2 1/2", "1/2 1/2")}),
        (SEXES, {("1 0", "1 0"), ("0 1", "0 1"), ("2/3 1/3", "1/3 2/3")}),
        (ROCK_PAPER_SCISSORS, {("1/3 1/3 1/3", "1/3 1/3 1/3")}),
        (CHICKEN, {("1 0", "0 1"), ("0 1", "1 0"), ("9/10 1/10", "9/10 1/10")}),
        # von Stengel 2007, chapter 3, and the three equilibria that he finds.
        (
            Bimatrix.of([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]),
            {("1 0 0", "1 0"), ("4/5 1/5 0", "2/3 1/3"), ("0 1/3 2/3", "1/3 2/3")},
        ),
        # In the degenerate one (1, 0, 0) is played against every mix between 1 0 and 2/3 1/3.
        (
            DEGENERATE,
            {("1 0 0", "1 0"), ("1 0 0", "2/3 1/3"), ("0 1/3 2/3", "1/3 2/3")},
        ),
    ],
)
def test_games_of_the_textbooks(game: Bimatrix, expected: set[tuple[str, str]]) -> None:
    assert mixes(equilibria(game)) == expected
    assert is_degenerate(game) == (game is DEGENERATE)


def test_the_prisoners_would_both_be_better_off_elsewhere() -> None:
    assert pure_equilibria(DILEMMA) == ((1, 1),)
    assert pareto_optima(DILEMMA) == ((0, 0), (0, 1), (1, 0))
    found = [equilibria(game)[0].paid for game in (PENNIES, SEXES)]
    assert found == [(Fraction(0), Fraction(0)), (Fraction(2), Fraction(1))]


tables = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 9)).flatmap(
    lambda shape: st.tuples(
        *[
            st.lists(
                st.lists(st.integers(-shape[2], shape[2]), min_size=shape[1], max_size=shape[1]),
                min_size=shape[0],
                max_size=shape[0],
            )
        ]
        * 2
    )
)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_what_is_found_is_an_equilibrium_and_all_pure_ones_are_found(
    payoffs: tuple[list[list[int]], list[list[int]]],
) -> None:
    game = Bimatrix.of(*payoffs)
    found = equilibria(game)
    assert found  # Nash's theorem.
    a, b = (np.array(table, dtype=float) for table in payoffs)
    for each in found:
        row, column = (np.array(mix, dtype=float) for mix in (each.row, each.column))
        assert sum(each.row) == sum(each.column) == 1
        assert min(*each.row, *each.column) >= 0
        assert max(a @ column) <= row @ a @ column + 1e-9
        assert max(row @ b) <= row @ b @ column + 1e-9
        assert [float(value) for value in each.paid] == pytest.approx(
            [row @ a @ column, row @ b @ column]
        )
        assert abs(gains(game, row[None], column[None]).item()) < 1e-9
    pure = {(each.row.index(1), each.column.index(1)) for each in found if each.is_pure}
    assert pure == set(pure_equilibria(game))
    # Wilson 1971: nearly all games have an odd number of equilibria.
    assert is_degenerate(game) or len(found) % 2 == 1
    assert mixes(found) == {(two, one) for one, two in mixes(equilibria(game.swapped))}


@given(tables)
@settings(max_examples=40, deadline=None)
def test_a_cell_is_optimal_unless_another_one_is_better_for_one_and_good_for_both(
    payoffs: tuple[list[list[int]], list[list[int]]],
) -> None:
    game = Bimatrix.of(*payoffs)
    optima = pareto_optima(game)
    # Whatever weights above 0 both players' payoffs are given, the best cell is optimal.
    for weight in (Fraction(1, 2), Fraction(1, 9), Fraction(9, 10)):
        totals = {
            cell: weight * game.paid(cell)[0] + (1 - weight) * game.paid(cell)[1]
            for cell in game.cells
        }
        best = {cell for cell, total in totals.items() if total == max(totals.values())}
        assert best <= set(optima)
    for cell in set(game.cells) - set(optima):
        assert any(
            game.paid(other) != game.paid(cell)
            and all(x >= y for x, y in zip(game.paid(other), game.paid(cell), strict=True))
            for other in optima
        )
    for cell in optima:
        for other in optima:
            gains = [x - y for x, y in zip(game.paid(other), game.paid(cell), strict=True)]
            assert game.paid(other) == game.paid(cell) or min(gains) < 0 < max(gains)


@pytest.mark.parametrize("seed", range(6))
def test_a_zero_sum_game_has_the_value_that_linear_programming_finds(seed: int) -> None:
    payoffs = np.random.default_rng(seed).integers(-5, 6, size=(3, 4))
    game = Bimatrix.of(payoffs.tolist(), (-payoffs).tolist())
    assert game.is_zero_sum
    # Greatest v with Σ x(i) paid(i, j) ≥ v for all j (von Neumann 1928).
    solved = linprog(
        [0, 0, 0, -1],
        A_ub=np.hstack([-payoffs.T, np.ones((4, 1))]),
        b_ub=np.zeros(4),
        A_eq=[[1, 1, 1, 0]],
        b_eq=[1],
        bounds=[(0, None)] * 3 + [(None, None)],
    )
    for each in equilibria(game):
        assert float(each.paid[0]) == pytest.approx(-solved.fun)
        assert each.paid[0] == -each.paid[1]


@pytest.mark.parametrize("seed", range(12))
def test_an_independent_solver_finds_the_same_equilibria(seed: int) -> None:
    nashpy = pytest.importorskip("nashpy")
    numbers = random.Random(seed)
    shape = numbers.randint(2, 4), numbers.randint(2, 4)
    a, b = (
        [[numbers.randint(-9999, 9999) for _ in range(shape[1])] for _ in range(shape[0])]
        for _ in range(2)
    )
    game = Bimatrix.of(a, b)
    assert not is_degenerate(game)
    ours = np.array([[*each.row, *each.column] for each in equilibria(game)], dtype=float)
    solver = nashpy.Game(np.array(a), np.array(b))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Its enumeration of supports misses some: it compares floats with too small a tolerance.
        theirs = np.array([np.concatenate(pair) for pair in solver.vertex_enumeration()])
    order, other = (np.lexsort(np.round(each, 6).T) for each in (ours, theirs))
    np.testing.assert_allclose(theirs[other], ours[order], atol=1e-6)


def test_best_replies_to_a_mix_pay_alike() -> None:
    half = (Fraction(1, 2), Fraction(1, 2))
    assert best_replies(PENNIES, half) == (0, 1)
    assert best_replies(PENNIES.swapped, (Fraction(2, 3), Fraction(1, 3))) == (1,)
    # Two of three moves pay 2 on average, the third 1 always.
    three = Bimatrix.of([[4, 0], [0, 4], [1, 1]], [[0, 0]] * 3)
    assert best_replies(three, half) == (0, 1)
    assert expected_payoff(three, (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)), half) == 1.5


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([[1, 2]], [[1], [2]]),
        ([[1, 2], [3]], [[1, 2], [3, 4]]),
        ([], []),
        ([[]], [[]]),
        ([[1]], [[float("nan")]]),
        ([[float("inf")]], [[1]]),
    ],
)
def test_what_is_no_game_is_refused(rows: list[list[float]], columns: list[list[float]]) -> None:
    with pytest.raises(ConfigError, match="expected"):
        Bimatrix.of(rows, columns)


def test_decimal_fractions_are_taken_as_they_are_written() -> None:
    assert Bimatrix.of([[0.1 + 0.0, 0.3]], [[0, 0.25]]).rows[0][1] == Fraction(3, 10)
    tie = Bimatrix.of([[0.1, 0.2], [0.2, 0.1]], [[0, 0], [0, 0]])
    assert best_replies(tie, (Fraction(1, 2), Fraction(1, 2))) == (0, 1)
