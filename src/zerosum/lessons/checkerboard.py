"""Checkerboards: what layers that enlarge maps do to the finest frequencies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d, conv_transpose2d, interpolate

from zerosum.errors import ConfigError
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.checkerboard_figures import (
    OWN,
    OWN_REAL,
    counts_figure,
    generators_gallery,
    measured_table,
    own_figure,
    plain_gallery,
    spectra_figure,
)
from zerosum.lessons.checkerboard_generators import (
    UPSAMPLINGS,
    Seen,
    gradient_share,
    own_seen,
    packaged_seen,
    real_seen,
    trained_seen,
    untrained_seen,
)
from zerosum.lessons.controls import Controls, Number, RunFolder, Seed
from zerosum.lessons.figures import Cells
from zerosum.lessons.results import Results, recorded_table
from zerosum.lessons.small_gans import experiment_title
from zerosum.nn.arithmetic import Window, overlaps
from zerosum.nn.cells import balanced_cells, cell_sums
from zerosum.randomness import Randomness, derive_seed
from zerosum.types import Progress

__all__ = ["LESSON", "CheckerboardControls"]

_INPUTS = 4
"""Places of the row whose overlaps are drawn."""
_PLAIN = 16
"""Side of the plain map that layers enlarge."""
_INNER = 5
"""Cells between the border and what is looked at: wider than any filter reaches."""
_CELLS = 6
_DEVIATION = 0.02
"""Of DCGAN's first weights."""
_ASKED = 200
"""Digits by which the discriminator's gradient is measured."""
_OF_NOISE = 3 / (28 * 28 - 1)
"""The share of white noise: three frequencies of all but one."""
_RESIZED = 3
"""Side of the filter behind an interpolation."""


@dataclass(frozen=True, kw_only=True)
class CheckerboardControls(Controls):
    """The layer that is looked at, and the generators that are trained."""

    kernel: Annotated[int, Number(2, 8)] = 4
    """Side of the transposed convolution's filter."""
    stride: Annotated[int, Number(2, 4)] = 2
    """Its stride."""
    channels: Annotated[int, Number(1, 64)] = 16
    """Maps that go in."""
    run: RunFolder = None
    """A run of your own that generates pictures, to be measured too."""
    images: Annotated[int, Number(256, 2_000_000)] = 5_000
    """Real pictures that each pair is shown."""
    learning_rate: Annotated[float, Number(1e-5, 1e-2)] = 1e-3
    """Adam's, of both players; the paper's is 0.0002, too slow for a run of seconds."""
    drawn: Annotated[int, Number(100, 10_000)] = 500
    """Pictures of each kind that are measured."""
    seeds: Annotated[int, Number(1, 10)] = 1
    """Generators of each kind."""
    seed: Seed = 0
    """From which all weights, latents and the order of the digits follow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel < self.stride:
            raise ConfigError(
                f"expected a filter of at least the stride, got a kernel of {self.kernel} and a "
                f"stride of {self.stride}: between its stamps would be nothing at all."
            )

    @property
    def window(self) -> Window:
        """How the filter moves along an axis."""
        return Window(kernel=self.kernel, stride=self.stride)


def compute(controls: CheckerboardControls, progress: Progress) -> Results:
    """Count overlaps, enlarge a plain map, and measure generators' pictures."""
    window = controls.window
    counts = overlaps(window, _INPUTS)
    plain = _plain(controls)
    seen = _seen(controls, progress)
    measured = measured_table(_title(controls), seen)
    gradient = gradient_share(min(controls.drawn, _ASKED))
    first = {name: each[0] for name, each in seen.items()}
    return Results(
        answer=_answer(controls, plain, seen),
        numbers={
            "counts": overlaps(window, 12),
            "ones": _ones(controls),
            "even": window.is_even,
            "plain": plain["numbers"],
            "gradient": gradient,
            "seen": {
                name: [
                    {
                        "shares": {p: share.value for p, share in each.shares.items()},
                        "errors": {p: share.error for p, share in each.shares.items()},
                        "power": each.power,
                        "variance": each.variance,
                        "fine": each.fine,
                    }
                    for each in several
                ]
                for name, several in seen.items()
            },
            **_spoken(controls, plain, seen),
            "share_gradient": 100 * gradient,
        },
        tables={
            "measured": measured,
            "recorded": recorded_table("checkerboard") or measured,
        },
        figures={
            "counts": counts_figure(counts, controls.kernel, controls.stride),
            "cells": Cells(
                title="Products in each pixel of a map of 3 x 3, enlarged",
                values=np.outer(overlaps(window, 3), overlaps(window, 3)).astype(float),
            ),
            "plain": plain_gallery(plain["images"]),
            "untrained": spectra_figure(first, "untrained"),
            "trained": spectra_figure(first, "trained"),
            "pictures": generators_gallery(first),
            "own": own_figure(first),
        },
    )


def _title(controls: CheckerboardControls) -> str:
    return experiment_title(
        seeds=controls.seeds,
        images=controls.images,
        learning_rate=controls.learning_rate,
        scored=controls.drawn,
    )


def _ones(controls: CheckerboardControls) -> Tensor:
    """What PyTorch's layer with weights of 1 makes of ones."""
    weight = torch.ones(1, 1, 1, controls.kernel)
    return conv_transpose2d(torch.ones(1, 1, 1, 12), weight, stride=(1, controls.stride))[0, 0, 0]


def _plain(controls: CheckerboardControls) -> dict[str, Any]:
    """A plain map through layers with DCGAN's first weights: interiors, and their deviations."""
    random = Randomness(seed=derive_seed(controls.seed, "plain"))
    shape = (controls.channels, 1, controls.kernel, controls.kernel)
    weight = _DEVIATION * random.normal(*shape).double()
    filters = _DEVIATION * random.normal(1, controls.channels, _RESIZED, _RESIZED).double()
    ones = torch.ones(1, controls.channels, _PLAIN, _PLAIN, dtype=torch.float64)

    def transposed(weights: Tensor) -> Tensor:
        return conv_transpose2d(ones, weights, stride=controls.stride)

    def resized(mode: str) -> Tensor:
        return conv2d(interpolate(ones, scale_factor=controls.stride, mode=mode), filters)

    outputs = {
        "transposed": transposed(weight),
        "balanced": transposed(balanced_cells(weight, controls.stride)),
        "nearest": resized("nearest"),
        "bilinear": resized("bilinear"),
    }
    begin, size = _INNER * controls.stride, _CELLS * controls.stride
    inner = {
        name: each[0, 0, begin : begin + size, begin : begin + size]
        for name, each in outputs.items()
    }
    sums = cell_sums(weight, controls.stride)[0]
    cells = sums.repeat(_CELLS, _CELLS)
    return {
        "images": inner,
        "numbers": {
            "spreads": {name: float(each.std(correction=0)) for name, each in inner.items()},
            "means": {name: float(each.mean()) for name, each in inner.items()},
            "apart": float((inner["transposed"] - cells).abs().max()),
            "cell_spread": float(sums.std(correction=0)),
        },
    }


def _seen(controls: CheckerboardControls, progress: Progress) -> dict[str, list[Seen]]:
    """All kinds of pictures by name, several of those that depend on weights."""
    seeds = [controls.seed + index for index in range(controls.seeds)]
    total = len(UPSAMPLINGS) * len(seeds)
    found: dict[str, list[Seen]] = {}
    if controls.run is not None:  # First, as it may be refused.
        own, real = own_seen(controls.run, drawn=controls.drawn, seed=controls.seed)
        found |= {OWN: [own], OWN_REAL: [real]}
    found |= {
        "real digits": [real_seen(controls.drawn)],
        **{
            f"{name}, untrained": [
                untrained_seen(name, drawn=controls.drawn, seed=seed) for seed in seeds
            ]
            for name in UPSAMPLINGS
        },
    }
    for number, name in enumerate(UPSAMPLINGS):
        found[f"{name}, trained"] = []
        for index, seed in enumerate(seeds):
            progress(number * len(seeds) + index, total)
            found[f"{name}, trained"].append(
                trained_seen(
                    name,
                    images=controls.images,
                    learning_rate=controls.learning_rate,
                    drawn=controls.drawn,
                    seed=seed,
                )
            )
    progress(total, total)
    found["transposed, packaged"] = [packaged_seen(drawn=controls.drawn, seed=controls.seed)]
    return found


def _spoken(
    controls: CheckerboardControls, plain: Mapping[str, Any], seen: Mapping[str, list[Seen]]
) -> dict[str, Any]:
    """Numbers for the text; shares in percent."""

    def percent(name: str) -> float:
        return float(np.mean([100 * each.shares[2].value for each in seen[name]]))

    return {
        "kernel": controls.kernel,
        "stride": controls.stride,
        "inside": ", ".join(map(str, controls.window.cell)),
        "ratio": 100 * _pattern(plain),
        "expected": 100 * (1 - 1 / controls.stride**2),
        "share_noise": 100 * _OF_NOISE,
        "share_real": percent("real digits"),
        "share_packaged": percent("transposed, packaged"),
        **{
            f"share_{when}_{name}": percent(f"{name}, {when}")
            for when in ("untrained", "trained")
            for name in UPSAMPLINGS
        },
    }


def _pattern(plain: Mapping[str, Any]) -> float:
    """The share of the pattern in the mean square of what becomes of a plain map."""
    spread, mean = (plain["numbers"][each]["transposed"] for each in ("spreads", "means"))
    return float(spread**2 / (spread**2 + mean**2))


def _answer(
    controls: CheckerboardControls, plain: Mapping[str, Any], seen: Mapping[str, list[Seen]]
) -> str:
    spoken = _spoken(controls, plain, seen)
    counted = "evenly" if controls.window.is_even else "unevenly"
    told = ", ".join(
        f"{name} {spoken[f'share_untrained_{name}']:.2g} % untrained and "
        f"{spoken[f'share_trained_{name}']:.2g} % trained"
        for name in UPSAMPLINGS
    )
    return (
        f"A filter of {controls.kernel} with stride {controls.stride} overlaps {counted}, and of "
        f"what it makes of a plain map {spoken['ratio']:.2g} % is a pattern. Of the variance of "
        f"pictures, what repeats every two pixels is, with upsampling {told}; in real "
        f"digits {spoken['share_real']:.2g} %."
    )


@states("Inside, overlaps are even if the stride divides the filter's side, and not otherwise.")
def _overlaps_are_even_if_divisible(controls: CheckerboardControls, results: Results) -> bool:
    found = torch.tensor(results.numbers["counts"]).float()
    counted = torch.equal(found, results.numbers["ones"])
    return counted and results.numbers["even"] == (controls.kernel % controls.stride == 0)


@states(
    "Of a plain map a transposed convolution with random weights makes a pattern that repeats "
    "with the stride, divisible or not: the sums of the weights that each place of a cell meets."
)
def _a_plain_map_becomes_a_pattern(_: CheckerboardControls, results: Results) -> bool:
    plain = results.numbers["plain"]
    spread = plain["spreads"]["transposed"]
    return bool(
        plain["apart"] < 1e-9 and np.isclose(spread, plain["cell_spread"]) and spread > 1e-6
    )


@states(
    "If these sums are made equal, the same layer keeps a plain map plain, whether or not the "
    "stride divides the filter's side: it is the sums that count, not the overlaps."
)
def _balanced_weights_keep_it_plain(_: CheckerboardControls, results: Results) -> bool:
    plain = results.numbers["plain"]
    same = np.isclose(plain["means"]["balanced"], plain["means"]["transposed"])
    return bool(plain["spreads"]["balanced"] < 1e-12 and same)


@states("Interpolation and a convolution keep a plain map plain, whatever the weights.")
def _interpolation_keeps_it_plain(_: CheckerboardControls, results: Results) -> bool:
    spreads = results.numbers["plain"]["spreads"]
    return bool(max(spreads["nearest"], spreads["bilinear"]) < 1e-12)


@states("The powers of all frequencies add up to the variance within pictures.")
def _power_adds_up(_: CheckerboardControls, results: Results) -> bool:
    return all(
        bool(np.isclose(each["power"], each["variance"]))
        for several in results.numbers["seen"].values()
        for each in several
    )


@states(
    "Untrained, a generator of transposed convolutions has a larger share of a pattern of two "
    "pixels than those that interpolate and begin from the same seed, and than real digits."
)
def _untrained_it_is_a_checkerboard(_: CheckerboardControls, results: Results) -> bool:
    seen = results.numbers["seen"]
    shares = {name: [each["shares"][2] for each in several] for name, several in seen.items()}
    (real,) = shares["real digits"]
    kinds = (shares[f"{name}, untrained"] for name in UPSAMPLINGS)
    return all(transposed > max(real, *others) for transposed, *others in zip(*kinds, strict=True))


@states(
    "The packaged generator, of transposed convolutions too, has unlearnt nearly all of it: less "
    "than a hundredth of its pictures' variance repeats so."
)
def _training_unlearns_it(_: CheckerboardControls, results: Results) -> bool:
    return bool(results.numbers["seen"]["transposed, packaged"][0]["shares"][2] < 0.01)


@states(
    "The gradient by pixels of the packaged discriminator, of strided convolutions, has more than "
    "three times as much of that pattern as white noise."
)
def _gradients_have_it_too(_: CheckerboardControls, results: Results) -> bool:
    return bool(results.numbers["gradient"] > 3 * _OF_NOISE)


LESSON = Lesson(
    controls=CheckerboardControls,
    compute=compute,
    claims=[
        _overlaps_are_even_if_divisible,
        _a_plain_map_becomes_a_pattern,
        _balanced_weights_keep_it_plain,
        _interpolation_keeps_it_plain,
        _power_adds_up,
        _untrained_it_is_a_checkerboard,
        _training_unlearns_it,
        _gradients_have_it_too,
    ],
    full={"images": 40_000, "seeds": 3, "drawn": 2_000},
)
