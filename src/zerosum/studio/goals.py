"""What users have, and the recipes that make something of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from zerosum.recipes import FAMILIES, RECIPES, recipe

__all__ = ["GOALS", "Goal"]

_COMES_WITH = "digits"
"""Pictures that are part of zerosum."""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What users may have.

    Attributes:
        title: In a few words.
        text: What is made of it, in a sentence or two.
        first: The recipe to begin with.
        groups: Which recipes fit, by the groups that `FAMILIES` puts them in; none: those that
            bring their own pictures.
    """

    title: str
    text: str
    first: str
    groups: tuple[str, ...] = ()

    @property
    def recipes(self) -> tuple[str, ...]:
        """The recipes that fit, the one to begin with first.

        Example:
            >>> GOALS["two-folders"].recipes[:2]
            ('cyclegan-small', 'cyclegan')
        """
        fitting = [name for group in self.groups for name in FAMILIES[group]]
        if not self.groups:
            fitting = [name for name in RECIPES if recipe(name).data == _COMES_WITH]
        return (self.first, *(name for name in fitting if name != self.first))


GOALS: Mapping[str, Goal] = {
    "one-folder": Goal(
        title="One folder of pictures",
        text="A generator learns to make new pictures like them.",
        first="dcgan-faces",
        groups=("new pictures", "pictures and how likely they are"),
    ),
    "two-folders": Goal(
        title="Two folders of pictures",
        text="A translator learns to turn pictures of one kind into the other.",
        first="cyclegan-small",
        groups=("from one kind of picture to another",),
    ),
    "labels": Goal(
        title="Pictures with labels, perhaps few",
        text="A classifier learns to tell the classes: a sub-folder for each class. Some recipes "
        "need labels for a few pictures only.",
        first="classifier",
        groups=("classifiers, and semi-supervised learning",),
    ),
    "two-domains": Goal(
        title="Labels in one domain, pictures of another",
        text="A classifier learns from both, and is meant for the one without labels.",
        first="dann-digits",
        groups=("labels here, pictures there",),
    ),
    "classifier": Goal(
        title="A trained classifier",
        text="A generator learns to mislead it by small changes, which shows how it breaks.",
        first="advgan",
        groups=("pictures that mislead a classifier",),
    ),
    "nothing": Goal(
        title="Nothing yet",
        text="Begin with 5,000 digits that are part of zerosum: nothing need be downloaded.",
        first="dcgan-digits",
    ),
}
"""What users may have, in the order in which they are asked."""
