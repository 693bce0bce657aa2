"""The tables and figures of the lesson on checkerboards."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from zerosum.data import unscale
from zerosum.lessons.checkerboard_generators import PERIODS, Seen
from zerosum.lessons.figures import Axis, Bars, Gallery, Line, Plot
from zerosum.lessons.results import Table
from zerosum.lessons.small_gans import over_seeds
from zerosum.types import Images

__all__ = [
    "OWN",
    "OWN_REAL",
    "counts_figure",
    "generators_gallery",
    "measured_table",
    "own_figure",
    "plain_gallery",
    "spectra_figure",
]

OWN, OWN_REAL = "your run", "its real pictures"
"""How rows of a run of the reader's own are called."""

_TITLES = {
    "transposed": "transposed",
    "balanced": "transposed, sums made equal",
    "nearest": "nearest, then convolution",
    "bilinear": "bilinear, then convolution",
}


def counts_figure(counts: Sequence[int], kernel: int, stride: int) -> Plot:
    """How many products meet at each place of a row of four, enlarged."""
    return Plot(
        title=f"Products that meet at each place: filter of {kernel}, stride {stride}",
        x=Axis(label="place of the output"),
        y=Axis(label="products", limits=(0, max(counts) + 0.5)),
        marks=[Bars(name="", x=np.arange(len(counts)), y=counts)],
    )


def plain_gallery(inner: Mapping[str, Tensor]) -> Gallery:
    """The middle of a plain map, enlarged by each layer; all on one scale about their means."""
    size = float((inner["transposed"] - inner["transposed"].mean()).abs().max())
    images = [((each - each.mean()) / size).clamp(-1, 1) for each in inner.values()]
    return Gallery(
        title="The middle of a plain map, enlarged with random weights; grey is its mean",
        images=((torch.stack(images) + 1) * 127.5).round().to(torch.uint8).numpy(),
        captions=[_TITLES[name] for name in inner],
        columns=len(inner),
    )


def measured_table(title: str, seen: Mapping[str, Sequence[Seen]]) -> Table:
    """What was measured of each kind of pictures; several of a kind as mean and deviation."""

    def row(name: str, several: Sequence[Seen]) -> tuple[str, ...]:
        shares = [
            over_seeds(np.array([100 * each.shares[period].value for each in several]), digits=3)
            if period in several[0].shares
            else "–"
            for period in PERIODS
        ]
        (real,) = seen[OWN_REAL if name in (OWN, OWN_REAL) else "real digits"]
        fine = over_seeds(np.array([each.fine / real.fine for each in several]))
        distances = np.array([each.distance for each in several])
        scored = "–" if np.isnan(distances).any() else over_seeds(distances, digits=1)
        return (name, *shares, fine, scored)

    return Table(
        title=title,
        columns=(
            "pictures",
            "every two pixels, % of variance",
            "every four, %",
            "finest, of real ones'",
            "FD-digits",
        ),
        rows=[row(name, several) for name, several in seen.items()],
    )


def spectra_figure(seen: Mapping[str, Seen], when: str) -> Plot:
    """The spectra of real digits and of generators at one moment, each over its variance."""
    kinds = [name for name in seen if name == "real digits" or when == name.partition(", ")[2]]
    kinds += ["transposed, packaged"] if when == "trained" else []
    return _spectra(f"Power by frequency, {when}", {name: seen[name] for name in kinds})


def own_figure(seen: Mapping[str, Seen]) -> Plot:
    """The spectra of the reader's run, or else of the packaged generator, and of real images."""
    if OWN in seen:
        kinds, whose = [OWN_REAL, OWN], "your run"
    else:
        kinds, whose = ["real digits", "transposed, packaged"], "the packaged generator"
    return _spectra(f"Power by frequency: {whose}", {name: seen[name] for name in kinds})


def _spectra(title: str, seen: Mapping[str, Seen]) -> Plot:
    """Spectra over variances, by frequency in parts of Nyquist's; the first is a reference."""
    lines = []
    for number, (name, each) in enumerate(seen.items()):
        waves = np.arange(1, len(each.spectrum)) / (len(each.spectrum) - 1)
        power = (each.spectrum[1:] / each.variance).numpy()
        lines.append(Line(name=name, x=waves, y=power, dashed=number == 0, colour=number))
    return Plot(
        title=title,
        x=Axis(label="frequency, where 1 is two pixels a wave"),
        y=Axis(label="mean power over variance", log=True),
        marks=lines,
    )


def generators_gallery(seen: Mapping[str, Seen]) -> Gallery:
    """Pictures of each kind; untrained ones stretched, as they are nearly grey."""
    rows = {
        name: _stretched(each.shown) if "untrained" in name else each.shown
        for name, each in seen.items()
        if name not in (OWN, OWN_REAL)
    }
    count = min(len(each) for each in rows.values())
    images = torch.cat([each[:count] for each in rows.values()])
    return Gallery(
        title="Pictures of each kind; untrained ones with their contrast stretched",
        images=unscale(images)[:, 0].numpy(),
        captions=[name for name in rows for _ in range(count)],
        columns=count,
    )


def _stretched(images: Images) -> Images:
    return (images / (3 * images.std())).clamp(-1, 1)
