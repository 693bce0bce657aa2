"""Ways to damage what a run has written: bytes, and trees of JSON values and tensors.

Each is a function of a number, so that what went wrong can be had again.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import torch
from torch import Tensor

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3, 10**30, 1.5, float("nan"), float("inf")),
    *("", "x", "\ud800", "a\0b", "é" * 300, [], [1], {}, {"a": 1}, [[[]]]),
    *({"$tensor": "no such"}, {"$tensor": 3}, {"$tensor": []}),
)
"""What may stand anywhere in JSON, and is expected nowhere."""

Place = tuple[str | int, ...]

_TENSORS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda tensor: torch.ones(7),
    lambda tensor: tensor[None],
    lambda tensor: torch.zeros(0),
    lambda tensor: tensor.double(),
    lambda tensor: tensor.to(torch.int64),
    lambda tensor: tensor.to(torch.bfloat16),
    lambda tensor: tensor.to(torch.complex64),
    lambda tensor: tensor.bool(),
)


def worse_tree(good: Any, number: int) -> tuple[Any, str]:
    """A copy of nested dictionaries and lists with one place damaged, and what was done.

    Places near the root are damaged as often as the many that are far from it.
    """
    chance, tree = Random(number), deepcopy(good)
    places = list(_places(tree))
    depth = chance.randrange(1 + max(map(len, places)))
    place = chance.choice([each for each in places if len(each) == depth])
    if not place:
        return chance.choice(ODD), "everything"
    parent = tree
    for key in place[:-1]:
        parent = parent[key]
    done = _worse(parent, place[-1], chance)
    return tree, f"{done} at {'/'.join(map(str, place))}"


def worse_bytes(good: bytes, number: int) -> tuple[bytes, str]:
    """A copy that is cut short, has a bit flipped, is coded otherwise, or something else."""
    chance = Random(number)
    place = chance.randrange(len(good))
    flipped = good[:place] + bytes([good[place] ^ (1 << chance.randrange(8))]) + good[place + 1 :]
    kinds = {
        "cut": good[:place],
        "flipped": flipped,
        "nested": b"[" * 100_000,
        "marked": b"\xff\xfe" + good,
        "zeros": good[:place] + bytes(len(good) - place),
        "random": chance.randbytes(len(good)),
    }
    kind = chance.choice(["flipped", *kinds])
    return kinds[kind], f"{kind} at byte {place}"


def _places(tree: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    parts: Any = enumerate(tree) if isinstance(tree, list) else ()
    for key, part in tree.items() if isinstance(tree, dict) else parts:
        yield from _places(part, (*place, key))


def _worse(parent: Any, key: Any, chance: Random) -> str:
    kind = chance.choice(["odd", "odd", "odd", "deleted", "renamed", "deep", "tensor"])
    old = parent[key]
    if kind == "deleted":
        del parent[key]
    elif kind == "renamed" and isinstance(parent, dict):
        parent[f"{key} 2"] = parent.pop(key)
    elif kind == "deep":
        for _ in range(chance.choice([1, 100])):
            old = [old]
        parent[key] = old
    elif kind == "tensor":
        made = chance.choice(_TENSORS)
        parent[key] = made(old if isinstance(old, Tensor) else torch.ones(2))
    else:
        parent[key] = chance.choice(ODD)
        return f"{str(parent[key])[:40]!a}"
    return kind
