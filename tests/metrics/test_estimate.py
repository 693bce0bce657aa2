"""How an estimate is printed: two digits of the error, and as many of the value."""

import pytest

from zerosum.metrics import Estimate


@pytest.mark.parametrize(
    ("value", "error", "printed"),
    [
        (12.3456, 0.789, "12.35 ± 0.79"),
        (12.3456, 78.9, "12 ± 79"),
        (1234.56, 1234.56, "1235 ± 1235"),
        (-2.9e-05, 1.02e-04, "-0.00003 ± 0.00010"),
        (3.0, 0.0, "3 ± 0"),
        (3.0, float("inf"), "3.0000 ± inf"),
        (3.0, float("nan"), "3.0000 ± nan"),
    ],
)
def test_printing(value: float, error: float, printed: str) -> None:
    assert str(Estimate(value=value, error=error)) == printed
