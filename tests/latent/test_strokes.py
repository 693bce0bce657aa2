import pytest
import torch

from zerosum.errors import ConfigError
from zerosum.latent.strokes import Stroke, Warp, coverage, to_colour


def test_a_line_covers_its_length_times_its_width() -> None:
    covered = coverage([(0.25, 0.5), (0.75, 0.5)], 0.1, (64, 64))
    width, length = 6.4, 32.0
    round_ends = 3.1416 * width**2 / 4
    assert covered.sum().item() == pytest.approx(width * length + round_ends, rel=0.02)
    torch.testing.assert_close(covered, covered.flip(0))
    torch.testing.assert_close(covered, covered.flip(1))


def test_a_dot_is_round_and_a_line_at_least_a_pixel_wide() -> None:
    dot = coverage([(0.5, 0.5)], 0.5, (32, 32))
    assert dot.sum().item() == pytest.approx(3.1416 * 64, rel=0.02)
    torch.testing.assert_close(dot, dot.T)
    thin = coverage([(0.0, 0.5), (1.0, 0.5)], 0.001, (9, 9))
    assert thin[4].sum() == 9
    assert thin.sum() == 9


def test_places_are_shares_of_both_sides() -> None:
    covered = coverage([(0.75, 0.25)], 0.1, (20, 80))
    row, column = divmod(int(covered.argmax()), 80)
    assert abs(row + 0.5 - 5) <= 1
    assert abs(column + 0.5 - 60) <= 1


def test_a_colour_is_grey_where_the_picture_is() -> None:
    assert to_colour("#000000", 1).tolist() == [-1]
    assert to_colour("#00ff00", 1) > to_colour("#ff0000", 1) > to_colour("#0000ff", 1)
    assert to_colour("#ffffff", 1).item() == pytest.approx(1)
    assert to_colour("#ff0000", 4).tolist() == [1, -1, -1, 1]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"places": ()}, "from 1 to 10,000 places"),
        ({"places": ((0.5, float("nan")),)}, "places"),
        ({"places": ((9.0, 0.5),)}, "places"),
        ({"width": 0.0}, "width of a stroke above 0"),
        ({"width": float("nan")}, "width of a stroke above 0"),
        ({"colour": "red"}, "hexadecimal"),
        ({"kind": "smear"}, "got 'smear'"),
    ],
)
def test_what_is_no_stroke_is_refused(wrong: dict[str, object], says: str) -> None:
    settings: dict[str, object] = {"places": ((0.5, 0.5),), "width": 0.1, **wrong}
    with pytest.raises(ConfigError, match=says):
        Stroke(**settings)  # type: ignore[arg-type]


def test_what_is_no_warp_is_refused() -> None:
    with pytest.raises(ConfigError, match="radius of a warp"):
        Warp(centre=(0.5, 0.5), end=(0.5, 0.5), radius=2.0, picture=torch.zeros(1, 1, 8, 8))
