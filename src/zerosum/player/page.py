"""One page with everything in it: what computes, what is seen, the network's numbers."""

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from string import Template
from typing import Any

from zerosum.player.joining import PAGE, RUNTIME, joined, text_of

__all__ = ["page_of"]


def page_of(model: Mapping[str, Any], numbers: bytes, *, title: str, summary: str) -> str:
    """Put a page together that loads nothing and runs nothing but what stands in it.

    Its policy names its scripts and its style by their hashes: whatever else got into the page
    would not be run, and nothing can be sent anywhere.

    Args:
        model: What the scripts are told of the generator.
        numbers: All its numbers, 32 bits each.
        title: The heading.
        summary: A line below it.

    Example:
        >>> page = page_of({"shape": [1, 4, 4]}, b"", title="Fours", summary="Four by four.")
        >>> "<title>Fours</title>" in page, "http://" in page
        (True, False)
    """
    runtime, page, style = joined(RUNTIME), joined(PAGE), text_of("player.css")
    scripts = f"{_hash(runtime)} {_hash(page)} 'wasm-unsafe-eval'"
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {_hash(style)}; "
        "img-src data:; worker-src blob:; base-uri 'none'; form-action 'none'"
    )
    _, height, width = model["shape"]
    return Template(text_of("player.html")).substitute(
        policy=policy,
        title=escape(title),
        summary=escape(summary),
        width=width,
        height=height,
        style=style,
        # As an element's text, in which only a tag's beginning would mean something.
        model=json.dumps(model).replace("<", "\\u003c"),
        numbers=b64encode(numbers).decode("ascii"),
        runtime=runtime,
        page=page,
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
