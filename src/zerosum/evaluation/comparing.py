"""Runs side by side: only scores of one protocol, as a table and as curves over images seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator

from zerosum.errors import ConfigError
from zerosum.evaluation.protocol import Protocol, Scores, check_alike, unlike
from zerosum.files import writing

__all__ = ["Comparison", "compare", "draw_comparison", "label_images", "plot_score"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Scores of several runs by the one protocol that they have in common.

    Attributes:
        protocol: How all of it was measured.
        names: The scores that all runs have; the leading one first.
        runs: Each run's evaluations by that protocol, in the order of images seen.
    """

    protocol: Protocol
    names: tuple[str, ...]
    runs: Mapping[str, Sequence[Scores]]

    def best(self, run: str) -> Scores:
        """The evaluation of a run with the best leading score; not the untrained network's."""
        name = self.names[0]
        trained = [scores for scores in self.runs[run] if scores.images] or self.runs[run]
        best = trained[0]
        for scores in trained[1:]:
            if scores.scores[name].is_better_than(best.scores[name]):
                best = scores
        return best

    def to_json(self) -> dict[str, Any]:
        """Plain values: the protocol once, and the shared scores of every evaluation."""
        return {
            "protocol": self.protocol.to_json(),
            "scores": list(self.names),
            "runs": {
                name: {
                    "best": self._values(self.best(name)),
                    "last": self._values(evaluations[-1]),
                    "evaluations": [self._values(each) for each in evaluations],
                }
                for name, evaluations in self.runs.items()
            },
        }

    def _values(self, evaluation: Scores) -> dict[str, Any]:
        estimates = {name: evaluation.scores[name].estimate for name in self.names}
        scores = {name: {"value": it.value, "error": it.error} for name, it in estimates.items()}
        return {"images": evaluation.images, "scores": scores}


def compare(runs: Mapping[str, Sequence[Scores]]) -> Comparison:
    """Set side by side what may be compared.

    Args:
        runs: By name, all that was measured of each run.

    Raises:
        ConfigError: The runs were not scored by one protocol, or by no metric in common.

    Example:
        >>> from zerosum.evaluation.protocol import Score
        >>> from zerosum.metrics.estimate import Estimate
        >>> def after(images, value):
        ...     estimate = Estimate(value=value, error=0.1)
        ...     return Scores(
        ...         subject={"images": images},
        ...         protocol=Protocol(network={}, real={}, generated=2_048),
        ...         scores={"FD": Score(estimate=estimate, how="", lower_is_better=True)},
        ...     )
        >>> found = compare({"a": [after(64, 9.0), after(128, 4.0)], "b": [after(64, 7.0)]})
        >>> found.names, found.best("a").images
        (('FD',), 128)
    """
    protocol = check_alike(
        {name: [found.protocol for found in scores] for name, scores in runs.items()}
    )
    alike = {
        name: sorted(
            (found for found in scores if not unlike(found.protocol, protocol)),
            key=lambda found: found.images,
        )
        for name, scores in runs.items()
    }
    every = [found for scores in alike.values() for found in scores]
    names = tuple(name for name in every[0].scores if all(name in found.scores for found in every))
    if not names:
        raise ConfigError(
            f"{', '.join(runs)} have no score in common. Score all of them by the same metrics "
            "with `zerosum evaluate RUN --metrics NAME,NAME`, then compare."
        )
    return Comparison(protocol=protocol, names=names, runs=alike)


def draw_comparison(found: Comparison, path: Path) -> None:
    """Draw each score of each run over the real images seen, with a band of one standard error.

    Args:
        found: What is to be drawn.
        path: The PNG to write.
    """
    figure = Figure(figsize=(6 * len(found.names), 4.5), layout="constrained")
    for axes, name in zip(
        figure.subplots(1, len(found.names), squeeze=False)[0], found.names, strict=True
    ):
        for run, evaluations in found.runs.items():
            plot_score(axes, evaluations, name, label=run)
        label_images(axes)
        axes.grid(alpha=0.3, which="both")
        axes.legend()
    with writing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=100)


def label_images(axes: Axes) -> None:
    """Name the axis of images seen, with few and short numbers: 50 k, 100 k."""
    axes.set_xlabel("real images seen")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(EngFormatter())


def plot_score(axes: Axes, scores: Sequence[Scores], name: str, *, label: str = "") -> None:
    """One score over real images seen, with a band of one standard error to both sides.

    The axis is logarithmic where all values allow it: a score falls by powers of ten.

    Args:
        axes: Where to draw.
        scores: Evaluations, in the order of images seen.
        name: The score's name, which becomes the title.
        label: What the legend calls the line.
    """
    images = [found.images for found in scores]
    estimates = [found.scores[name].estimate for found in scores]
    values = [estimate.value for estimate in estimates]
    low = [estimate.value - estimate.error for estimate in estimates]
    high = [estimate.value + estimate.error for estimate in estimates]
    (line,) = axes.plot(images, values, marker=".", label=label)
    axes.fill_between(images, low, high, color=line.get_color(), alpha=0.2)
    if min(values) <= 0:
        axes.set_yscale("linear")
    elif not axes.get_lines()[:-1]:
        axes.set_yscale("log")
    axes.set_title(name)
