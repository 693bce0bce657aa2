"""A network as a list of operations that a page can compute, in order, for one row of input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

__all__ = ["Constants", "Given", "Graph", "Operation", "Value", "Writer"]


@dataclass(frozen=True)
class Value:
    """What an operation gives, while the page computes it.

    Attributes:
        number: Its number in the graph.
        shape: Its shape.
    """

    number: int
    shape: tuple[int, ...]


Given = Tensor | Value | float
"""What an operation takes: known here, computed in the page, or a number."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One step of a graph.

    Attributes:
        name: The name of a function in ``static/operations.js``.
        takes: The numbers of the values that it takes.
        gives: The number of the value that it gives.
        shape: The shape of that.
        options: What else the function is told.
    """

    name: str
    takes: tuple[int, ...]
    gives: int
    shape: tuple[int, ...]
    options: Mapping[str, Any]


class Constants:
    """The numbers of all graphs of a page, one after the other, each tensor once.

    Example:
        >>> constants = Constants()
        >>> constants.place(torch.ones(2, 3)), constants.place(torch.zeros(1)), constants.size
        (0, 6, 7)
    """

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.size = 0
        self._places: dict[bytes, int] = {}

    def place(self, tensor: Tensor) -> int:
        """Keep a tensor, and tell which number its first one is."""
        tensor = tensor.detach().to(torch.float32).contiguous()
        key = repr(tuple(tensor.shape)).encode() + tensor.numpy().tobytes()
        if key not in self._places:
            self._places[key] = self.size
            self.tensors.append(tensor)
            self.size += tensor.numel()
        return self._places[key]

    def to_bytes(self) -> bytes:
        """All numbers, 32 bits each, the least significant byte first."""
        return b"".join(each.numpy().astype("<f4").tobytes() for each in self.tensors)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A network as a page computes it.

    Attributes:
        input_shape: The shape of what goes in, with one row.
        operations: The steps, in order; the input is the value 0.
        constants: Number, place and shape of each value that is known.
        output: The number of the value that comes out.
    """

    input_shape: tuple[int, ...]
    operations: tuple[Operation, ...]
    constants: Mapping[int, tuple[int, tuple[int, ...]]]
    output: int

    def to_json(self) -> dict[str, Any]:
        """The graph as it stands in the page."""
        return {
            "input": self.input_shape,
            "output": self.output,
            "constants": [
                {"id": number, "at": at, "shape": shape}
                for number, (at, shape) in self.constants.items()
            ],
            "operations": [
                {
                    "name": each.name,
                    "takes": each.takes,
                    "gives": each.gives,
                    "shape": each.shape,
                    **each.options,
                }
                for each in self.operations
            ],
        }


@dataclass
class Writer:
    """What writes down the operations of a graph.

    Attributes:
        pool: Where constants are kept.
    """

    pool: Constants
    operations: list[Operation] = field(default_factory=list)
    constants: dict[int, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    count: int = 1
    """Values so far; the input is one."""

    def add(
        self, name: str, takes: Sequence[Given], shape: Sequence[int], **options: Any
    ) -> Value:
        """Add an operation; what is known among that which it takes becomes a constant."""
        numbers = tuple(self._number(each) for each in takes)
        gives = Value(self._next(), tuple(map(int, shape)))
        self.operations.append(
            Operation(
                name=name, takes=numbers, gives=gives.number, shape=gives.shape, options=options
            )
        )
        return gives

    def _number(self, given: Given) -> int:
        if isinstance(given, Value):
            return given.number
        tensor = given if isinstance(given, Tensor) else torch.tensor(float(given))
        number = self._next()
        self.constants[number] = self.pool.place(tensor), tuple(tensor.shape)
        return number

    def _next(self) -> int:
        number, self.count = self.count, self.count + 1
        return number
