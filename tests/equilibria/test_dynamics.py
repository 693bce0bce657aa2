"""Steps of two players: published closed forms, and eigenvalues beside what play does."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from zerosum.equilibria import (
    Extragradient,
    GradientStep,
    LinearField,
    Method,
    Optimistic,
    PointGan,
    QuadraticGame,
    SmoothGame,
    dirac_gan,
    linearised,
    mixture_gan,
    outcome,
    radii,
    regimes,
    spectrum,
    trajectory,
)
from zerosum.errors import ConfigError
from zerosum.objectives import OBJECTIVES, gradient_penalty, r1
from zerosum.randomness import Randomness

ROTATION = LinearField(torch.tensor([[0.0, 1.0], [-1.0, 0.0]]).double(), 1)
"""The field of x y."""

SLOPES = {
    "minimax": 0.5,
    "non-saturating": 0.5,
    "relativistic": 0.5,
    "least-squares": 1.0,
    "hinge": 1.0,
    "wasserstein": 1.0,
}
"""How steep both losses are at an undecided logit."""

steps = st.floats(0.01, 2.5)


def simultaneous(step_size: float, momentum: float = 0.0) -> Method:
    return GradientStep(step_size=step_size, momentum=momentum)


def alternating(step_size: float, momentum: float = 0.0) -> Method:
    return GradientStep(step_size=step_size, momentum=momentum, alternating=True)


METHODS: dict[str, Callable[[float], Method]] = {
    "simultaneous": simultaneous,
    "alternating": alternating,
    "momentum": lambda step_size: simultaneous(step_size, 0.5),
    "alternating with momentum": lambda step_size: alternating(step_size, -0.5),
    "extragradient": lambda step_size: Extragradient(step_size=step_size),
    "optimistic": lambda step_size: Optimistic(step_size=step_size),
}

GAMES: dict[str, SmoothGame] = {
    "bilinear": QuadraticGame(coupling=1.0),
    "curved": QuadraticGame(curvature=2.0, coupling=0.5),
    **{f"dirac {name}": dirac_gan(name) for name in OBJECTIVES},
    **{f"mixture {name}": mixture_gan(name) for name in OBJECTIVES},
    "dirac r1": dirac_gan(r1=0.3),
    "mixture noise": mixture_gan(noise=0.4, r1=0.2),
}


def by_size(eigenvalues: Tensor) -> Tensor:
    return eigenvalues.abs().sort().values


@given(steps)
@settings(deadline=None)
def test_the_eigenvalues_of_x_y(step_size: float) -> None:
    """|λ| as in Gidel et al. 2019 (1802.10551 and 1807.04740) and Daskalakis et al. 2018."""
    eta = step_size

    def radius(method: Method) -> float:
        return spectrum(method, ROTATION).abs().max().item()

    assert radius(simultaneous(eta)) == pytest.approx(sqrt(1 + eta**2))
    assert outcome(radius(simultaneous(eta))) == "diverges"
    assert outcome(radius(alternating(eta))) == ("cycles" if eta <= 2 else "diverges")
    assert radius(Extragradient(step_size=eta)) == pytest.approx(sqrt((1 - eta**2) ** 2 + eta**2))
    # λ² − (1 − 2 i η) λ − i η = 0, and its conjugate.
    roots = np.roots([1, -(1 - 2j * eta), -1j * eta])
    expected = np.sort(np.abs([*roots, *roots.conj()]))
    found = by_size(spectrum(Optimistic(step_size=eta), ROTATION)).numpy()
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("simultaneous", [(3.0, "diverges")]),
        ("alternating", [(2.0, "cycles"), (3.0, "diverges")]),
        ("extragradient", [(1.0, "converges"), (3.0, "diverges")]),
        ("optimistic", [(1 / sqrt(3), "converges"), (3.0, "diverges")]),
        # |λ| = 1 at −1: 2 (1 + β) = η (Gidel et al. 2019, 1807.04740, for x y).
        ("alternating with momentum", [(1.0, "converges"), (3.0, "diverges")]),
        ("momentum", [(3.0, "diverges")]),
    ],
)
def test_the_step_sizes_of_x_y_at_which_its_outcome_changes(
    name: str, expected: list[tuple[float, str]]
) -> None:
    found = regimes(METHODS[name], ROTATION, highest=3.0)
    assert [each.outcome for each in found] == [outcome for _, outcome in expected]
    assert [each.high for each in found] == pytest.approx(
        [border for border, _ in expected], abs=1e-6
    )
    assert found[0].low == 0
    assert all(one.high == other.low for one, other in pairwise(found))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("key", ["curved", "dirac r1", "mixture least-squares"])
def test_the_radii_of_many_step_sizes_are_those_of_each(key: str, name: str) -> None:
    field, sizes = linearised(GAMES[key]), torch.linspace(0.01, 3, 7).double()
    each = [spectrum(METHODS[name](size), field).abs().max() for size in sizes.tolist()]
    torch.testing.assert_close(radii(METHODS[name], field, sizes), torch.stack(each))


@given(st.floats(0.1, 3.0), st.floats(0.0, 3.0))
@settings(deadline=None, max_examples=20)
def test_a_curved_cost_makes_simultaneous_steps_converge_up_to_a_size(a: float, b: float) -> None:
    """|λ|² = (1 − η a)² + η² b² < 1 up to η = 2 a/(a² + b²)."""
    field = linearised(QuadraticGame(curvature=a, coupling=b))
    border = 2 * a / (a * a + b * b)
    for step_size in (0.99 * border, 1.01 * border):
        found = outcome(spectrum(simultaneous(step_size), field).abs().max().item())
        assert found == ("converges" if step_size < border else "diverges")


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_dirac_gan_turns_and_r1_and_noise_damp_it(name: str) -> None:
    """Mescheder et al. 2018, lemma 2.3 and section 4: the eigenvalues of the field."""
    slope = SLOPES[name]

    def eigenvalues(game: SmoothGame) -> list[complex]:
        found = torch.linalg.eigvals(linearised(game).jacobian).numpy()
        return sorted(found.tolist(), key=lambda value: (value.real, value.imag))

    assert eigenvalues(dirac_gan(name)) == pytest.approx([-1j * slope, 1j * slope])
    for gamma in (0.3, 5.0):
        root = (gamma**2 / 4 - slope**2 + 0j) ** 0.5
        expected = sorted(
            [gamma / 2 - root, gamma / 2 + root], key=lambda value: (value.real, value.imag)
        )
        assert eigenvalues(dirac_gan(name, r1=gamma)) == pytest.approx(expected)
    # Noise damps where D's loss is curved at its undecided logit: ½ σ² for logarithms.
    if name in ("minimax", "non-saturating"):
        assert linearised(dirac_gan(name, noise=0.8)).jacobian[1, 1].item() == pytest.approx(0.32)
    if name in ("hinge", "wasserstein"):
        assert linearised(dirac_gan(name, noise=0.8)).jacobian[1, 1].item() == 0


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
@pytest.mark.parametrize("name", METHODS)
def test_the_spectrum_is_that_of_the_jacobian_of_the_map(game: SmoothGame, name: str) -> None:
    """The linear field's map beside the derivative of the nonlinear map by autograd."""
    method = METHODS[name](0.3)
    assert game.equilibrium is not None
    assert game.at(game.equilibrium).abs().max() < 1e-12
    state = method.begin(game, game.equilibrium)
    step = partial(method.step, game)
    of_the_map = torch.autograd.functional.jacobian(step, state)  # type: ignore[no-untyped-call]
    expected = torch.linalg.eigvals(of_the_map)
    found = spectrum(method, linearised(game))
    for eigenvalue in found:
        assert (expected - eigenvalue).abs().min() < 1e-6
    assert len(found) == len(expected)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("key", "step_size"),
    [
        *(("bilinear", size) for size in (0.3, 0.9, 2.5)),
        *(("curved", size) for size in (0.3, 0.9, 2.5)),
        ("dirac r1", 0.9),
        ("mixture least-squares", 2.5),
    ],
)
def test_play_near_the_equilibrium_does_what_the_eigenvalues_say(
    name: str, key: str, step_size: float
) -> None:
    game, method = GAMES[key], METHODS[name](step_size)
    eigenvalues = spectrum(method, linearised(game))
    radius = eigenvalues.abs().max().item()
    assert game.equilibrium is not None
    near = game.equilibrium + 1e-4 * torch.tensor([1.0, -0.7, 0.4, 0.9][: sum(game.sizes)])
    way = (trajectory(game, method, near, steps=80) - game.equilibrium).norm(dim=1)
    late = way[len(way) // 2 :].max().item()
    if radius < 0.97:
        assert late < 1e-4
    elif radius > 1.03:
        assert late > 3e-4
    elif outcome(radius) == "cycles":
        assert 3e-5 < late < 1e-3


def test_the_field_of_a_point_gan_is_that_of_its_losses_and_penalties() -> None:
    """Costs by sums over nodes, beside many random points and the penalties that train."""
    game = mixture_gan("least-squares", r1=0.7, noise=0.3)
    point = torch.tensor([-0.6, 0.9, 0.8, -0.5]).double()
    random = torch.Generator().manual_seed(0)
    count, deviation = 200_000, sqrt(0.5**2 + 0.3**2)
    real, fake = (
        means[torch.randint(2, (count,), generator=random)]
        + deviation * torch.randn(count, generator=random).double()
        for means in (torch.tensor([-1.0, 1.0]).double(), point[:2])
    )

    def critic(images: Tensor) -> Tensor:
        return 0.5 + game.features(images.flatten()) @ point[2:]

    generator, discriminator = game.costs(point)
    shape = (-1, 1, 1, 1)
    penalty = r1(critic, real.view(shape), fake.view(shape), Randomness(seed=0)).mean()
    losses = game.objective.discriminator(critic(real), critic(fake))
    expected = losses.mean() + 0.35 * penalty
    assert discriminator.item() == pytest.approx(expected.item(), rel=5e-3)
    assert generator.item() == pytest.approx(
        game.objective.generator(critic(fake), critic(real)).mean().item(), rel=5e-3
    )
    steep = mixture_gan("least-squares", gradient_penalty=2.0, noise=0.3)
    penalty = gradient_penalty(
        critic, real.view(shape), fake.view(shape), Randomness(seed=0)
    ).mean()
    expected = losses.mean() + 2 * penalty
    assert steep.costs(point)[1].item() == pytest.approx(expected.item(), rel=5e-3)


@pytest.mark.parametrize("make", [dirac_gan, mixture_gan])
def test_a_gradient_penalty_has_a_kink_at_the_equilibrium_and_does_not_converge(
    make: Callable[..., PointGan],
) -> None:
    """Mescheder et al. 2018, section 2: WGAN-GP's equilibrium does not attract."""
    game = make("wasserstein", gradient_penalty=1.0)
    assert game.equilibrium is None
    assert make("wasserstein").equilibrium is not None
    if make is dirac_gan:
        start = torch.tensor([0.5, 0.5]).double()
        for method in (simultaneous(0.1), alternating(0.1), Extragradient(step_size=0.1)):
            assert trajectory(game, method, start, steps=200)[-50:].norm(dim=1).max() > 0.3
        damped = make("wasserstein", r1=1.0)
        assert trajectory(damped, simultaneous(0.1), start, steps=200)[-1].norm() < 1e-3


@pytest.mark.parametrize("weight", [2.2, 3.0])
def test_with_a_gradient_penalty_and_least_squares_play_can_rest_at_a_wrong_point(
    weight: float,
) -> None:
    game = dirac_gan("least-squares", gradient_penalty=weight)
    way = trajectory(game, simultaneous(0.2), torch.ones(2).double(), steps=300)
    theta, psi = way[-1].tolist()
    assert theta * psi == pytest.approx(0.5)
    assert weight * psi * (1 - psi) == pytest.approx(0.5)


def test_where_eigenvalues_do_not_tell_the_loss_does() -> None:
    """On the Dirac-GAN minimax cycles and the non-saturating loss converges, ever more slowly.

    Mescheder et al. 2018, section 3: with either loss |λ| = 1.
    """
    start = torch.tensor([1.0, 1.0]).double()

    def far(game: SmoothGame, method: Method) -> Tensor:
        way = trajectory(game, method, start, steps=250)
        distances: Tensor = torch.linalg.vector_norm(way, dim=1)
        return distances

    zero_sum = far(dirac_gan("minimax"), alternating(0.4))
    assert 1.2 < zero_sum[-50:].max() < 1.6
    slow = far(dirac_gan("non-saturating"), alternating(0.4))
    early, late = (
        slow[:50].mean() - slow[100:150].mean(),
        slow[100:150].mean() - slow[200:].mean(),
    )
    assert 0 < late < early / 2
    assert far(dirac_gan("minimax"), simultaneous(0.4))[-50:].max() > 3


def test_a_trajectory_that_runs_away_is_cut_off() -> None:
    game, start = QuadraticGame(coupling=1.0), torch.ones(2).double()
    way = trajectory(game, simultaneous(2.5), start, steps=10_000)
    assert len(way) < 30
    assert way.isfinite().all()
    curved = QuadraticGame(curvature=2.0)
    assert len(trajectory(curved, simultaneous(0.5), start, steps=10)) == 11


def test_settings_without_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="step_size"):
        Optimistic(step_size=0.0)
    with pytest.raises(ConfigError, match="momentum"):
        GradientStep(step_size=0.1, momentum=1.0)
    with pytest.raises(ConfigError, match="r1 must not be negative"):
        dirac_gan(r1=-1.0)
    with pytest.raises(ConfigError, match="objective"):
        mixture_gan("wassertein")
