"""Each change against an independent oracle, its probability, and that p = 0 is nothing at all."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor
from torch.nn import functional
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as oracle

from zerosum.augment import nonleaking
from zerosum.augment.nonleaking import (
    COLOURS,
    PLACES,
    augment_with_probability,
    draw_places,
    draw_tints,
)
from zerosum.augment.recolouring import brightness, contrast, hue, luma_flip, recolour, saturation
from zerosum.augment.warping import moved, scaled, turned, warp
from zerosum.randomness import Randomness
from zerosum.registry import Table

MANY = 4096


def pictures(n: int = 4, channels: int = 3, height: int = 16, width: int = 12) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(n, channels, height, width, generator=generator) * 2 - 1


def numbers(*values: float) -> Tensor:
    return torch.tensor(values)


def alone(monkeypatch: pytest.MonkeyPatch, table: str, name: str) -> None:
    """Leave one change only."""
    whole = getattr(nonleaking, table)
    monkeypatch.setattr(nonleaking, table, Table(whole.kind, {name: whole[name]}))


# --- p -------------------------------------------------------------------------------------------


def test_with_probability_0_nothing_changes_and_nothing_is_drawn() -> None:
    images, random, fresh = pictures(), Randomness(seed=0), Randomness(seed=0)
    assert augment_with_probability(images, 0.0, random) is images
    assert torch.equal(random.normal(3), fresh.normal(3))


def test_images_without_a_change_stay_bit_for_bit() -> None:
    images = pictures(512)
    changed = augment_with_probability(images, 0.05, Randomness(seed=0))
    same = (changed == images).flatten(1).all(dim=1)
    # The 13 changes of 0.05 (two turns count as one) leave 0.95^12 alone, and the harmless
    # outcomes of flips and turns some more.
    assert 0.5 < same.float().mean().item() < 0.7
    near = torch.isclose(changed, images, atol=1e-4).flatten(1).all(dim=1)
    assert torch.equal(near, same)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", [*PLACES, *COLOURS])
def test_a_change_comes_with_its_probability(
    name: str, probability: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = "PLACES" if name in PLACES else "COLOURS"
    alone(monkeypatch, table, name)
    matrices = (
        draw_places(MANY, (32, 32), probability, Randomness(seed=1))
        if table == "PLACES"
        else draw_tints(MANY, probability, Randomness(seed=1))
    )
    unlike = (matrices != torch.eye(matrices.shape[1])).flatten(1).any(dim=1)
    expected = 1 - math.sqrt(1 - probability) if name.startswith("turn ") else probability
    # Some are applied without an effect: mirrored or not, no quarter, moved by no pixel at all.
    expected *= {"flip": 0.5, "luma flip": 0.5, "quarter turns": 0.75}.get(name, 1.0)
    unmoved = 1 / 8  # round(U(-4, 4)) is 0
    expected *= 1 - unmoved**2 if name == "whole pixels" else 1
    deviation = math.sqrt(expected * (1 - expected) / MANY)
    assert abs(unlike.float().mean().item() - expected) < 4.5 * deviation


def test_a_turn_comes_before_or_after_with_p(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = {name: PLACES[name] for name in ("turn before", "turn after")}
    monkeypatch.setattr(nonleaking, "PLACES", Table("change", turns))
    matrices = draw_places(MANY, (32, 32), 0.4, Randomness(seed=0))
    share = (matrices != torch.eye(3)).flatten(1).any(dim=1).float().mean().item()
    assert abs(share - 0.4) < 4.5 * math.sqrt(0.4 * 0.6 / MANY)


def test_certain_changes_change_every_picture() -> None:
    images = pictures(64)
    changed = augment_with_probability(images, 1.0, Randomness(seed=0))
    assert not (changed == images).flatten(1).all(dim=1).any()


# --- Places --------------------------------------------------------------------------------------


def test_quarter_turns_and_mirrors_are_exact() -> None:
    images = pictures(height=12)
    for quarters in range(4):
        turn = turned(torch.full((4,), quarters * math.pi / 2)).round()
        expected = torch.rot90(images, -quarters, (2, 3))
        torch.testing.assert_close(warp(images, turn), expected, atol=1e-5, rtol=0)
    mirrored = warp(images, scaled(-torch.ones(4), torch.ones(4)))
    torch.testing.assert_close(mirrored, images.flip(3), atol=1e-5, rtol=0)


def test_whole_pixels_move_and_mirror_at_the_border() -> None:
    images = pictures()
    expected = functional.pad(images, (3, 0, 0, 2), mode="reflect")[:, :, 2:, :12]
    changed = warp(images, moved(torch.full((4,), 3.0), torch.full((4,), -2.0)))
    torch.testing.assert_close(changed, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("angle", [-170.0, -30.0, 12.5, 90.0])
@pytest.mark.parametrize("factor", [0.8, 1.3])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.0, -2.0)])
def test_places_are_torchvisions(angle: float, factor: float, shift: tuple[float, float]) -> None:
    images = pictures(2, 3, 40, 48)
    theirs: dict[str, Any] = {
        "angle": angle,
        "translate": [int(each) for each in shift],
        "scale": factor,
        "shear": [0.0],
        "interpolation": InterpolationMode.BILINEAR,
    }
    size = numbers(factor, factor)
    turn = turned(torch.full((2,), math.radians(angle)))
    change = moved(*(torch.full((2,), each) for each in shift)) @ turn @ scaled(size, size)
    # Away from the border, where torchvision fills with 0 and we mirror.
    inside = oracle.affine(torch.ones(1, 1, 40, 48), **theirs) > 0.9999
    assert inside.float().mean() > 0.2
    changed, expected = warp(images, change), oracle.affine(images, **theirs)
    torch.testing.assert_close(changed * inside, expected * inside, atol=1e-4, rtol=0)


def test_a_fraction_of_a_pixel_is_interpolated() -> None:
    images = pictures()
    changed = warp(images, moved(torch.full((4,), 0.25), torch.zeros(4)))
    expected = 0.75 * images[..., 1:] + 0.25 * images[..., :-1]
    torch.testing.assert_close(changed[..., 1:], expected, atol=1e-5, rtol=0)


def test_the_later_change_is_on_the_left(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: PLACES[name] for name in ("zoom", "shift")}
    monkeypatch.setattr(nonleaking, "PLACES", Table("change", some))
    drawn = Randomness(seed=3)
    zoom, shift = (draw(8, (16, 12), drawn) for draw in some.values())
    together = draw_places(8, (16, 12), 1.0, Randomness(seed=3))
    torch.testing.assert_close(together, shift @ zoom)
    assert not torch.allclose(together, zoom @ shift)


def test_ranges_of_places() -> None:
    random = Randomness(seed=0)
    whole = PLACES["whole pixels"](MANY, (32, 16), random)[:, :2, 2]
    assert torch.unique(whole[:, 0]).tolist() == [-2, -1, 0, 1, 2]
    assert torch.unique(whole[:, 1]).tolist() == list(range(-4, 5))
    part = PLACES["shift"](MANY, (32, 16), random)[:, :2, 2]
    torch.testing.assert_close(part.std(dim=0), numbers(2.0, 4.0), rtol=0.05, atol=0)
    zoom = PLACES["zoom"](MANY, (32, 16), random)
    assert torch.equal(zoom[:, 0, 0], zoom[:, 1, 1])
    assert zoom[:, 0, 0].log2().std().item() == pytest.approx(0.2, rel=0.05)
    stretch = PLACES["stretch"](MANY, (32, 16), random)
    torch.testing.assert_close(torch.linalg.det(stretch), torch.ones(MANY))
    assert stretch[:, 0, 0].log2().std().item() == pytest.approx(0.2, rel=0.05)
    turns = PLACES["turn before"](MANY, (32, 16), random)
    angles = torch.atan2(turns[:, 1, 0], turns[:, 0, 0])
    assert angles.std().item() == pytest.approx(math.pi / math.sqrt(3), rel=0.05)


# --- Colours -------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [-2.0, 0.3, 2 * math.pi / 3])
def test_hue_is_a_turn_about_the_luma_axis(angle: float) -> None:
    axis = np.ones(3) / math.sqrt(3)
    expected = Rotation.from_rotvec(angle * axis).as_matrix()
    np.testing.assert_allclose(hue(numbers(angle))[0, :3, :3], expected, atol=1e-6)
    assert torch.equal(hue(numbers(angle))[0, 3], numbers(0, 0, 0, 1))


@pytest.mark.parametrize("third", [-1, 1])
def test_a_third_of_the_hue_is_torchvisions(third: int) -> None:
    # Elsewhere than at thirds, where both exchange the colours, the hue of HSV is another one.
    images = pictures() / 2 + 0.5
    expected = oracle.adjust_hue(images, third / 3)
    changed = recolour(images, hue(torch.full((4,), third * 2 * math.pi / 3)))
    torch.testing.assert_close(changed, expected, atol=1e-5, rtol=0)


def test_colours_at_known_strengths() -> None:
    images = pictures()
    grey = images.mean(dim=1, keepdim=True)
    for factor in (0.0, 0.5, 2.0):
        strong = torch.full((4,), factor)
        expected = grey + factor * (images - grey)
        torch.testing.assert_close(recolour(images, saturation(strong)), expected)
        torch.testing.assert_close(recolour(images, contrast(strong)), factor * images)
        torch.testing.assert_close(recolour(images, brightness(strong)), images + factor)
    flipped = recolour(images, luma_flip(torch.ones(4)))
    torch.testing.assert_close(flipped, images - 2 * grey)
    torch.testing.assert_close(recolour(flipped, luma_flip(torch.ones(4))), images)
    assert torch.equal(recolour(images, luma_flip(torch.zeros(4))), images)


def test_a_grey_picture_is_three_equal_colours() -> None:
    grey = pictures(256, channels=1)
    tints = draw_tints(256, 0.7, Randomness(seed=0))
    colours = recolour(grey.expand(-1, 3, -1, -1), tints)
    torch.testing.assert_close(recolour(grey, tints), colours[:, :1], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(colours[:, 1:], colours[:, :2], atol=1e-5, rtol=1e-5)


def test_transparency_moves_with_the_picture_and_keeps_its_value() -> None:
    images = pictures(8, channels=4)
    tints = draw_tints(8, 1.0, Randomness(seed=0))
    changed = recolour(images, tints)
    assert torch.equal(changed[:, 3], images[:, 3])
    torch.testing.assert_close(changed[:, :3], recolour(images[:, :3], tints))


def test_ranges_of_colours() -> None:
    random = Randomness(seed=0)
    assert COLOURS["brightness"](MANY, random)[:, 0, 3].std().item() == pytest.approx(
        0.2, rel=0.05
    )
    assert COLOURS["contrast"](MANY, random)[:, 0, 0].log2().std().item() == pytest.approx(
        0.5, rel=0.05
    )
    # tr M = 1 + 1 + 2 s
    saturated = (COLOURS["saturation"](MANY, random).diagonal(dim1=1, dim2=2).sum(1) - 2) / 2
    assert saturated.log2().std().item() == pytest.approx(1.0, rel=0.05)


# --- All together --------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(28, 28), (48, 36), (4, 8)])
def test_shapes_and_types_are_kept(channels: int, height: int, width: int) -> None:
    for dtype in (torch.float32, torch.float64):
        images = pictures(2, channels, height, width).to(dtype)
        changed = augment_with_probability(images, 1.0, Randomness(seed=0))
        assert (changed.shape, changed.dtype) == (images.shape, dtype)
        assert torch.isfinite(changed).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_gradients_pass_through(channels: int) -> None:
    images = pictures(2, channels, 3, 4).double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda x: augment_with_probability(x, 0.9, Randomness(seed=2)),
        images,
        check_batched_grad=False,
    )


def test_half_precision_around_it_changes_nothing() -> None:
    images = pictures()
    alone = augment_with_probability(images, 0.8, Randomness(seed=0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(augment_with_probability(images, 0.8, Randomness(seed=0)), alone)


def test_two_processes_change_what_one_does() -> None:
    images = pictures(6)
    whole = augment_with_probability(images, 0.6, Randomness(seed=0).at(64))
    halves = [
        augment_with_probability(half, 0.6, Randomness(seed=0, rank=rank, processes=2).at(64))
        for rank, half in enumerate(images.chunk(2))
    ]
    torch.testing.assert_close(whole, torch.cat(halves), atol=1e-6, rtol=0)


def test_turns_do_not_leak_below_one() -> None:
    """Of a picture with an up and a down, upright copies are the most frequent while p < 1."""
    turns = draw_places(MANY, (8, 8), 0.6, Randomness(seed=0))
    # Where "up" goes, by the quarter that it is nearest to.
    up = torch.atan2(turns[:, 0, 1], turns[:, 1, 1])
    quarters = torch.bincount(((up / (math.pi / 2)).round() % 4).long(), minlength=4) / MANY
    assert quarters[0] > 1.5 * quarters[1:].max()
    always = draw_places(MANY, (8, 8), 1.0, Randomness(seed=0))
    up = torch.atan2(always[:, 0, 1], always[:, 1, 1])
    quarters = torch.bincount(((up / (math.pi / 2)).round() % 4).long(), minlength=4) / MANY
    assert quarters.max() < 1.2 * quarters.min()
