"""The judge: what came of a damaged input, against what it holds."""

import re
from collections import Counter
from dataclasses import dataclass, field

from damaged.holding import Expected, Holding
from damaged.pictures import digest
from zerosum.errors import printable

__all__ = ["EVERYTHING", "Fault", "Outcome", "Stored", "judge"]

EVERYTHING = "everything"
"""Instead of a split: all of them were refused."""

_MOST_WARNINGS = 20


@dataclass(frozen=True)
class Stored:
    """One picture in a store: its split, its class, and a hash of its pixels."""

    split: str
    label: str | None
    digest: str


@dataclass
class Outcome:
    """What a user gets to see.

    Attributes:
        refusals: (split, message) of every part that was refused.
        stored: The pictures in all stores.
        named: The names of all files that were left out.
        warnings: What was said about how the data were understood.
        texts: Everything else that may be printed: names of classes and pictures, reasons.
        noise: Warnings of other kinds, which nobody meant for the user.
        counts: By split and teller (``audit``, ``store``): (pictures, files left out).
    """

    refusals: list[tuple[str, str]] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def word(self) -> str:
        """In a word, for the table."""
        if self.refusals:
            return "refused" if not self.stored else "part refused"
        return "named" if self.named or self.warnings else "whole"


@dataclass(frozen=True)
class Fault:
    """A kind, such as ``lost`` or ``traceback``, and what exactly."""

    kind: str
    detail: str


def judge(holding: Holding, outcome: Outcome) -> list[Fault]:
    """Everything that is wrong with an outcome; nothing if all is well."""
    faults = [*_unprintable(outcome), *_noise(outcome)]
    if holding.steady:
        faults += _two_answers(outcome)
    if holding.exact:
        faults += _Matching(holding, outcome).faults()
    return _summed_up(faults)


def _summed_up(faults: list[Fault]) -> list[Fault]:
    """The first of each kind, and how many there are."""
    counts = Counter(fault.kind for fault in faults)
    first = {fault.kind: fault for fault in reversed(faults)}
    more = {
        kind: f" (and {count - 1} more)" if count > 1 else "" for kind, count in counts.items()
    }
    return [Fault(kind, fault.detail + more[kind]) for kind, fault in first.items()]


def _unprintable(outcome: Outcome) -> list[Fault]:
    """Nothing that a terminal would obey may be printed; only messages may have several lines."""
    messages = [message.replace("\n", "") for _, message in outcome.refusals]
    texts = [*messages, *outcome.warnings, *outcome.named, *outcome.texts]
    return [Fault("unprintable", ascii(text)[:300]) for text in texts if not text.isprintable()][
        :1
    ]


def _two_answers(outcome: Outcome) -> list[Fault]:
    """What inspection counts as readable is what a store holds."""
    faults = []
    is_inspected = any(teller == "audit" for _, teller in outcome.counts)
    for (split, teller), count in outcome.counts.items():
        other = outcome.counts.get((split, "audit"))
        if teller == "store" and is_inspected and other != count:
            detail = f"{split}: audit counts (readable, unreadable) {other}, the store {count}"
            faults.append(Fault("two answers", detail))
    return faults


def _noise(outcome: Outcome) -> list[Fault]:
    if len(outcome.warnings) + len(outcome.noise) <= _MOST_WARNINGS:
        return []
    first = (outcome.warnings + outcome.noise)[0]
    return [Fault("noise", f"{len(outcome.warnings)} + {len(outcome.noise)} warnings: {first}")]


class _Matching:
    """Give every picture that is expected one of those stored or named."""

    def __init__(self, holding: Holding, outcome: Outcome) -> None:
        self.holding, self.outcome = holding, outcome
        self.known = {digest(picture.pixels) for picture in holding.known}
        self.pool: dict[str, list[Stored]] = {}
        for stored in outcome.stored:
            self.pool.setdefault(stored.digest, []).append(stored)
        self.names = Counter(outcome.named)
        self.refused = {split for split, _ in outcome.refusals}
        self.found: list[Fault] = []

    def faults(self) -> list[Fault]:
        expected = sorted(
            self.holding.expected,
            key=lambda it: (it.pixels is None, self._is_excused(it), it.optional),
        )
        lost = [each for each in expected if not self._has(each)]
        lost = [each for each in lost if not each.optional and not self._is_excused(each)]
        if lost and self._is_told(lost):  # without them, the folders may well mean other things
            self.found = [fault for fault in self.found if fault.kind not in ("split", "label")]
        elif lost:
            names = ", ".join(ascii(each.name) for each in lost[:5])
            self.found.append(Fault("lost", f"{len(lost)} of {len(expected)}: {names}"))
        self._judge_leftovers()
        self._judge_owed()
        return self.found

    def _has(self, each: Expected) -> bool:
        if each.pixels is None:
            return self._take_name(each) or self._take_any(each)
        there = self.pool.get(digest(each.pixels))
        if not there:
            return self._take_name(each)
        best = max(there, key=lambda it: (it.split == each.split, it.label == each.label))
        there.remove(best)
        self._judge_place(each, best)
        return True

    def _judge_place(self, each: Expected, stored: Stored) -> None:
        if each.split not in (None, stored.split):
            self.found.append(Fault("split", f"{each.name!a} is in {stored.split}"))
        if each.label is not None and stored.label != printable(each.label):
            if stored.label is None and self.outcome.warnings:
                return
            detail = f"{each.name!a} has class {stored.label!a}, not {each.label!a}"
            self.found.append(Fault("label", detail))

    def _take_name(self, each: Expected) -> bool:
        parts = each.name.replace("\\", "/").split("/")
        plain = "/".join(part for part in parts if part not in ("", "."))
        forms = {printable(each.name), printable(plain)}
        for name in self.names:
            if self.names[name] and any(name == it or name.endswith(f"/{it}") for it in forms):
                self.names[name] -= 1
                return True
        return self._take_odd_name(each)

    def _take_odd_name(self, each: Expected) -> bool:
        """Names that readers may well show differently are only counted."""
        if re.fullmatch(r"[\w./-]+", each.name):
            return False
        odd = [
            name for name in self.names if self.names[name] and not re.fullmatch(r"[\w./-]+", name)
        ]
        for name in odd[:1]:
            self.names[name] -= 1
        return bool(odd)

    def _take_any(self, each: Expected) -> bool:
        """A picture whose bytes were damaged may show anything, or if guarded, what it showed."""
        there = [it for it in self._left() if each.split in (None, it.split)]
        strange = [it for it in there if it.digest not in self.known]
        familiar = [it for it in there if it.digest in self.known]
        fitting = familiar if each.checked else [*strange, *familiar]
        for stored in fitting[:1]:
            self.pool[stored.digest].remove(stored)
        return bool(fitting)

    def _left(self) -> list[Stored]:
        return [stored for group in self.pool.values() for stored in group]

    def _is_excused(self, each: Expected) -> bool:
        if each.split is None or EVERYTHING in self.refused:
            return bool(self.refused)
        return each.split in self.refused

    def _is_told(self, lost: list[Expected]) -> bool:
        """Whether a warning says what was left out: a name, a folder, how many, or whence."""
        places = [each.place for each in lost if each.place is not None]
        for text in self.outcome.warnings if len(places) == len(lost) else ():
            if any(int(number) <= min(places) for number in re.findall(r"\bbyte (\d+)", text)):
                return True
        words = {str(len(lost))}
        for each in lost:
            parts = printable(each.name).split("/")
            words |= {parts[-1], parts[0]}
        told = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words if word))
        return any(told.search(text) for text in self.outcome.warnings)

    def _judge_leftovers(self) -> None:
        left = self._left()
        strange = [it for it in left if it.digest not in self.known]
        if strange:
            self.found.append(Fault("wrong", f"{len(strange)} stored that were never there"))
        elif left:
            self.found.append(Fault("doubled", f"{len(left)} stored once too often"))

    def _judge_owed(self) -> None:
        gone = len(self.holding.owed) - len(self.outcome.stored) - len(self.outcome.named)
        told = self.refused or self.outcome.warnings
        if gone > 0 and not told and not any(fault.kind == "lost" for fault in self.found):
            detail = f"the file shows that something is missing, {gone} pictures are: not a word"
            self.found.append(Fault("lost", detail))
