"""Shares of classes on the terminal."""

from rich.console import Console
from rich.table import Table

from zerosum.errors import printable
from zerosum.jobs.shares import CountedClasses, SharesAudit
from zerosum.metrics import Estimate

__all__ = ["report_shares"]

_MOST_ROWS = 40
_VERDICTS = {1: "more", -1: "fewer", 0: ""}


def report_shares(found: SharesAudit) -> None:
    """A table of the classes' shares, and below it what they say."""
    console = Console(markup=False, highlight=False)
    console.print(printable(_heading(found)), soft_wrap=True)
    console.print(_table(found))
    for line in _lines(found):
        console.print(printable(line), soft_wrap=True)


def _heading(found: SharesAudit) -> str:
    sides = [found.data, *([] if found.against is None else [found.against])]
    return "shares of the classes: " + ", beside ".join(map(_told, sides))


def _told(side: CountedClasses) -> str:
    how = "its labels" if side.by == "labels" else side.by
    return f"{side.name} ({int(side.counts.sum()):,} pictures, by {how})"


def _table(found: SharesAudit) -> Table:
    """The classes; of many, those that differ most."""
    sides = [found.data, *([] if found.against is None else [found.against])]
    columns = [_columns(side) for side in sides]
    compared = found.compared
    heads = [head for side in columns for head, _ in side]
    heads += ["difference", "beyond chance"] if compared is not None else []
    table = Table("class", *heads, box=None, pad_edge=False)
    for index in _rows(found):
        cells = [_percent(each[index]) for side in columns for _, each in side]
        if compared is not None:
            sign = compared.beyond_chance[index]
            cells += [_percent(compared.differences[index], signed=True), _VERDICTS[sign]]
        table.add_row(found.classes[index], *cells)
    return table


def _columns(side: CountedClasses) -> list[tuple[str, list[Estimate]]]:
    counted = [("counted, %" if side.corrected else f"{side.name}, %", side.raw.estimates)]
    corrected = [(f"{side.name}, %", side.shares.estimates)]
    return counted + (corrected if side.corrected else [])


def _rows(found: SharesAudit) -> list[int]:
    """Which classes to show: all, or of many those that differ most."""
    every = range(len(found.classes))
    compared = found.compared
    if len(every) <= _MOST_ROWS:
        return list(every)
    ranks = found.data.shares.values.neg() if compared is None else compared.probabilities
    return sorted(ranks.argsort()[:_MOST_ROWS].tolist())


def _percent(estimate: Estimate, *, signed: bool = False) -> str:
    text = str(Estimate(value=100 * estimate.value, error=100 * estimate.error))
    return f"+{text}" if signed and estimate.value > 0 else text


def _lines(found: SharesAudit) -> list[str]:
    lines = [*_verdict(found), *_of_classifier(found)]
    hidden = len(found.classes) - _MOST_ROWS
    return [*([f"and {hidden} more classes"] if hidden > 0 else []), *lines]


def _verdict(found: SharesAudit) -> list[str]:
    compared = found.compared
    if compared is None or found.against is None:
        return []
    name = found.against.name
    kinds = {"more": found.beyond_chance(1), "fewer": found.beyond_chance(-1)}
    told = [f"{word} of {', '.join(names)}" for word, names in kinds.items() if names]
    verdict = f"{name} has {' and '.join(told)}" if told else "no class differs beyond chance"
    freedom = len(found.classes) - 1
    return [
        f"{verdict} (at 5 % for all classes together).",
        f"total variation {compared.total_variation:.1%}; {compared.by_chance:.1%} is "
        f"what chance alone gives; χ² {compared.statistic:.1f} with {freedom} degrees of freedom, "
        f"p {_probability(compared.p)}.",
    ]


def _probability(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else f"= {p:.4f}"


def _of_classifier(found: SharesAudit) -> list[str]:
    """How sure the classifier is, and what became of that."""
    lines = []
    looked = [side for side in (found.data, found.against) if side and side.by != "labels"]
    corrected = any(side.corrected for side in looked)
    if found.accuracy is not None:
        what = "; what it counts is corrected for its mistakes there" if corrected else ""
        lines.append(
            f"{found.classifier} is right for {_percent(found.accuracy)} % of the pictures that "
            f"it has not learnt from{what}."
        )
    if found.agreement is not None:
        lines.append(
            f"{found.classifier} says what the labels of {found.data.name} say for "
            f"{_percent(found.agreement)} %, though it may have learnt from them."
        )
    if looked and not corrected:
        lines.append(f"what {found.classifier} counts is not corrected for its mistakes.")
    if found.against in looked:
        lines.append("in pictures unlike all real ones its mistakes may be others.")
    return lines
