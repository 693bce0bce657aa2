"""A lesson's text as HTML: Markdown, formulas as MathML, results in their places."""

import re
from collections.abc import Callable
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

__all__ = ["draw_text", "places_in"]

_BLOCK = re.compile(r"<p>\{\{(\w+)\}\}</p>")
_INLINE = re.compile(r"\{\{(\w+)\}\}")


def places_in(text: str) -> list[str]:
    """The names of the results that a text has places for.

    Example:
        >>> places_in("It is {{sum}}, see below: {{curve}}")
        ['sum', 'curve']
    """
    return _INLINE.findall(text)


def draw_text(text: str, *, block: Callable[[str], str], inline: Callable[[str], str]) -> str:
    """The text as HTML.

    Args:
        text: Markdown with formulas between ``$`` or ``$$``, and places ``{{NAME}}``.
        block: HTML of what stands in a place of its own, by name.
        inline: HTML of what stands within a sentence, by name.

    Example:
        >>> html = draw_text("*One* $x^2$ is {{sum}}.", block=str, inline=lambda name: "2")
        >>> html.startswith("<p><em>One</em> <") and html.endswith(" is 2.</p>")
        True
    """
    markdown = MarkdownIt("commonmark").enable("table")
    dollarmath_plugin(markdown, renderer=_formula, allow_digits=True, double_inline=True)
    html = markdown.render(text).strip()
    html = _BLOCK.sub(lambda match: block(match[1]), html)
    return _INLINE.sub(lambda match: inline(match[1]), html)


def _formula(latex: str, options: dict[str, Any]) -> str:
    if options["display_mode"]:
        return (
            '<div class="formula" tabindex="0" role="group" aria-label="formula">'
            f"{convert(latex, display='block')}</div>"
        )
    return str(convert(latex))
