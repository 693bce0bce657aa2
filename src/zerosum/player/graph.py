"""A network as a list of operations that a page can compute: traced, folded, and by few names.

PyTorch's own export reduces a network to its core operations
(https://docs.pytorch.org/docs/stable/torch.compiler_ir.html). What does not depend on the input is
computed here once: the weights of equalised layers, noise, what batch normalisation keeps. What is
left is a list, in order, for one row of input; every shape in it is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram

from zerosum.errors import ConfigError
from zerosum.export import at_rest

__all__ = ["Constants", "Graph", "Operation", "Value", "Writer", "graph_of"]


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


def graph_of(network: nn.Module, example: Tensor, pool: Constants) -> Graph:
    """Reduce a network, as it is in evaluation mode, to a graph for one row of input.

    Args:
        network: A network of one input and one output; it stays as it is.
        example: One row of input.
        pool: Where its numbers are kept.

    Raises:
        ConfigError: It computes what a page cannot, which is named.

    Example:
        >>> network = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
        >>> graph = graph_of(network, torch.zeros(1, 3), Constants())
        >>> [each.name for each in graph.operations]
        ['linear', 'relu']
    """
    program = _traced(at_rest(network), example)
    walk = _Walk(program, Writer(pool), Value(0, tuple(example.shape)))
    output = walk.run()
    operations = _needed(walk.writer.operations, output)
    used = {number for each in operations for number in each.takes}
    return Graph(
        input_shape=tuple(example.shape),
        operations=operations,
        constants={
            number: place for number, place in walk.writer.constants.items() if number in used
        },
        output=output,
    )


def _traced(network: nn.Module, example: Tensor) -> ExportedProgram:
    try:
        with torch.no_grad():
            program: ExportedProgram = torch.export.export(network, (example.cpu(),))
            decomposed: ExportedProgram = program.run_decompositions()
            return decomposed
    except (OSError, MemoryError):
        raise
    except Exception as error:  # Tracing runs the network, so this may be anything.
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise ConfigError(
            f"this generator cannot be written as a page ({reason}); choose a file that ends in "
            ".safetensors, for its weights alone."
        ) from error


class _Walk:
    """From operation to operation: those on known tensors are computed, others written down."""

    def __init__(self, program: ExportedProgram, writer: Writer, given: Value) -> None:
        self.program, self.writer, self.given = program, writer, given
        self.values: dict[fx.Node, Any] = {}

    def run(self) -> int:
        known = self._known()
        for node in self.program.graph.nodes:
            if node.op == "placeholder":
                self.values[node] = known.get(node.name, self.given)
            elif node.op == "call_function":
                self.values[node] = self._step(node)
        (result,) = self._last(self.program)
        if not isinstance(result, Value):  # The same, whatever goes in.
            result = self.writer.add("reshape", [result], result.shape)
        return result.number

    def _known(self) -> dict[str, Tensor]:
        program = self.program
        held = {**program.constants, **dict(program.state_dict)}
        return {
            spec.arg.name: held[spec.target]
            for spec in program.graph_signature.input_specs
            if spec.target is not None
        }

    def _step(self, node: fx.Node) -> Any:
        # Imported here, since the table's functions are written with this module's classes.
        from zerosum.player.operations import write

        arguments, options = fx.map_arg((node.args, node.kwargs), lambda each: self.values[each])
        if any(_is_computed(self.values[each]) for each in node.all_input_nodes):
            return write(self.writer, node, arguments, options)
        with torch.no_grad():
            return node.target(*arguments, **options)  # type: ignore[operator]

    def _last(self, program: ExportedProgram) -> list[Any]:
        (output,) = (node for node in program.graph.nodes if node.op == "output")
        return [self.values[each] for each in output.args[0]]


def _is_computed(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_is_computed(each) for each in value)
    return isinstance(value, Value)


def _needed(operations: Sequence[Operation], output: int) -> tuple[Operation, ...]:
    """The operations on which the output depends."""
    wanted, kept = {output}, []
    for each in reversed(operations):
        if each.gives in wanted:
            wanted.update(each.takes)
            kept.append(each)
    return tuple(reversed(kept))
