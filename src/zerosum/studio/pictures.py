"""The pictures of recipes: what a run of each has made."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["picture_of"]


def picture_of(recipe: str) -> dict[str, str | None]:
    """Where a recipe's picture is, and from what it is.

    Args:
        recipe: Its name.

    Example:
        >>> picture_of("dcgan-digits")["picture"]
        '/static/recipes/dcgan-digits.webp'
        >>> picture_of("no-such")["picture"] is None
        True
    """
    noted = _noted().get(recipe)
    if noted is None:
        return {"picture": None, "picture_of": None}
    return {"picture": f"/static/recipes/{noted['file']}", "picture_of": noted["text"]}


@cache
def _noted() -> dict[str, Any]:
    """What the pictures are from; `scripts/draw_recipe_pictures.py` makes them."""
    file = files("zerosum.studio") / "static" / "recipes" / "pictures.json"
    noted: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return noted
