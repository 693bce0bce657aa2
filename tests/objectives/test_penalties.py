"""What each penalty promises, for critics whose gradients are known."""

import pytest
import torch
from torch import Tensor

from zerosum.objectives import PENALTIES, Critic, Penalty
from zerosum.objectives.penalties import USES_LOGITS_OF
from zerosum.randomness import Randomness

SHAPE = (3, 2, 4, 5)


@pytest.fixture(params=PENALTIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def penalty(name: str) -> Penalty:
    return PENALTIES[name]


def pictures(seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(SHAPE, generator=generator, dtype=dtype) * 2 - 1


def linear(weight: Tensor) -> Critic:
    return lambda images: images.flatten(1) @ weight


def bowl(images: Tensor) -> Tensor:
    """½‖x‖², whose gradient at x is x."""
    return 0.5 * images.square().flatten(1).sum(1)


def weight_of_norm(norm: float) -> Tensor:
    weight = torch.linspace(1, 2, 40)
    unit: Tensor = weight / torch.linalg.vector_norm(weight)
    return norm * unit


@pytest.mark.parametrize("norm", [0.0, 1.0, 3.0])
def test_the_penalty_of_a_linear_critic(penalty: Penalty, name: str, norm: float) -> None:
    value = penalty(linear(weight_of_norm(norm)), pictures(0), pictures(1), Randomness(seed=0))
    expected = norm**2 if name in {"r1", "r2"} else (norm - 1) ** 2
    torch.testing.assert_close(value, torch.full((3,), expected), rtol=1e-5, atol=1e-5)


def test_a_flat_critic_has_finite_gradients(penalty: Penalty) -> None:
    weight = torch.zeros(40, requires_grad=True)
    value = penalty(linear(weight), pictures(0), pictures(1), Randomness(seed=0))
    (gradient,) = torch.autograd.grad(value.sum(), weight)
    assert torch.equal(gradient, torch.zeros(40))


def test_gradients_for_the_critics_weights_are_right(penalty: Penalty) -> None:
    generator = torch.Generator().manual_seed(2)
    first = torch.randn(40, 6, generator=generator, dtype=torch.float64, requires_grad=True)
    last = torch.randn(6, generator=generator, dtype=torch.float64, requires_grad=True)
    real, fake = pictures(0, torch.float64), pictures(1, torch.float64)

    def cost(first: Tensor, last: Tensor) -> Tensor:
        def critic(images: Tensor) -> Tensor:
            return torch.tanh(images.flatten(1) @ first / 4) @ last

        return penalty(critic, real, fake, Randomness(seed=0))

    assert torch.autograd.gradcheck(cost, (first, last))


@pytest.mark.parametrize("changed", range(3))
def test_changing_one_picture_changes_only_its_value(penalty: Penalty, changed: int) -> None:
    real, fake = pictures(0), pictures(1)
    before = penalty(bowl, real, fake, Randomness(seed=0))
    real[changed] *= 0.5
    fake[changed] *= 0.5
    differs = penalty(bowl, real, fake, Randomness(seed=0)) != before
    assert differs.nonzero().flatten().tolist() == [changed]


def test_each_penalty_looks_at_its_own_pictures(penalty: Penalty, name: str) -> None:
    def value(real: Tensor, fake: Tensor) -> Tensor:
        return penalty(bowl, real, fake, Randomness(seed=0))

    plain = value(pictures(0), pictures(1))
    looks_at_real = not torch.equal(plain, value(pictures(2), pictures(1)))
    looks_at_fake = not torch.equal(plain, value(pictures(0), pictures(2)))
    assert looks_at_real == (name != "r2")
    assert looks_at_fake == (name in {"gradient", "r2"})


def test_the_generator_is_left_alone(penalty: Penalty) -> None:
    generator = torch.ones((), requires_grad=True)
    weight = weight_of_norm(2).requires_grad_()
    real, fake = generator * pictures(0), generator * pictures(1)
    value = penalty(linear(weight), real, fake, Randomness(seed=0)).sum()
    of_weight, of_generator = torch.autograd.grad(value, [weight, generator], allow_unused=True)
    assert of_weight.abs().max() > 0
    assert of_generator is None


def test_a_penalty_uses_logits_that_are_known(penalty: Penalty) -> None:
    known = {"real": pictures(0).requires_grad_(), "fake": pictures(1).requires_grad_()}
    logits = {which: bowl(images) for which, images in known.items()}
    reused: list[str | None] = []

    def critic(images: Tensor) -> Tensor:
        reused.append(next((which for which in known if known[which] is images), None))
        return bowl(images) if reused[-1] is None else logits[reused[-1]]

    value = penalty(critic, known["real"], known["fake"], Randomness(seed=0))
    assert reused == [USES_LOGITS_OF.get(penalty)]
    assert torch.equal(value, penalty(bowl, pictures(0), pictures(1), Randomness(seed=0)))


def test_two_processes_have_the_penalty_of_one(penalty: Penalty) -> None:
    real, fake = torch.cat([pictures(0), pictures(1)]), torch.cat([pictures(2), pictures(3)])
    whole = penalty(bowl, real, fake, Randomness(seed=0).at(64))
    halves = [
        penalty(bowl, r, f, Randomness(seed=0, rank=rank, processes=2).at(64))
        for rank, (r, f) in enumerate(zip(real.chunk(2), fake.chunk(2), strict=True))
    ]
    assert torch.equal(whole, torch.cat(halves))


def points_of(penalty: Penalty, real: Tensor, fake: Tensor) -> Tensor:
    inputs: list[Tensor] = []

    def recording(images: Tensor) -> Tensor:
        inputs.append(images.detach())
        return bowl(images)

    penalty(recording, real, fake, Randomness(seed=0))
    (points,) = inputs
    return points


def test_gradient_penalty_mixes_with_one_share_per_picture() -> None:
    ones = torch.ones(64, 2, 3, 3)
    points = points_of(PENALTIES["gradient"], ones, -ones)
    shares = (points[:, 0, 0, 0] + 1) / 2
    assert torch.equal(points, points[:, :1, :1, :1].expand_as(points))
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert len(torch.unique(shares)) > 60
    assert abs(shares.mean() - 0.5) < 0.15


def test_dragan_looks_around_real_pictures_within_half_their_spread() -> None:
    real = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    away = points_of(PENALTIES["dragan"], real, real) - real
    reach = 0.5 * real.std(dim=(1, 2, 3), keepdim=True)
    assert (away >= -1e-6).all()
    assert (away <= reach + 1e-6).all()
    # The mean of a product of two independent uniform numbers is a quarter.
    assert (away / reach).mean().item() == pytest.approx(0.25, abs=0.05)


def test_dragan_leaves_an_empty_picture_where_it_is() -> None:
    blank = torch.full((2, 1, 4, 4), 0.5)
    assert torch.equal(points_of(PENALTIES["dragan"], blank, blank), blank)


@pytest.mark.parametrize("name", ["r1", "r2"])
def test_zero_centred_penalties_of_a_bowl_are_the_squared_pictures(name: str) -> None:
    real, fake = pictures(0), pictures(1)
    expected = 2 * bowl(real if name == "r1" else fake)
    torch.testing.assert_close(PENALTIES[name](bowl, real, fake, Randomness(seed=0)), expected)
