"""What DiffAugment promises: known changes for known draws, and gradients through all of them."""

import pytest
import torch
from torch import Tensor

from zerosum.augment.diffaugment import (
    AUGMENTATIONS,
    augment,
    colour,
    cut_out,
    cutout,
    deform,
    translate,
)
from zerosum.errors import UnknownNameError
from zerosum.randomness import Randomness

ALL = ("colour", "translation", "cutout")


class Fixed(Randomness):
    """Draws that are always at the same share of their range."""

    def __init__(self, share: float) -> None:
        super().__init__(seed=0)
        self.share = share

    def uniform(self, n: int, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        return torch.full((n, *shape), low + self.share * (high - low))

    def integers(self, n: int, *shape: int, low: int, high: int) -> Tensor:
        return torch.full((n, *shape), low + int(self.share * (high - low)))


def pictures(n: int = 4, channels: int = 3, height: int = 16, width: int = 12) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(n, channels, height, width, generator=generator) * 2 - 1


@pytest.fixture(params=AUGMENTATIONS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(28, 28), (32, 32), (48, 36), (4, 8)])
def test_shapes_are_kept(name: str, channels: int, height: int, width: int) -> None:
    images = pictures(2, channels, height, width)
    changed = augment(images, (name,), Randomness(seed=0))
    assert changed.shape == images.shape
    assert changed.dtype == images.dtype


def test_the_empty_policy_changes_nothing() -> None:
    images = pictures()
    assert augment(images, (), Randomness(seed=0)) is images


def test_every_step_changes_something(name: str) -> None:
    assert not torch.equal(augment(pictures(), (name,), Randomness(seed=0)), pictures())


def test_the_middle_of_each_range_is_the_identity() -> None:
    images = pictures()
    torch.testing.assert_close(
        augment(images, ("colour", "translation", "affine"), Fixed(0.5)), images
    )


def test_gradients_pass_through_all_operations(name: str) -> None:
    images = pictures(2, 3, 4, 4).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: augment(x, (name,), Randomness(seed=0)), images, check_batched_grad=False
    )
    (gradient,) = torch.autograd.grad(augment(images, (name,), Randomness(seed=0)).sum(), images)
    assert gradient.abs().max() > 0


def test_a_penalty_behind_the_policy_reaches_the_critic() -> None:
    weight = torch.ones(3 * 16 * 12, requires_grad=True)
    images = pictures().requires_grad_()
    logits = augment(images, ALL, Randomness(seed=0)).flatten(1) @ weight
    (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    (of_weight,) = torch.autograd.grad(gradient.square().sum(), weight)
    assert of_weight.abs().max() > 0


def test_one_randomness_one_result() -> None:
    first, again, other = (
        augment(pictures(), ALL, Randomness(seed=seed).at(64)) for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_two_processes_change_what_one_does(name: str) -> None:
    images = pictures(6)
    whole = augment(images, (name,), Randomness(seed=0).at(64))
    halves = [
        augment(half, (name,), Randomness(seed=0, rank=rank, processes=2).at(64))
        for rank, half in enumerate(images.chunk(2))
    ]
    assert torch.equal(whole, torch.cat(halves))


def test_each_picture_has_its_own_draw(name: str) -> None:
    same = pictures(1).expand(32, -1, -1, -1)
    changed = augment(same, (name,), Randomness(seed=0))
    assert len(torch.unique(changed.flatten(1), dim=0)) > 5


def test_brightness_adds_up_to_half() -> None:
    flat = torch.zeros(512, 3, 4, 4)
    shifts = colour(flat, Randomness(seed=0))[:, 0, 0, 0]
    assert shifts.min() >= -0.5
    assert shifts.max() <= 0.5
    assert shifts.max() - shifts.min() > 0.9


def test_no_saturation_makes_a_picture_grey_and_low_contrast_halves_it() -> None:
    images = pictures()
    darkest = colour(images, Fixed(0.0))  # b = -1/2, s = 0, k = 1/2
    assert darkest.std(dim=1).max() < 1e-6
    grey = images.mean(dim=1, keepdim=True) - 0.5
    mean = grey.mean(dim=(1, 2, 3), keepdim=True)
    torch.testing.assert_close(darkest, (mean + 0.5 * (grey - mean)).expand_as(images))


def test_saturation_cannot_change_a_grey_picture() -> None:
    grey = pictures(channels=1)
    coloured = grey.expand(-1, 3, -1, -1)
    random = colour(grey, Randomness(seed=0))
    torch.testing.assert_close(colour(coloured, Randomness(seed=0))[:, :1], random)
    assert not torch.allclose(random, grey)


def test_a_single_pixel_moves_to_its_place() -> None:
    dot = torch.zeros(4, 2, 8, 6)
    dot[:, :, 3, 2] = 1.0
    down, right = torch.tensor([0, 2, -3, 5]), torch.tensor([0, -1, 3, 0])
    moved = translate(dot, down=down, right=right)
    places = [index.tolist() for index in moved[:, 0].nonzero()]
    assert places == [[0, 3, 2], [1, 5, 1], [2, 0, 5]]  # the fourth has left the picture
    assert torch.equal(moved[:, 0], moved[:, 1])


def test_translation_reaches_an_eighth_and_fills_with_zeros() -> None:
    moved = augment(torch.ones(256, 1, 32, 16), ("translation",), Randomness(seed=0))
    empty_rows = (moved == 0).all(dim=(1, 3)).sum(1)
    empty_columns = (moved == 0).all(dim=(1, 2)).sum(1)
    assert torch.unique(empty_rows).tolist() == [0, 1, 2, 3, 4]
    assert torch.unique(empty_columns).tolist() == [0, 1, 2]


class Listed(Randomness):
    """Whole numbers are drawn in order, each that can be drawn once."""

    def integers(self, n: int, *shape: int, low: int, high: int) -> Tensor:
        return torch.arange(low, high).repeat(-(-n // (high - low)))[:n]


@pytest.mark.parametrize("side", [1, 2, 3, 4, 7, 12, 28, 29, 32, 60, 100])
def test_shifts_and_holes_are_all_those_of_the_published_code(side: int) -> None:
    """Its rule: up to int(side / 8 + 0.5); holes of int(side / 2 + 0.5) about any place."""
    column = torch.arange(1.0, side + 1).view(1, 1, side, 1).expand(side + 1, 1, side, 1)
    most = int(side * 0.125 + 0.5)
    moved = augment(column, ("translation",), Listed(seed=0))[:, 0, :, 0]
    shifts = {
        tuple(float(row - by + 1) if 0 <= row - by < side else 0.0 for row in range(side))
        for by in range(-most, most + 1)
    }
    assert set(map(tuple, moved.tolist())) == shifts
    hole = int(side * 0.5 + 0.5)
    holes = [
        [not 0 <= row - (middle - hole // 2) < hole for row in range(side)]
        for middle in range(side + 1 - hole % 2)
    ]
    rows = column[: len(holes)]
    # A side of 1 pixel has a hole of 1, so the columns do not change the result of the rows.
    assert (cutout(rows, Listed(seed=0))[:, 0, :, 0] != 0).tolist() == holes


def test_cutout_takes_at_most_a_quarter_and_at_least_a_sixteenth() -> None:
    holed = cutout(torch.ones(512, 3, 32, 32), Randomness(seed=0))
    shares = (holed == 0).float().mean(dim=(1, 2, 3))
    assert shares.max() == 0.25
    assert shares.min() >= 1 / 16
    assert shares.min() < 0.1
    assert torch.equal(holed[:, 0], holed[:, 2])


def test_cutout_replaces_the_rectangle() -> None:
    holed = cut_out(torch.ones(1, 1, 8, 4), top=torch.tensor([2]), left=torch.tensor([3]))
    assert (holed == 0).nonzero()[:, 2:].tolist() == [[2, 3], [3, 3], [4, 3], [5, 3]]


def test_an_unknown_step_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'colour'"):
        augment(pictures(), ("color",), Randomness(seed=0))


def test_a_quarter_turn() -> None:
    images = pictures(2, 3, 8, 8)
    turn = torch.tensor([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]).expand(2, 2, 3)
    torch.testing.assert_close(deform(images, turn), images.rot90(1, (2, 3)))


def test_a_turn_of_a_tall_picture_keeps_its_proportions() -> None:
    """A disc stays a disc: what is as far from the middle has the same value after any turn."""
    down, right = torch.meshgrid(torch.arange(48) - 23.5, torch.arange(32) - 15.5, indexing="ij")
    disc = (down.square() + right.square()).div(-50.0).exp()[None, None]

    class Turned(Fixed):
        """The greatest angle; no slant, no move, no change of size."""

        def uniform(self, n: int, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
            middle = torch.full((n, *shape), (low + high) / 2)
            return torch.full_like(middle, high) if 0.1 < high < 0.2 else middle

    turned = augment(disc, ("affine",), Turned(0.5))
    torch.testing.assert_close(turned, disc, atol=0.01, rtol=0.0)
    edge = (right.abs() < 4).float().expand(1, 1, 48, 32)
    assert (augment(edge, ("affine",), Turned(0.5)) - edge).abs().max() > 0.5
