"""The table and the figures of the lesson on invariance."""

from collections.abc import Mapping, Sequence

import numpy as np

from zerosum.lessons.figures import Axis, Dots, HeatMap, Line, Plot, Rule
from zerosum.lessons.heads import REACH, Adapted, Fair, Played
from zerosum.lessons.results import Table
from zerosum.lessons.small_gans import over_seeds

__all__ = ["domains_figure", "groups_figure", "measured_table", "plane_figure"]

_AT_0 = 0.1
"""Where λ = 0 is drawn on an axis of equal ratios."""


def measured_table(title: str, played: Played, known: Mapping[str, float]) -> Table:
    """What came of all games, beside what formulas say can be had."""
    alone = f"{100 * known['first_alone']:.1f}"
    rows = [
        (f"two domains, λ = {weight:g}", *_told(games, "source target linear deep"), "", "")
        for weight, games in played.domains.items()
    ]
    rows.append(("two domains, x₁ alone", alone, alone, "50", "50", "", ""))
    for (told, weight), fair in played.groups.items():
        right, probe = _told(fair, "right probe")
        name = "three groups, answer told" if told else "three groups"
        gaps = _told(fair, "odds parity", factor=1)
        rows.append((f"{name}, λ = {weight:g}", right, "", "", probe, *gaps))
    parity = f"{known['parity_alone']:.2f}"
    rows.append(("three groups, x₁ alone", alone, "", "", "", "0", parity))
    best, odds = f"{100 * known['best_right']:.1f}", f"{known['best_odds']:.2f}"
    rows.append(("knows the group", best, "", "", "100", odds, ""))
    seeds = len(next(iter(played.domains.values())))
    times = "one game" if seeds == 1 else f"{seeds} games, ± standard deviation"
    return Table(
        title=f"{title}; {times} of each kind",
        columns=(
            "game",
            "right, %",
            "in the target, %",
            "fresh linear probe, %",
            "fresh deep probe, %",
            "equalised-odds gap",
            "parity gap",
        ),
        rows=rows,
    )


def _told(
    games: Sequence[Adapted] | Sequence[Fair], names: str, *, factor: int = 100
) -> tuple[str, ...]:
    """Shares in percent, or as they are, as means over the games."""
    digits = 1 if factor == 100 else 2
    told = []
    for name in names.split():
        values = np.array([factor * each.shares[name] for each in games])
        told.append(over_seeds(values, digits=digits))
    return tuple(told)


def domains_figure(played: Played, known: Mapping[str, float]) -> Plot:
    """Classes and domains by λ."""
    names = {
        "source": "right in the source",
        "target": "right in the target",
        "deep": "fresh deep probe for the domain",
        "linear": "fresh linear probe",
    }
    means = {
        name: [
            float(np.mean([each.shares[name] for each in games]))
            for games in played.domains.values()
        ]
        for name in names
    }
    return Plot(
        title="Two domains: what becomes of classes and domains as λ grows",
        x=Axis(label=f"λ (0 is drawn at {_AT_0:g})", log=True),
        y=Axis(label="share", limits=(0.4, 1.0)),
        marks=[
            *(
                Line(name=text, x=_drawn(played.domains), y=means[name], dashed=name == "linear")
                for name, text in names.items()
            ),
            Rule(name="by x₁ alone", at=known["first_alone"]),
        ],
    )


def groups_figure(played: Played, known: Mapping[str, float]) -> Plot:
    """Accuracy and gaps by λ."""
    names = {"right": "right", "odds": "equalised-odds gap", "parity": "parity gap"}
    lines = []
    for told in (False, True):
        games = {weight: each for (mine, weight), each in played.groups.items() if mine == told}
        for colour, (name, text) in enumerate(names.items()):
            means = [
                float(np.mean([each.shares[name] for each in some])) for some in games.values()
            ]
            named = f"{text}, answer told" if told else text
            lines.append(Line(name=named, x=_drawn(games), y=means, dashed=told, colour=colour))
    return Plot(
        title="Three groups: accuracy and gaps as λ grows",
        x=Axis(label=f"λ (0 is drawn at {_AT_0:g})", log=True),
        y=Axis(label="share; gap", limits=(0.0, 1.0)),
        marks=[*lines, Rule(name="right by x₁ alone", at=known["first_alone"])],
    )


def _drawn(by_weight: Mapping[float, object]) -> list[float]:
    return [max(weight, _AT_0) for weight in by_weight]


def plane_figure(adapted: Adapted, weight: float) -> Plot:
    """What the classifier says of each place, and points of both domains."""
    points, labels = adapted.points.double().numpy(), adapted.labels.numpy()
    of_source, whole = np.arange(len(points)) < len(points) // 2, (-REACH, REACH)
    kinds = [
        ("source, no", of_source & (labels == 0), 2),
        ("source, yes", of_source & (labels == 1), 3),
        ("target, no", ~of_source & (labels == 0), 6),
        ("target, yes", ~of_source & (labels == 1), 4),
    ]
    return Plot(
        title=f"λ = {weight:g}: {adapted.shares['target']:.1%} of the target right",
        x=Axis(label="x₁", limits=whole),
        y=Axis(label="x₂", limits=whole),
        marks=[
            HeatMap(name="probability of yes", values=adapted.yes, x=whole, y=whole),
            *(
                Dots(name=name, x=points[mine, 0], y=points[mine, 1], size=3.5, colour=colour)
                for name, mine, colour in kinds
            ),
        ],
        equal=True,
    )
