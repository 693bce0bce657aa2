"""From a network to its graph: traced, folded, and by few names.

PyTorch's own export reduces a network to its core operations
(https://docs.pytorch.org/docs/stable/torch.compiler_ir.html). What does not depend on the input is
computed here once: the weights of equalised layers, noise, what batch normalisation keeps. What is
left is written down, for one row of input; every shape in it is known. (ONNX would be a second
such list, by two packages more, and with the same work left to do.)
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.export import ExportedProgram

from zerosum.errors import ConfigError
from zerosum.export import at_rest
from zerosum.player.graph import Constants, Graph, Operation, Value, Writer
from zerosum.player.operations import write

__all__ = ["graph_of"]


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
            reduced: ExportedProgram = program.run_decompositions()
            return reduced
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
