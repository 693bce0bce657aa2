"""Families of games: one package says everything that is special to one of them.

A package has its ``settings``, which are light, and its ``record``, the `Family` of all answers.
Whoever needs to know what a game is asks the record; nobody outside asks the game.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from zerosum.config.run import RunConfig

if TYPE_CHECKING:
    from zerosum.families.base import Family

__all__ = ["family_of"]


def family_of(config: RunConfig) -> "Family[Any, Any, Any, Any]":
    """The record of the family that a run belongs to.

    Example:
        >>> from zerosum.recipes import recipe
        >>> type(family_of(recipe("dcgan-digits"))).__name__
        'Generation'
    """
    record = import_module(f"zerosum.families.{config.family}.record")
    result: Family[Any, Any, Any, Any] = record.FAMILY
    return result
