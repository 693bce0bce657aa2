"""Write docs/recipes.md: where each recipe is from and what differs, as its docstring says.

python scripts/write_recipes.py
"""

from inspect import cleandoc
from pathlib import Path

from zerosum.recipes import FAMILIES, RECIPES

PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
HEAD = """\
# Where recipes are from

What each recipe takes from its paper, from the program that was published with it or from the
course, and what differs. `zerosum recipes NAME` says the same; `python scripts/write_recipes.py`
makes this page of that.
"""


def paragraph(name: str, word: str) -> str:
    """The paragraph of a recipe's docstring that begins with the word and a colon."""
    for each in cleandoc(RECIPES[name].__doc__ or "").split("\n\n"):
        start, _, rest = each.partition(": ")
        if start == word:
            return " ".join(rest.split())
    raise KeyError(f"the docstring of {name} has no paragraph that begins with {word!r}")


def page() -> str:
    """The whole page, a table for each family of recipes."""
    parts = [HEAD]
    for family, members in FAMILIES.items():
        rows = ["| recipe | source | what differs |", "|---|---|---|"]
        for name in members:
            cells = f"`{name}`", paragraph(name, "Source"), paragraph(name, "Differs")
            rows.append("| " + " | ".join(cells) + " |")
        parts.append(f"## {family.capitalize()}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts).replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
