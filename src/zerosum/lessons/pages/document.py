"""A whole lesson as one HTML file that needs no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from zerosum.lessons.pages.assets import PAGE_FILES
from zerosum.lessons.pages.numbers import draw_table
from zerosum.lessons.pages.parts import draw_figure
from zerosum.lessons.pages.text import draw_text, places_in
from zerosum.lessons.results import Results, plain_value, shown_number
from zerosum.version import __version__

__all__ = ["Content", "Switch", "Variant", "draw_content", "draw_page"]


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A control whose values the page holds all.

    Attributes:
        name: The control's.
        values: Its values; those shown first come first.
        text: What it is.

    Example:
        >>> Switch(name="game", values=("xy",), text="The cost.").values
        ('xy',)
    """

    name: str
    values: Sequence[Any]
    text: str


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What was computed for one combination of the switches' values.

    Attributes:
        results: What came out.
        claims: Statements, and whether they hold of it; None where they say nothing.

    Example:
        >>> Variant(results=Results(answer="Two."), claims={}).results.answer
        'Two.'
    """

    results: Results
    claims: Mapping[str, bool | None]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a page shows.

    Attributes:
        title: The heading.
        chapter: The name of the chapter.
        question: The one question.
        text: Markdown, with places for results.
        switches: What can be chosen on the page.
        variants: For all combinations; the values of the last switch change fastest.
        facts: The other controls: name, value, what it is.
        call: The command that computes it again.
        drawn: Options of that command that take points which a reader draws; empty: none.
    """

    title: str
    chapter: str
    question: str
    text: str
    switches: Sequence[Switch]
    variants: Sequence[Variant]
    facts: Sequence[tuple[str, str, str]]
    call: str
    drawn: str = ""


def draw_page(content: Content) -> str:
    """The page.

    Example:
        >>> results = Results(answer="It is two.", numbers={"sum": 2})
        >>> page = draw_page(
        ...     Content(
        ...         title="Sums",
        ...         chapter="Numbers",
        ...         question="What is one and one?",
        ...         text="One and one is {{sum}}.",
        ...         switches=(),
        ...         variants=[Variant(results=results, claims={"The sum is even.": True})],
        ...         facts=(),
        ...         call="zerosum learn sums",
        ...     )
        ... )
        >>> page.startswith("<!doctype html>") and "One and one is 2." in page
        True
    """
    body = "\n".join(
        [
            f'<p class="chapter">{escape(content.chapter)}</p>',
            f"<h1>{escape(content.title)}</h1>",
            f'<p class="question">{escape(content.question)}</p>',
            _switches(content.switches),
            draw_content(content),
            _pad(content),
            _facts(content),
        ]
    )
    style = _asset("lesson.css") + _asset("document.css")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="zerosum {__version__}">\n'
        f"<title>{escape(content.title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f'<body>\n<main class="lesson">\n{body}\n</main>\n'
        f'<script type="module">\n{_asset("page.js")}enliven(document);\n</script>\n'
        "</body>\n</html>\n"
    )


def draw_content(content: Content) -> str:
    """What a page shows below its heading: the answer, the text with its figures, the claims.

    It holds neither scripts nor styles, also none in attributes, so that a page whose policy
    forbids these can show it in an element of class ``lesson``, by the rules and with the script
    of `PAGE_FILES`.
    """
    return "\n".join(
        [
            _each(content, "div", _answer),
            _text(content),
            "<h2>What was checked</h2>",
            "<p>Tests of the library evaluate these statements over the whole range of the "
            "controls. For what this page shows:</p>",
            _each(content, "div", _claims),
        ]
    )


def _asset(name: str) -> str:
    return (PAGE_FILES / name).read_text(encoding="utf-8")


def _switches(switches: Sequence[Switch]) -> str:
    if not switches:
        return ""
    labels = "".join(
        f'<label title="{escape(each.text)}">{escape(each.name)} '
        f'<select name="{escape(each.name)}">'
        + "".join(f"<option>{escape(shown_number(value))}</option>" for value in each.values)
        + "</select></label>"
        for each in switches
    )
    return f'<form class="controls" aria-label="what is shown" hidden>{labels}</form>'


def _each(content: Content, element: str, draw: Any) -> str:
    """What differs between the variants, each in an element that can be hidden."""
    drawn = [draw(variant) for variant in content.variants]
    if len(set(drawn)) == 1:  # Then there is nothing to switch.
        return drawn[0] if element == "span" else f"<div>{drawn[0]}</div>"
    return "".join(
        f'<{element} data-variant="{index}"{" hidden" if index else ""}>{each}</{element}>'
        for index, each in enumerate(drawn)
    )


def _answer(variant: Variant) -> str:
    return f'<div class="answer"><p>{escape(variant.results.answer)}</p></div>'


def _text(content: Content) -> str:
    known = content.variants[0].results
    for name in places_in(content.text):
        there = (known.figures, known.tables, known.numbers)
        assert any(name in each for each in there), f"nothing is called {name!r}"
    return draw_text(
        content.text,
        block=lambda name: _each(content, "div", lambda variant: _block(variant, name)),
        inline=lambda name: _each(content, "span", lambda variant: _number(variant, name)),
    )


def _block(variant: Variant, name: str) -> str:
    results = variant.results
    if name in results.figures:
        return draw_figure(results.figures[name])
    if name in results.tables:
        return draw_table(results.tables[name])
    return f"<p>{_number(variant, name)}</p>"


def _number(variant: Variant, name: str) -> str:
    return escape(shown_number(variant.results.numbers[name]))


def _claims(variant: Variant) -> str:
    words = {
        True: ("✓", "holds"),
        False: ("✗", "does not hold here"),
        None: ("–", "says nothing of these values"),
    }
    items = "".join(
        f'<li><span aria-hidden="true">{words[holds][0]}</span> {escape(text)} '
        f'<span class="facts">({words[holds][1]})</span></li>'
        for text, holds in variant.claims.items()
    )
    return f'<ul class="claims">{items}</ul>'


def _pad(content: Content) -> str:
    """A square to draw points in, which scripts fill with life and bring to sight."""
    if not content.drawn:
        return ""
    call = escape(f"{content.call} {content.drawn}")
    return (
        '<section class="pad" hidden><h2>Draw your own points</h2>'
        "<p>Draw in the square; or lead the cross by the arrow keys, and put a point by Enter. "
        "This command learns them:</p>"
        f'<pre><code data-call="{call}">{call}</code></pre>'
        '<svg viewBox="-1 -1 2 2" tabindex="0" role="application" '
        'aria-label="Square to draw points in, from -1 to 1: arrow keys move, Enter puts a point">'
        '<path class="cross" d="M-.08 0h.16M0 -.08v.16"/></svg>'
        '<p><button type="button">Clear</button> <output aria-live="polite">no points</output></p>'
        "</section>"
    )


def _facts(content: Content) -> str:
    items = "".join(
        f"<li><code>{escape(name)}</code> = {escape(str(plain_value(value)))}: {escape(text)}</li>"
        for name, value, text in content.facts
    )
    known = f"<p>Computed with:</p><ul>{items}</ul>" if items else ""
    return (
        f'<footer class="facts">{known}<p>Any other values: '
        f"<code>{escape(content.call)} --help</code>. Made by zerosum {__version__}.</p></footer>"
    )
