"""The classes of a conditional game: their names and their frequencies."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from zerosum.randomness import Randomness
from zerosum.registry import Table
from zerosum.types import Labels, Latents

__all__ = ["Classes", "find_class", "repeat_labels"]


@dataclass(frozen=True, kw_only=True)
class Classes:
    """The classes of a conditional game.

    Attributes:
        names: By label.
        counts: How many images of each the data have.

    Example:
        >>> pets = Classes(names=("cat", "dog"), counts=(300, 100))
        >>> pets.draw(1_000, Randomness(seed=0)).float().mean() < 0.3
        tensor(True)
        >>> pets.find("dog"), pets.find(0)
        (1, 0)
        >>> pets.find("dgo")
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown class 'dgo'; did you mean 'dog'? Known: cat, dog.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        assert len(self.names) == len(self.counts) > 0

    def __len__(self) -> int:
        return len(self.names)

    def draw(self, n: int, random: Randomness) -> Labels:
        """Draw n labels, each as often as it occurs in the data."""
        counts = torch.tensor(self.counts, dtype=torch.float64, device=random.device)
        # Inverse transform sampling: in double precision, so that the last bound is 1.
        bounds = (counts.cumsum(0) / counts.sum()).float()
        return torch.searchsorted(bounds, random.uniform(n), right=True)

    def join(self, latents: Latents, labels: Labels) -> Float[Tensor, "n _"]:
        """Join z (n, d) and the class as a one-hot vector (n, classes).

        Example:
            >>> pets = Classes(names=("cat", "dog"), counts=(1, 1))
            >>> pets.join(torch.zeros(1, 3), torch.tensor([1]))
            tensor([[0., 0., 0., 0., 1.]])
        """
        numbers = torch.arange(len(self), device=latents.device)
        one_hot = labels.to(latents.device)[:, None] == numbers
        return torch.cat([latents, one_hot.to(latents.dtype)], dim=1)

    def find(self, name: str | int) -> int:
        """Return the label of a class, given its name or its number.

        Classes are numbered from 0; but where names are themselves whole numbers, a number is
        always a name, and never a position among them.

        Raises:
            UnknownNameError: There is no such class.

        Example:
            >>> Classes(names=("1", "02", "7"), counts=(1, 1, 1)).find("2")
            1
        """
        return find_class(name, self.names)


def repeat_labels(labels: Labels | None, times: int) -> Int[Tensor, " m"] | None:
    """The labels of so many batches of images, each with the classes of the first.

    Example:
        >>> repeat_labels(torch.tensor([0, 7]), 2), repeat_labels(None, 2)
        (tensor([0, 7, 0, 7]), None)
    """
    return None if labels is None else labels.repeat(times)


def find_class(name: str | int, names: Sequence[str]) -> int:
    """Return the label of a class among others, given its name or its number.

    Args:
        name: The name or number, as typed.
        names: All of them, by label. Where some are themselves whole numbers, a number is always
            a name, and never a position among them.

    Raises:
        UnknownNameError: There is no such class.

    Example:
        >>> find_class("1", ["cat", "dog"]), find_class("07", ["3", "7"])
        (1, 1)
    """
    text = str(name)
    if text not in names and text.isdecimal():
        named = [(int(each), label) for label, each in enumerate(names) if each.isdecimal()]
        numbers = dict(named) or {label: label for label in range(len(names))}
        if int(text) in numbers:
            return numbers[int(text)]
    return Table("class", {each: label for label, each in enumerate(names)})[text]
