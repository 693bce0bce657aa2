"""``zerosum recipes``: what there is, or one recipe in full."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Annotated, Any

import tyro

from zerosum.cli.command import Command
from zerosum.cli.layout import columns, paragraphs
from zerosum.cli.output import print_json
from zerosum.config import to_json
from zerosum.documented import plain
from zerosum.recipes import FAMILIES, RECIPES, WEIGHTS, recipe

__all__ = ["complete", "run"]

_COLOURS = {1: "grey", 3: "RGB", 4: "RGBA"}


def _recipes(
    name: Annotated[str | None, tyro.conf.Positional, tyro.conf.arg(metavar="[NAME]")] = None,
    *,
    json: bool = False,
) -> None:
    """List or show.

    Args:
        name: The recipe to show; by default all are listed.
        json: Print it all as JSON, and nothing else.
    """
    if name is not None:
        _show(name, json)
    elif json:
        print_json([_about(each) for each in RECIPES])
    else:
        for family, members in FAMILIES.items():
            print(f"{family}\n{columns(_rows(members))}\n")
        print("zerosum recipes NAME shows one in full; zerosum train NAME trains it.")


def _show(name: str, json: bool) -> None:
    config = to_json(recipe(name))
    text = paragraphs(cleandoc(RECIPES[name].__doc__ or ""))
    if json:
        print_json({**_about(name), "text": text, "config": config})
        return
    print(f"{text}\n")
    print_json(config)


def _rows(names: Any) -> Iterator[tuple[str, str]]:
    """Each recipe, its first sentence, and its sizes on a line below."""
    for name in names:
        about = _about(name)
        pictures = f"{about['height']}x{about['width']} {_COLOURS[about['channels']]}"
        sizes = f"{about['weights'] / 1e6:.2g} M weights, {about['images']:,} images"
        yield name, f"{about['summary']}\n{about['data']} {pictures}; {sizes}".replace("\n ", "\n")


def _about(name: str) -> dict[str, Any]:
    config = recipe(name)
    height, width = config.pictures.size
    return {
        "name": name,
        "family": next(family for family, members in FAMILIES.items() if name in members),
        "summary": plain((RECIPES[name].__doc__ or "").splitlines()[0]),
        "data": config.data,
        "height": height,
        "width": width,
        "channels": config.pictures.channels,
        "images": config.total_images,
        "weights": WEIGHTS[name],
    }


COMMAND = Command(
    name="zerosum recipes",
    function=_recipes,
    text="""\
List the recipes by what they are for, or show one in full: what it is and every field it sets.
Weights are the numbers that its networks learn, images how many real ones it is to see.""",
    examples="""\
zerosum recipes
zerosum recipes dcgan-faces
zerosum recipes --json  # for programs""",
    values=tuple(RECIPES),
)
run, complete = COMMAND.run, COMMAND.complete
