"""Which family of games a game belongs to; each has a package in `zerosum.families`.

A family is found by name, as a plug-in is, since what lies below it needs to read its settings and
must know nothing else of it.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from zerosum.config.run import RunConfig
from zerosum.errors import ConfigError
from zerosum.registry import hint

__all__ = ["FAMILIES", "config_class", "families_with", "family_class"]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "generation": ("adversarial",),
    "semi_supervised": ("semi-supervised",),
    "classification": ("classification",),
    "translation": ("cycle", "contrastive", "paired", "cartoon"),
    "adaptation": ("invariance",),
    "perturbation": ("perturbation",),
    "autoregressive": ("autoregressive",),
}
"""The families by name, and the kinds of their games."""


def config_class(kind: str) -> type[RunConfig]:
    """The class of the configurations of runs with such a game.

    Raises:
        ConfigError: There is no such game.

    Example:
        >>> config_class("cycle").__name__
        'TranslationRunConfig'
        >>> config_class("cylce")
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: game.kind is the kind of a game, got 'cylce'; did you mean ...
    """
    for family, kinds in FAMILIES.items():
        if kind in kinds:
            return family_class(family)
    known = [each for kinds in FAMILIES.values() for each in kinds]
    raise ConfigError(f"game.kind is the kind of a game, got {kind!r}{hint(kind, known)}")


def families_with(field: str) -> list[str]:
    """The families whose runs have a field that not all have.

    Example:
        >>> families_with("pairing"), families_with("seed")
        (['translation'], [])
    """
    result = [each for each in FAMILIES if field in family_class(each).__dataclass_fields__]
    return [] if len(result) == len(FAMILIES) else result


@cache
def family_class(family: str) -> type[RunConfig]:
    """The class of the configurations of a family's runs.

    Example:
        >>> family_class("translation").__name__
        'TranslationRunConfig'
    """
    result: type[RunConfig] = import_module(f"zerosum.families.{family}.settings").CONFIG
    return result
