import pytest
import torch

from helpers.glyphs import drawn
from zerosum.data.scaling import unscale
from zerosum.errors import ConfigError, DataError
from zerosum.features.digits import load_digits
from zerosum.latent import latent_space
from zerosum.latent.drawing import Bank, Search, Stroke, constrain, draw, transfer
from zerosum.latent.spaces import LatentSpace
from zerosum.lessons.packaged import packaged_game

LINE = Stroke(places=((0.2, 0.3), (0.8, 0.6)), width=0.25)


@pytest.fixture
def bank(space: LatentSpace) -> Bank:
    return Bank(space, count=60)


def test_a_seven_that_is_drawn_gives_a_seven() -> None:
    space = latent_space(packaged_game())
    bank = Bank(space)
    classifier = load_digits()
    found = [
        draw(
            space,
            constrain(drawn(7, attempt), space.image_shape, background=bank.background),
            bank,
            search=Search(starts=6, steps=20),
        ).images[0]
        for attempt in range(10)
    ]
    probabilities = classifier(unscale(torch.stack(found))).probabilities
    assert probabilities is not None
    assert (probabilities.argmax(dim=1) == 7).sum() >= 9


def test_more_steps_never_lead_away(space: LatentSpace, bank: Bank) -> None:
    asked = constrain([LINE], space.image_shape)
    found = draw(space, asked, bank, search=Search(steps=0))
    first = found.costs[0]
    nearest = asked.cost(space.draw(bank.nearest(asked, 1)))
    assert first <= nearest[0] * 1.0001
    for _ in range(3):
        lowest = found.costs[0]
        found = draw(
            space, asked, bank, points=found.points, search=Search(steps=10), beside="none"
        )
        assert found.costs[0] <= lowest * 1.0001
        assert (found.costs.diff() >= 0).all()
    assert found.costs[0] < 0.99 * first


def test_candidates_are_images_of_their_points_where_the_generator_was_trained(
    space: LatentSpace, bank: Bank
) -> None:
    found = draw(space, constrain([LINE], space.image_shape), bank, search=Search(rate=5.0))
    torch.testing.assert_close(space.draw(found.points), found.images, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(space.keep(found.points), found.points)
    if space.symbol == "w":
        steps = found.points - found.origins
        torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))


def test_no_two_candidates_are_nearly_the_same(space: LatentSpace, bank: Bank) -> None:
    asked = constrain([LINE], space.image_shape)
    twice = bank.points[:2].repeat(3, *[1] * (bank.points.ndim - 1))
    search = Search(steps=0, starts=6)
    assert len(draw(space, asked, bank, points=twice, search=search)) == 2


def test_smoothness_keeps_the_picture_where_it_began(space: LatentSpace, bank: Bank) -> None:
    asked = constrain([LINE], space.image_shape)
    start = bank.points[:1]

    def moved(smoothness: float) -> tuple[float, float]:
        search = Search(candidates=1, starts=1, steps=30, smoothness=smoothness)
        found = draw(space, asked, bank, points=start, search=search)
        assert torch.equal(found.origins, start.cpu())
        return (found.points - found.origins).norm().item(), found.costs[0].item()

    (far, low), (near, high) = moved(0.0), moved(1.0)
    assert near < far
    assert low < high


def test_it_goes_on_from_points_and_takes_new_ones_beside_them(
    space: LatentSpace, bank: Bank
) -> None:
    asked = constrain([LINE], space.image_shape)
    worst = bank.nearest(asked, len(bank))[-2:]
    search = Search(candidates=4, starts=4, steps=0)
    origins = torch.zeros_like(worst)
    alone = draw(space, asked, bank, points=worst, origins=origins, search=search, beside="none")
    assert torch.equal(alone.points.sort(dim=0).values, worst.sort(dim=0).values.cpu())
    assert alone.origins.abs().max() == 0
    beside = draw(space, asked, bank, points=worst, search=search)
    assert beside.costs[0] < alone.costs[0]


def test_points_around_the_first_begin_there(space: LatentSpace, bank: Bank) -> None:
    asked = constrain([LINE], space.image_shape)
    point = bank.points[5:6]
    search = Search(candidates=5, starts=5, steps=0)
    found = draw(space, asked, bank, points=point, search=search, beside="near")
    assert len(found) > 1
    assert torch.equal(found.origins, point.cpu().expand_as(found.origins))
    torch.testing.assert_close(space.keep(found.points), found.points)
    away = (found.points - point.cpu()).square().mean().sqrt()
    assert 0.1 * bank.deviation < away < bank.deviation
    with pytest.raises(ConfigError, match="bank, near, none"):
        draw(space, asked, bank, points=point, beside="far")
    with pytest.raises(ConfigError, match="one origin for each of 1 points, got 2"):
        draw(space, asked, bank, points=point, origins=bank.points[:2])


def test_the_first_stays_the_first_where_it_is_to(space: LatentSpace, bank: Bank) -> None:
    asked = constrain([LINE], space.image_shape)
    worst = bank.nearest(asked, len(bank))[-1:]
    search = Search(candidates=2, starts=4, steps=0)
    found = draw(space, asked, bank, points=worst, search=search, keep_first=True)
    assert torch.equal(found.points[:1], worst.cpu())
    assert found.costs[0] > found.costs[1]
    assert len(found) == 2


def test_edges_count_by_their_weight(space: LatentSpace, bank: Bank) -> None:
    line = Stroke(kind="edge", places=LINE.places, width=0.1)
    asked = constrain([line], space.image_shape)
    costs = [
        draw(space, asked, bank, search=Search(steps=0, edges=edges)).costs[0]
        for edges in (0, 1, 2)
    ]
    assert costs[0] == 0
    assert 1.5 * costs[1] < costs[2]


def test_nothing_drawn_gives_the_first_of_the_seed_as_they_are(
    space: LatentSpace, bank: Bank
) -> None:
    search = Search(candidates=1, starts=1)
    found = draw(space, constrain([], space.image_shape), bank, search=search)
    assert torch.equal(found.points, space.points(space.latents([0], seed=0)).cpu())


def test_it_leaves_the_generator_as_it_was(space: LatentSpace, bank: Bank) -> None:
    space.network.train()
    draw(space, constrain([LINE], space.image_shape), bank, search=Search(steps=1))
    assert space.network.training
    assert all(weight.grad is None for weight in space.network.parameters())


def test_large_pictures_fill_no_memory(space: LatentSpace) -> None:
    assert len(Bank(space, count=60, most_bytes=40 * 64)) == 40
    assert len(Bank(space, count=60, most_bytes=1)) == 32


def test_a_picture_is_edited_as_its_projection_was(space: LatentSpace, bank: Bank) -> None:
    picture = torch.rand(1, 1, 8, 8) * 0.2
    start, end = bank.points[:1], bank.points[1:2]
    same = transfer(space, picture, start, end, 0.0)
    torch.testing.assert_close(same, picture, rtol=1e-3, atol=1e-3)
    whole = transfer(space, picture, start, end, 1.0)
    expected = (picture + (space.draw(end) - space.draw(start)).cpu()).clamp(-1, 1)
    torch.testing.assert_close(whole, expected, rtol=1e-3, atol=1e-3)
    with pytest.raises(DataError, match="shape"):
        transfer(space, torch.rand(1, 3, 8, 8), start, end, 0.0)


@pytest.mark.parametrize(
    "wrong",
    [{"candidates": 13}, {"steps": -1}, {"rate": 0.0}, {"smoothness": -1.0}, {"edges": -1.0}],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="expected"):
        Search(**wrong)  # type: ignore[arg-type]
