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
_FUNCTION = re.compile(r"(<mi>(?:log|exp|sin|cos|tanh|min|max)</mi>)(?!\s*<mo[^>]*>&#x00028;)")
"""A function whose argument has no bracket: between them there is a thin space."""


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
    display = "block" if options["display_mode"] else "inline"
    formula = _FUNCTION.sub(r'\1<mspace width="0.17em"/>', convert(latex, display=display))
    if display == "inline":
        return formula
    return f'<div class="formula" tabindex="0" role="group" aria-label="formula">{formula}</div>'
