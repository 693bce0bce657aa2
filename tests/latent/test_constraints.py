import pytest
import torch

from zerosum.errors import ConfigError, DataError
from zerosum.latent.constraints import constrain, plain_background
from zerosum.latent.edges import oriented_gradients
from zerosum.latent.strokes import Stroke, Warp
from zerosum.types import Images

SHAPE = (1, 24, 24)
BLACK = torch.tensor([-1.0])
LINE = Stroke(places=((0.2, 0.5), (0.8, 0.5)), width=0.2)


def picture_of(*strokes: Stroke) -> Images:
    """What a hand would see: the colours, on black."""
    asked = constrain(strokes, SHAPE)
    return torch.lerp(torch.full((1, *SHAPE), -1.0), asked.colours, asked.painted)


def test_nothing_drawn_costs_nothing() -> None:
    asked = constrain([], SHAPE, background=BLACK)
    assert asked.cost(torch.rand(3, *SHAPE)).tolist() == [0, 0, 0]


def test_the_picture_that_was_drawn_costs_least() -> None:
    drawn = picture_of(LINE)
    asked = constrain([LINE], SHAPE, background=BLACK)
    same, black, noise = asked.cost(
        torch.cat([drawn, -torch.ones_like(drawn), torch.rand_like(drawn)])
    )
    assert same.item() == pytest.approx(0, abs=1e-3)
    assert same < black
    assert same < noise


def test_what_is_not_painted_is_free_unless_it_is_paper() -> None:
    drawn = picture_of(LINE)
    above = drawn.clone()
    above[..., :6, :] = 1
    both = torch.cat([drawn, above])
    free = constrain([LINE], SHAPE).cost(both)
    torch.testing.assert_close(free[0], free[1])
    costs = [
        constrain([LINE], SHAPE, background=BLACK, paper=each).cost(both) for each in (0.2, 1)
    ]
    assert 0 < costs[0][1] - costs[0][0] < costs[1][1] - costs[1][0]
    line = Stroke(kind="edge", places=LINE.places, width=0.1)
    assert constrain([line], SHAPE, background=BLACK).painted.max() == 0


def test_a_picture_below_is_to_stay_but_for_the_strokes() -> None:
    below = torch.rand(1, *SHAPE)
    assert constrain([], SHAPE, background=below).painted.max() == 0
    line = Stroke(kind="edge", places=LINE.places, width=0.1)
    for strokes in ([LINE], [line]):
        asked = constrain(strokes, SHAPE, background=below)
        torch.testing.assert_close(asked.colours[..., :6, :], below[..., :6, :])
        torch.testing.assert_close(
            asked.painted[..., :6, :], torch.full_like(asked.painted[..., :6, :], 0.2)
        )
    assert asked.painted[0, 0, 12, 12] == 0


def test_whence_a_patch_was_dragged_there_may_be_anything() -> None:
    below = torch.rand(1, *SHAPE)
    warp = Warp(centre=(0.25, 0.5), end=(0.75, 0.5), radius=0.2, picture=below)
    painted = constrain([warp], SHAPE, background=below).painted[0, 0]
    assert painted[12, 6] == 0
    assert painted[12, 18] == 1
    assert painted[1, 12] == pytest.approx(0.2)


def test_later_strokes_lie_over_earlier_ones() -> None:
    black = Stroke(places=((0.5, 0.5),), width=0.2, colour="#000000")
    asked = constrain([LINE, black], SHAPE)
    assert asked.colours[0, 0, 12, 12] == -1
    assert asked.colours[0, 0, 12, 6] == pytest.approx(1)
    assert constrain([black, LINE], SHAPE).colours[0, 0, 12, 12] == pytest.approx(1)


def test_the_eraser_rubs_out_all_that_was_before_and_nothing_after() -> None:
    edge = Stroke(kind="edge", places=LINE.places, width=0.1)
    warp = Warp(centre=(0.5, 0.5), end=(0.5, 0.5), radius=0.2, picture=torch.rand(1, *SHAPE))
    everywhere = Stroke(kind="erase", places=((0.5, 0.5),), width=1.0)
    for stroke in (LINE, edge, warp):
        before = constrain([stroke], SHAPE)
        assert before.painted.sum() + before.drawn.sum() > 0
        asked = constrain([stroke, everywhere], SHAPE, background=BLACK)
        assert asked.painted.sum() + asked.drawn.sum() == 0
    after = constrain([everywhere, LINE], SHAPE)
    torch.testing.assert_close(after.painted, constrain([LINE], SHAPE).painted)


def test_an_edge_asks_for_a_line_or_a_border_there_and_not_for_a_colour() -> None:
    asked = constrain([Stroke(kind="edge", places=LINE.places, width=0.1)], SHAPE)
    border = torch.full((1, *SHAPE), -1.0)
    border[..., 12:, :] = 1
    line = picture_of(LINE)
    across, level, light, drawn = asked.cost(
        torch.cat([border.transpose(2, 3), border, -border, line])
    )
    assert level.item() == pytest.approx(light.item(), abs=1e-5)
    assert max(level, drawn) < 0.5 * across
    assert asked.cost(border.transpose(2, 3), edges=0.0) == 0


def test_a_warp_asks_for_the_patch_where_it_was_dragged_to() -> None:
    spot = Stroke(places=((0.3, 0.5),), width=0.25)
    before, after = picture_of(spot), picture_of(Stroke(places=((0.3 + 0.25, 0.5),), width=0.25))
    warp = Warp(centre=(0.3, 0.5), end=(0.55, 0.5), radius=0.2, picture=before)
    asked = constrain([warp], SHAPE)
    moved, stayed = asked.cost(torch.cat([after, before]))
    assert moved < 0.1 * stayed
    assert stayed > 0.5
    # Its edges are asked for as well as its colours.
    torch.testing.assert_close(
        asked.edges * (asked.drawn == 1), oriented_gradients(after) * (asked.drawn == 1)
    )


def test_what_cannot_be_asked_is_refused() -> None:
    other = Warp(centre=(0.5, 0.5), end=(0.5, 0.5), radius=0.2, picture=torch.rand(1, 3, 8, 8))
    with pytest.raises(DataError, match=r"shape \(1, 1, 24, 24\), got \(1, 3, 8, 8\)"):
        constrain([other], SHAPE)
    with pytest.raises(DataError, match="expected a background of shape"):
        constrain([LINE], SHAPE, background=other.picture)
    with pytest.raises(ConfigError, match="paper from 0 to 1"):
        constrain([LINE], SHAPE, paper=1.5)


def test_a_background_is_what_most_pixels_have() -> None:
    images = torch.full((4, 3, 8, 8), -0.9)
    images[:, :, :3] = torch.rand(4, 3, 3, 8)
    background = plain_background(images)
    assert background is not None
    torch.testing.assert_close(background, torch.full((3,), -0.9))
    images[:, :, :5] = torch.rand(4, 3, 5, 8)
    assert plain_background(images) is None
