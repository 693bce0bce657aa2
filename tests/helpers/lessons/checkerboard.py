from operator import itemgetter

from hypothesis import strategies as st

from helpers.lessons import Corruption
from zerosum.metrics.estimate import Estimate

EXAMPLES = 3

_filters = st.shared(
    st.sampled_from([(k, s) for k in range(2, 9) for s in range(2, 5) if k >= s]), key="filters"
)

CHEAP = {
    "kernel": _filters.map(itemgetter(0)),
    "stride": _filters.map(itemgetter(1)),
    "images": 256,
    "learning_rate": 1e-3,
    "drawn": 100,
    "seeds": 1,
    "seed": st.integers(0, 1),
}


def _one_more(function):  # type: ignore[no-untyped-def]
    """A filter that is one wider."""

    def wrong(window, inputs):  # type: ignore[no-untyped-def]
        return function(type(window)(kernel=window.kernel + 1, stride=window.stride), inputs)

    return wrong


def _turned(function):  # type: ignore[no-untyped-def]
    """The filter upside down, as a convolution has it and its transpose has not."""
    return lambda weight, stride: function(weight.flip(2, 3), stride)


def _of_blocks(_):  # type: ignore[no-untyped-def]
    """Sums over blocks of neighbours in place of every so many."""

    def wrong(weight, stride):  # type: ignore[no-untyped-def]
        side = weight.shape[-1] // stride
        kept = weight[:, :, : side * stride, : side * stride]
        blocks = kept.reshape(*kept.shape[:2], stride, side, stride, side)
        return blocks.sum(dim=(0, 3, 5))

    return wrong


def _the_rest(function):  # type: ignore[no-untyped-def]
    """The share that does not repeat."""

    def wrong(images, *, period):  # type: ignore[no-untyped-def]
        found = function(images, period=period)
        return Estimate(value=1 - found.value, error=found.error)

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.checkerboard.overlaps", _one_more),
    Corruption("zerosum.lessons.checkerboard.cell_sums", _turned),
    Corruption("zerosum.lessons.checkerboard.cell_sums", _of_blocks),
    Corruption("zerosum.lessons.checkerboard.balanced_cells", lambda _: lambda weight, _: weight),
    Corruption("zerosum.lessons.checkerboard_generators.checkerboard_share", _the_rest),
    Corruption(
        "zerosum.lessons.checkerboard_generators.power_spectrum",
        lambda right: lambda images: right(images).sqrt(),
    ),
    Corruption(
        "zerosum.lessons.checkerboard.untrained_seen",
        lambda right: lambda name, **asked: right("bilinear", **asked),
    ),
    Corruption("zerosum.lessons.checkerboard.gradient_share", lambda _: lambda _: 3 / 783),
]
