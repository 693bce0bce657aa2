"""What our own source says of settings: the texts below the fields of a dataclass."""

import ast
import inspect
import re
from functools import cache
from textwrap import dedent
from threading import Lock
from typing import Any

__all__ = ["field_texts", "plain"]

_PARSING = Lock()
"""Python 3.11 parses in one thread at a time: https://github.com/python/cpython/issues/106905."""


@cache
def field_texts(settings: type[Any]) -> dict[str, str]:
    """What each field of a dataclass is, by the text below it in the source.

    Example:
        >>> from zerosum.config import PicturesConfig
        >>> field_texts(PicturesConfig)["size"]
        'Height and width in pixels.'
    """
    result: dict[str, str] = {}
    for each in reversed(settings.__mro__[:-1]):
        with _PARSING:  # Finding the source of a class parses its file.
            (body,) = ast.parse(dedent(inspect.getsource(each))).body
        assert isinstance(body, ast.ClassDef)
        for line, after in zip(body.body, body.body[1:], strict=False):
            match line, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(ast.Constant(str(text))):
                    result[name] = " ".join(text.split())
    return result


def plain(text: str) -> str:
    """Text of a docstring without the marks of code; words that belong together stay so.

    Example:
        >>> plain("``auto`` or `cpu`; see `zerosum sample RUN`")
        "auto or cpu; see 'zerosum sample RUN'"
    """
    return re.sub(r"``?([^`]+)``?", _unmarked, text)


def _unmarked(match: re.Match[str]) -> str:
    return f"'{match[1]}'" if " " in match[1] else match[1]
