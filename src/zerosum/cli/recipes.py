"""``zerosum recipes``: what there is, or one recipe in full."""

import json
from collections.abc import Sequence
from inspect import cleandoc
from typing import Annotated

import tyro
from rich.console import Console
from rich.table import Table

from zerosum.config import to_json
from zerosum.recipes import RECIPES, recipe

__all__ = ["run"]


def run(arguments: Sequence[str]) -> None:
    """Parse and show."""
    tyro.cli(_recipes, args=list(arguments), prog="zerosum recipes")


def _recipes(name: Annotated[str | None, tyro.conf.Positional] = None) -> None:
    """List the recipes, or show one in full: what it is and every field it sets.

    Args:
        name: The recipe to show.
    """
    console = Console()
    if name is not None:
        config = recipe(name)
        print(cleandoc(RECIPES[name].__doc__ or ""))
        console.print_json(json.dumps(to_json(config)))
        return
    table = Table("recipe", "pictures", "images", "what it is", box=None, pad_edge=False)
    for name, function in RECIPES.items():
        config = function()
        height, width = config.pictures.size
        summary = (function.__doc__ or "").splitlines()[0]
        table.add_row(name, f"{config.data} {width}x{height}", f"{config.images:,}", summary)
    console.print(table)
    console.print("\nzerosum recipes NAME shows one in full; zerosum train NAME trains it.")
