"""Reads the layers of any network from one pass through it.

PyTorch's functions are seen as they are called, whether a module calls them or ``forward`` itself
does. Of each one that matters it is kept which of those before it its input comes from. So
branches and shortcuts are followed, and layers that are made but not used are left out.

What does not compute by PyTorch's functions (scripted modules, NumPy) is not seen. A module that
does so is a step whose meaning is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.overrides import TorchFunctionMode

from zerosum.errors import ConfigError
from zerosum.networks.calls import FRESH, MODULES, Call, Kind, call_of, tensors_in
from zerosum.networks.modes import evaluating_layers

__all__ = ["Reading", "Step", "read_network"]

_WEIGHTED: tuple[Kind, ...] = ("convolution", "transposed convolution", "linear layer")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A call that matters, on the way from the input to the output.

    Attributes:
        kind: What it is; ``unknown``: it may matter, but what it means is not known.
        name: What it is called in a sentence, such as ``leaky ReLU of slope 0.2``.
        layer: Dotted name of the innermost module that calls it; empty for the network itself.
        before: Numbers of the steps that its input comes from directly.
        weight: Its weights, if they are a parameter.
        is_dense: Whether it is a weighted one from or to maps of a single place, or numbers
            without places: each output depends on each input.
    """

    kind: Kind
    name: str
    layer: str
    before: frozenset[int] = frozenset()
    weight: Tensor | None = None
    is_dense: bool = False

    @property
    def is_weighted(self) -> bool:
        """Whether it is a convolution, or linear, with weights that can be learnt."""
        return self.kind in _WEIGHTED


@dataclass(frozen=True)
class Reading:
    """What a network computes, as far as it can be read.

    Attributes:
        steps: In the order of the calls.

    Example:
        >>> layers = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2), nn.Tanh())
        >>> reading = read_network(layers, torch.zeros(2, 4))
        >>> [(step.layer, step.name) for step in reading.steps]
        [('0', 'linear layer'), ('1', 'ReLU'), ('2', 'linear layer'), ('3', 'tanh')]
        >>> [step.name for step in reading.behind(0)]
        ['ReLU', 'linear layer']
    """

    steps: tuple[Step, ...]

    @property
    def weighted(self) -> list[int]:
        """The numbers of the weighted steps."""
        return [number for number, step in enumerate(self.steps) if step.is_weighted]

    @property
    def unknown(self) -> list[Step]:
        """The steps that may matter, but whose meaning is not known."""
        return [step for step in self.steps if step.kind == "unknown"]

    def behind(self, number: int) -> list[Step]:
        """The steps behind one, along each branch up to its next weighted step, and with it."""
        passed, reached = {number}, []
        for later, step in enumerate(self.steps):
            if step.before & passed:
                reached.append(step)
                if not step.is_weighted:
                    passed.add(later)
        return reached

    def origins(self, number: int) -> frozenset[int]:
        """The weighted steps before one, along each branch the nearest."""
        before = self.steps[number].before
        weighted = {each for each in before if self.steps[each].is_weighted}
        return frozenset(weighted).union(*map(self.origins, before - weighted))

    def is_first(self, number: int) -> bool:
        """Whether there is no weighted step before this one."""
        return not self.origins(number)

    def is_last(self, number: int) -> bool:
        """Whether there is no weighted step behind this one."""
        return not any(step.is_weighted for step in self.behind(number))


def read_network(network: nn.Module, *inputs: Tensor) -> Reading:
    """Read what a network computes, from a pass in evaluation mode.

    Args:
        network: Any network. Its weights, statistics and modes stay as they are.
        inputs: A batch of at least two, as it takes it; the values do not matter.

    Raises:
        ConfigError: The pass fails, or how the output comes from the input is not to be seen.

    Example:
        >>> network = nn.Sequential(nn.Conv2d(1, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Flatten())
        >>> for step in read_network(network, torch.zeros(2, 1, 28, 28)).steps:
        ...     print(step.layer, step.name)
        0 convolution
        1 leaky ReLU of slope 0.2
    """
    name = type(network).__name__
    if any(map(is_lazy, [*network.parameters(), *network.buffers()])):
        raise ConfigError(
            f"{name} has lazy layers, whose shapes are not known: run it once first."
        )
    recorder = _Recorder(inputs)
    with (
        evaluating_layers(network),
        recorder.watching(network),
        torch.random.fork_rng(devices=[]),
        torch.no_grad(),
    ):
        try:
            with recorder:
                output = network(*inputs)
        except Exception as error:
            shapes = ", ".join(str(tuple(each.shape)) for each in inputs)
            raise ConfigError(
                f"{name} cannot be read: it fails when it is given {shapes}, with "
                f"{type(error).__name__}: {error}"
            ) from error
    steps = recorder.steps_to(output)
    if not any(step.is_weighted for step in steps):
        raise ConfigError(
            f"{name} cannot be read: no layer with weights is to be seen between its input and "
            "its output. Only PyTorch's own functions are seen, and not those of scripted "
            "modules; give the network as it was before torch.jit.script."
        )
    return Reading(steps)


class _Trace(NamedTuple):
    """Where a tensor comes from."""

    tensor: Tensor
    """Kept, so that no other tensor gets its identity."""
    sources: frozenset[int]
    """The last steps on the ways to it."""
    is_data: bool
    """Whether it comes from the input."""
    is_learnt: bool
    """Whether it comes from parameters."""


class _Recorder(TorchFunctionMode):
    """Records steps while it is active."""

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        super().__init__()
        self._steps: list[Step] = []
        self._layers = [""]
        self._inside = 0
        self._traces: dict[int, _Trace] = {}
        for each in inputs:
            self._traces[id(each)] = _Trace(each, frozenset(), is_data=True, is_learnt=False)

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Call a function, and record it."""
        named = kwargs or {}
        result = func(*args, **named)
        name = getattr(func, "__name__", str(func))
        if not self._inside and name not in FRESH:
            # What changes a tensor in place need not return it.
            changed = args[0] if name == "__setitem__" else result
            self._note(self._call(name, args, named, changed), [*args, *named.values()], changed)
        return result

    @contextmanager
    def watching(self, network: nn.Module) -> Iterator[None]:
        """Within the context, it is known which module computes."""
        with ExitStack() as stack:
            for name, module in network.named_modules():
                enter = partial(self._enter, name)
                stack.callback(module.register_forward_pre_hook(enter).remove)
                leave = module.register_forward_hook(self._leave, always_call=True)
                stack.callback(leave.remove)
            yield

    def steps_to(self, output: Any) -> tuple[Step, ...]:
        """The steps on the ways to an output, numbered anew."""
        kept = {number for each in self._known(output) for number in each.sources}
        for number in reversed(range(len(self._steps))):
            if number in kept:
                kept |= self._steps[number].before
        order = sorted(kept)
        places = {number: place for place, number in enumerate(order)}
        steps = [self._steps[number] for number in order]
        return tuple(
            replace(step, before=frozenset(places[each] for each in step.before)) for step in steps
        )

    def _enter(self, name: str, module: nn.Module, _: Any) -> None:
        self._layers.append(name)
        self._inside += type(module) in MODULES

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        if type(module) in MODULES:
            self._inside -= 1
            if not self._inside:
                self._note(MODULES[type(module)], args, output)
        elif not self._inside and not self._known(output):
            # It computes in a way that is not seen, as scripted modules and NumPy do.
            self._note(Call("unknown", type(module).__name__), args, output)
        self._layers.pop()

    def _call(
        self, name: str, args: Sequence[Any], named: Mapping[str, Any], result: Any
    ) -> Call | None:
        """What a call means; None: nothing, or it has nothing to do with the input."""
        traces = self._known([*args, *named.values()])
        first = next(tensors_in(result), None)
        if first is None or not any(each.is_data for each in traces):
            return None
        learnt = [id(each.tensor) for each in traces if each.is_learnt]
        return call_of(name, args, named, first, learnt=learnt)

    def _note(self, call: Call | None, given: Sequence[Any], result: Any) -> None:
        """Note where the result comes from, and what computed it, if that matters."""
        traces = self._known(given)
        sources = frozenset(number for each in traces for number in each.sources)
        if call is not None:
            step = Step(**call._asdict(), layer=self._layers[-1], before=sources)
            sources = frozenset([len(self._steps)])
            self._steps.append(step)
        if traces:
            is_data = any(each.is_data for each in traces)
            is_learnt = any(each.is_learnt for each in traces)
            for each in tensors_in(result):
                self._traces[id(each)] = _Trace(each, sources, is_data, is_learnt)

    def _known(self, value: Any) -> list[_Trace]:
        """Where the tensors in a value come from, of those that come from input or parameters."""
        traces = []
        for each in tensors_in(value):
            if id(each) in self._traces:
                traces.append(self._traces[id(each)])
            elif isinstance(each, nn.Parameter):
                traces.append(_Trace(each, frozenset(), is_data=False, is_learnt=True))
        return traces
