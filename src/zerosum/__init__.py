"""Generative adversarial networks as games.

>>> import zerosum
>>> "dcgan-digits" in zerosum.recipes.RECIPES
True
>>> zerosum.recipe("dcgan-digits").batch_size
32
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zerosum import attacks, metrics, recipes
    from zerosum.api import Model, compare, evaluate, load, project, resume, train, translate
    from zerosum.config import RunConfig
    from zerosum.data import open_source
    from zerosum.errors import ZerosumError
    from zerosum.models.attack import LearnedAttack
    from zerosum.models.classifier import Classifier
    from zerosum.models.generator import Generator
    from zerosum.models.translator import Translator
    from zerosum.recipes import recipe

__version__ = "0.1.0"

__all__ = [
    "Classifier",
    "Generator",
    "LearnedAttack",
    "Model",
    "RunConfig",
    "Translator",
    "ZerosumError",
    "__version__",
    "attacks",
    "compare",
    "evaluate",
    "load",
    "metrics",
    "open_source",
    "project",
    "recipe",
    "recipes",
    "resume",
    "train",
    "translate",
]

_HOMES = {
    "Classifier": "zerosum.models.classifier",
    "Generator": "zerosum.models.generator",
    "LearnedAttack": "zerosum.models.attack",
    "Translator": "zerosum.models.translator",
    "Model": "zerosum.api",
    "compare": "zerosum.api",
    "evaluate": "zerosum.api",
    "load": "zerosum.api",
    "project": "zerosum.api",
    "resume": "zerosum.api",
    "train": "zerosum.api",
    "translate": "zerosum.api",
    "RunConfig": "zerosum.config",
    "open_source": "zerosum.data",
    "ZerosumError": "zerosum.errors",
    "recipe": "zerosum.recipes",
}
_MODULES = ("attacks", "metrics", "recipes")


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: ``import zerosum`` alone costs next to nothing."""
    if name in _MODULES:
        return import_module(f"zerosum.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'zerosum' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, imported or not, so that a prompt can complete them."""
    return list(__all__)
