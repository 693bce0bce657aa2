"""Checks what goes into a function and comes out of it, at a fraction of the usual price.

The decorator of jaxtyping has the arguments of each call taken apart by ``inspect``, and has them
checked twice: before the call, and again with what it returned. Functions are called millions of
times in these tests. Here beartype checks a function itself, once, and only functions that speak
of arrays get a place of their own for the sizes that must agree.
"""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import partial, wraps
from types import SimpleNamespace
from typing import Any, get_args, get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from jaxtyping import AbstractArray, TypeCheckError

__all__ = ["checked"]

_CHECKING = BeartypeConf(is_pep484_tower=True, violation_type=TypeCheckError)
_thorough = jaxtyping.jaxtyped


def checked(what: Any = None, *, typechecker: Any) -> Any:
    """In place of ``jaxtyping.jaxtyped``, with which the import hook decorates everything.

    Args:
        what: A function, method, property or class; of classes, only dataclasses are checked.
        typechecker: By which jaxtyping checks what is left to it, generators.
    """
    again = partial(checked, typechecker=typechecker)
    if what is None:
        return again
    if inspect.isclass(what):
        if is_dataclass(what) and "__init__" in vars(what):
            what.__init__ = again(what.__init__)  # type: ignore[method-assign]
        return what
    if isinstance(what, classmethod | staticmethod):
        return type(what)(again(what.__func__))
    if isinstance(what, property):
        return property(*(each and again(each) for each in (what.fget, what.fset, what.fdel)))
    if inspect.isgeneratorfunction(what):
        return _thorough(what, typechecker=typechecker)
    return _checked_function(what)


def _checked_function(function: Callable[..., Any]) -> Callable[..., Any]:
    written = function.__annotations__
    hints = {name: _known(hint, function) for name, hint in written.items()}
    function.__annotations__ = hints
    strict: Callable[..., Any] = beartype(conf=_CHECKING)(function)
    function.__annotations__ = strict.__annotations__ = written
    if not any(map(_has_array, hints.values())):
        return strict

    @wraps(function)
    def agreeing(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with _thorough("context"):
            return strict(*args, **kwargs)

    return agreeing


def _known(hint: Any, function: Callable[..., Any]) -> Any:
    """The type that is meant; anything, where a name in it is not known yet."""
    if inspect.isclass(hint):
        return hint
    try:
        spoken = SimpleNamespace(__annotations__={"hint": hint})
        return get_type_hints(spoken, function.__globals__, include_extras=True)["hint"]
    except NameError:
        return Any


def _has_array(hint: Any) -> bool:
    if isinstance(hint, list | tuple):  # What a callable takes.
        return any(map(_has_array, hint))
    is_array = inspect.isclass(hint) and issubclass(hint, AbstractArray)
    return is_array or any(map(_has_array, get_args(hint)))
