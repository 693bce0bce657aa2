"""Digits as a hand draws them: strokes by a script, each time a little different."""

from math import cos, pi, sin

from zerosum.latent.strokes import Place, Stroke
from zerosum.randomness import Randomness

__all__ = ["DIGITS", "drawn"]

Line = list[Place]


def _arc(x: float, y: float, across: float, down: float, start: float, end: float) -> Line:
    angles = [(start + (end - start) * number / 20) * pi / 180 for number in range(21)]
    return [(x + across * cos(angle), y + down * sin(angle)) for angle in angles]


DIGITS: dict[int, list[Line]] = {
    0: [_arc(0.5, 0.5, 0.18, 0.27, 0, 360)],
    1: [[(0.5, 0.2), (0.5, 0.8)]],
    2: [[*_arc(0.5, 0.36, 0.17, 0.15, 200, 380), (0.34, 0.78), (0.7, 0.78)]],
    3: [_arc(0.48, 0.36, 0.16, 0.14, 210, 450) + _arc(0.48, 0.64, 0.19, 0.15, 270, 510)],
    4: [[(0.33, 0.24), (0.31, 0.5), (0.68, 0.5)], [(0.66, 0.24), (0.62, 0.8)]],
    5: [[(0.68, 0.22), (0.4, 0.22), (0.38, 0.48), *_arc(0.48, 0.62, 0.18, 0.17, 230, 500)]],
    6: [[(0.6, 0.2), (0.42, 0.45), *_arc(0.5, 0.63, 0.15, 0.15, 180, 540)]],
    7: [[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]],
    8: [_arc(0.5, 0.36, 0.13, 0.14, 90, 450) + _arc(0.5, 0.65, 0.15, 0.15, 270, 630)],
    9: [[*_arc(0.5, 0.38, 0.15, 0.15, 0, 360), (0.64, 0.4), (0.58, 0.8)]],
}
"""The lines of each digit, in shares of the picture's sides."""


def drawn(digit: int, attempt: int) -> list[Stroke]:
    """Draw a digit: wider or narrower, slanted, moved, and shaky, as the attempt's number says."""
    random = Randomness(seed=attempt, stream=f"digit {digit}")
    wide, high, slant, right, down, brush = random.uniform(6, low=-1, high=1).tolist()

    def moved(place: Place) -> Place:
        shake = random.uniform(2, low=-0.01, high=0.01).tolist()
        x, y = place[0] - 0.5, place[1] - 0.5
        return (
            0.5 + (1 + 0.12 * wide) * x - 0.2 * slant * y + 0.05 * right + shake[0],
            0.5 + (1 + 0.12 * high) * y + 0.05 * down + shake[1],
        )

    width = 0.09 + 0.03 * brush
    return [
        Stroke(places=tuple(moved(place) for place in line), width=width) for line in DIGITS[digit]
    ]
