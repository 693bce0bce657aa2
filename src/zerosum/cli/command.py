"""A command: how it is called, what its help says, what it answers to words it does not know."""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import indent
from typing import Any

import tyro

from zerosum.cli.layout import columns, paragraphs
from zerosum.cli.words import answer
from zerosum.config.options import Option, options_of
from zerosum.errors import UnknownNameError

__all__ = ["Command"]

_HELP = ("-h", "--help")
_ALL = "--help-all"
_LONGEST_VALUE = 30


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command whose options are the parameters of a function.

    Attributes:
        name: How it is called: ``zerosum sample``.
        function: What it does; see `options_of`.
        text: What it is for; paragraphs.
        examples: Calls to be copied, one a line.
        lists: What options may name, by title: names, and what they are.
        usual: Fields that ``--help`` shows, the others being shown by ``--help-all``; none: all.
        values: What the first word may be, to be completed.
        foreign: Fields that the settings refuse; no help speaks of them.
        answers: What to say of words that need a sentence, given the value behind them.
        before: Fields, each with those that the help names before it rather than where they stand.

    Example:
        >>> def paint(*, colour: str = "red") -> None:
        ...     '''Paint.
        ...
        ...     Args:
        ...         colour: Of the wall.
        ...     '''
        ...     print(colour)
        >>> command = Command(name="paint", function=paint, text="Paint.", examples="paint")
        >>> command.run(["--colour", "green"])
        green
        >>> command.run(["--color", "green"])
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: paint knows no --color; did you mean --colour green?
    """

    name: str
    function: Callable[..., Any]
    text: str
    examples: str
    lists: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    usual: Sequence[str] = ()
    values: Sequence[str] = ()
    foreign: Collection[str] = ()
    answers: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    before: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def run(self, words: Sequence[str]) -> Any:
        """Parse and run; with ``--help``, explain and exit.

        Raises:
            UnknownNameError: There is no such option; the message names the right one.
        """
        for word in words:
            if word in (*_HELP, _ALL):
                print(self.explain(everything=word == _ALL))
                sys.exit(0)
        self.check(words)
        return tyro.cli(
            self.function,
            args=list(words),
            prog=self.name,
            config=(tyro.conf.AvoidSubcommands, tyro.conf.ConsolidateSubcommandArgs),
        )

    def options(self) -> list[Option]:
        """What it can be told, without what it would refuse, in the order of the help."""
        options = {each.field: each for each in options_of(self.function)}
        moved = {name: place for place, names in self.before.items() for name in names}
        order = [name for name in options if name not in moved]
        for name, place in moved.items():
            order.insert(order.index(place), name)
        return [options[name] for name in order if not self._is_foreign(options[name])]

    def complete(self, words: Sequence[str]) -> list[str]:
        """What may follow: values of the option before, or names of options.

        Args:
            words: What stands behind the command; the last is to be completed.
        """
        *before, last = words
        options = self.options()
        told = [each for each in options if before and before[-1] in each.names]
        if told and not told[0].is_switch:
            return [choice for choice in told[0].choices if choice.startswith(last)]
        if not last.startswith("-"):
            return [] if before else [value for value in self.values if value.startswith(last)]
        names = [name for each in options if not each.is_positional for name in each.names]
        return [name for name in (*names, "--help", _ALL) if name.startswith(last)]

    def explain(self, *, everything: bool = False) -> str:
        """What the help says."""
        options = self.options()
        positional = [option for option in options if option.is_positional]
        named = [option for option in options if not option.is_positional]
        usual = [option for name in self.usual for option in named if option.field == name]
        parts = [self._usage(options), paragraphs(self.text)]
        if positional:
            parts.append("what it is given:\n" + columns((o.value, _text(o)) for o in positional))
        if usual and not everything:
            parts.append(
                _block(f"options, {len(usual)} of {len(named)}; {_ALL} shows all:", usual)
            )
        else:
            parts += _blocks(named)
        parts += [f"{title}:\n{columns(each.items())}" for title, each in self.lists.items()]
        parts.append("for example:\n" + indent(self.examples, "  "))
        return "\n\n".join(parts)

    def _usage(self, options: Sequence[Option]) -> str:
        must = [
            option.value if option.required else f"[{option.value}]"
            for option in options
            if option.is_positional
        ]
        must += [
            f"{option.names[0]} {option.value}"
            for option in options
            if option.required and not option.is_positional
        ]
        return " ".join(["usage:", self.name, *must, "[--OPTION VALUE ...]"])

    def _is_foreign(self, option: Option) -> bool:
        return any(f"{option.field}.".startswith(f"{each}.") for each in self.foreign)

    def check(self, words: Sequence[str]) -> None:
        """Make sure that all options of a call are known.

        Raises:
            UnknownNameError: One is not; the message names the right one.
        """
        options = options_of(self.function)
        known = {name for option in options for name in option.names}
        for index, word in enumerate(words):
            typed = re.fullmatch(r"(--?[A-Za-z][\w.-]*)(=.*)?", word)
            if typed and typed[1].replace("_", "-") not in known:
                values = [typed[2][1:]] if typed[2] else _values(words[index + 1 :])
                raise UnknownNameError(
                    f"{self.name.removeprefix('zerosum ')} knows no {typed[1]}"
                    f"{self._answer(typed[1], values)}"
                )

    def _answer(self, typed: str, values: Sequence[str]) -> str:
        option_name = typed.lstrip("-").replace("_", "-").lower()
        last = option_name.rpartition(".")[2]
        if last in self.answers:
            return f": {self.answers[last](values[0] if values else 'N')}"
        return answer(option_name, values, self.options())


def _values(words: Sequence[str]) -> list[str]:
    """The words up to the next option."""
    ends = (index for index, word in enumerate(words) if word.startswith("--"))
    return list(words[: next(ends, len(words))])


def _blocks(options: Sequence[Option]) -> list[str]:
    """The options under the names of what they are settings of."""
    blocks = []
    for (group, about), members in groupby(options, lambda option: (option.group, option.about)):
        title = paragraphs(f"{group}: {about}").rstrip(".") if group else "options:"
        blocks.append(_block(title, list(members)))
    return blocks


def _block(title: str, options: Sequence[Option]) -> str:
    return f"{title}\n" + columns((_left(option), _text(option)) for option in options)


def _left(option: Option) -> str:
    if option.is_switch:
        half = len(option.names) // 2  # Then come the same with a no.
        if option.default:
            return ", ".join(name.replace("no-", "[no-]") for name in option.names[half:])
        return ", ".join(option.names[:half])
    value = option.value if not _is_long(option) else "NAME"
    if option.value.endswith(" ..."):
        value = f"{value.removesuffix(' ...')} ..."
    return f"{', '.join(option.names)} {value}"


def _is_long(option: Option) -> bool:
    return len(option.value) > _LONGEST_VALUE


def _text(option: Option) -> str:
    text = option.text
    if _is_long(option):
        few = "Any" if option.value.endswith(" ...") else "One"
        text += f" {few} of {', '.join(option.choices)}."
    return f"{text} (default: {option.default})" if option.default else text
