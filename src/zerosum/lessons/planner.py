"""From 4x4, or from z, to any size: the stacks of transposed convolutions that get there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.data import unscale
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Axis, Dots, Gallery, Listing, Plot
from zerosum.lessons.results import Results, Table
from zerosum.networks import Stack, plan_stacks
from zerosum.networks.planning import PlannedLayer
from zerosum.randomness import Randomness
from zerosum.types import Progress

__all__ = ["LESSON", "PlannerControls"]

_Start = Literal["4x4", "z"]
_LISTED = 15
_SHOWN, _LARGEST = 4, 64
"""Untrained pictures that are shown, and how much of a side."""
_KNOWN = {28: "4 → 7 → 14 → 28", 32: "4 → 8 → 16 → 32"}


@dataclass(frozen=True, kw_only=True)
class PlannerControls(Controls):
    """The pictures that are wanted, and how to get there."""

    height: Annotated[int, Number(5, 256)] = 28
    """Rows of a picture."""
    width: Annotated[int, Number(5, 256)] = 28
    """Columns of a picture."""
    channels: Annotated[int, Number(1, 8)] = 1
    """Channels of a picture: 1 for grey, 3 for colours."""
    start: _Start = "4x4"
    """The first maps: 4x4, made of z; or of any size that can be made of z at once."""
    growth: Annotated[int, Number(2, 4)] = 2
    """How many times as large a layer makes its maps, at most."""
    chosen: Annotated[int, Number(1, 100)] = 1
    """Which stack of the list is written out and run; beyond its end, the last."""
    latent_size: Annotated[int, Number(1, 512)] = 100
    """Numbers in z."""
    base_channels: Annotated[int, Number(1, 256)] = 64
    """Channels of the last hidden maps, doubled with each layer before, up to 512."""
    seed: Seed = 0
    """Of the weights and latents of the untrained pictures."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stacks()

    def stacks(self) -> list[Stack]:
        """All stacks.

        Raises:
            ConfigError: There is none.
        """
        return plan_stacks(
            (self.channels, self.height, self.width),
            base=(4, 4) if self.start == "4x4" else None,
            latent_size=self.latent_size,
            base_channels=self.base_channels,
            growth=self.growth,
        )


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What was seen as the code of a stack was run.

    Attributes:
        images: What came out.
        sizes: (rows, columns) behind each transposed convolution.
        parameters: Numbers that are learnt.
        multiplications: Of the transposed convolutions, for one image.
    """

    images: Tensor
    sizes: Sequence[tuple[int, ...]]
    parameters: int
    multiplications: int


def compute(controls: PlannerControls, progress: Progress) -> Results:
    """Plan, write the code of one stack, and run it."""
    stacks = controls.stacks()
    chosen = stacks[min(controls.chosen, len(stacks)) - 1]
    progress(1, 2)
    run = _run(chosen, controls.seed)
    progress(2, 2)
    return Results(
        answer=_answer(controls, stacks, chosen),
        numbers={
            "count": len(stacks),
            "paths": [stack.path for stack in stacks],
            "arrived": [_arrived(stack) for stack in stacks],
            "shape": tuple(run.images.shape[1:]),
            "sizes": run.sizes,
            "planned_sizes": [layer.after for layer in chosen.layers],
            "parameters": chosen.parameters,
            "counted": run.parameters,
            "multiplications": chosen.multiplications,
            "seen": run.multiplications,
            "products": [layer.products for layer in chosen.layers],
            "met": [_met(layer) for layer in chosen.layers],
            "even": [layer.is_even for layer in chosen.layers],
            "known": {side: _known_path(side) for side in _KNOWN},
        },
        tables={
            "stacks": _stacks_table(stacks),
            "layers": _layers_table(chosen),
        },
        figures={
            "costs": _costs_figure(stacks, chosen),
            "code": Listing(title=f"Stack {_number(stacks, chosen)} in PyTorch", code=chosen.code),
            "untrained": _gallery(run.images),
        },
    )


def _run(stack: Stack, seed: int) -> _Run:
    """Run the code, and look at each transposed convolution as it computes."""
    sizes: list[tuple[int, ...]] = []
    products: list[int] = []

    def look(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(layer, nn.ConvTranspose2d):
            sizes.append(tuple(output.shape[2:]))
            places = inputs[0].shape[2] * inputs[0].shape[3]
            products.append(places * layer.weight.numel())

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = stack.build()
    # In training mode, as evaluation knows nothing yet of the means that it would subtract.
    for module in generator:
        module.register_forward_hook(look)
    with torch.no_grad():
        images = generator(Randomness(seed=seed).normal(_SHOWN, stack.latent_size))
    return _Run(
        images=images,
        sizes=sizes,
        parameters=sum(each.numel() for each in generator.parameters()),
        multiplications=sum(products),
    )


def _arrived(stack: Stack) -> tuple[int, ...]:
    """Where layers of one channel with the stack's numbers lead, from 1x1."""
    maps = torch.zeros(1, 1, 1, 1)
    for layer in stack.layers:
        windows = (layer.rows, layer.columns)
        maps = functional.conv_transpose2d(
            maps,
            torch.zeros(1, 1, *(each.kernel for each in windows)),
            stride=tuple(each.stride for each in windows),
            padding=tuple(each.before for each in windows),
            output_padding=layer.output_padding,
        )
    return tuple(maps.shape[2:])


def _met(layer: PlannedLayer) -> tuple[int, int]:
    """The fewest and the most products of a place, seen on a large map of ones."""
    windows = (layer.rows, layer.columns)
    sides = [2 * each.kernel + 2 for each in windows]
    kernel, stride = (
        tuple(getattr(each, name) for each in windows) for name in ("kernel", "stride")
    )
    met = functional.conv_transpose2d(
        torch.ones(1, 1, *sides), torch.ones(1, 1, *kernel), stride=stride
    )[0, 0]
    inner = met[kernel[0] : -kernel[0], kernel[1] : -kernel[1]]
    return int(inner.min()), int(inner.max())


def _known_path(side: int) -> bool:
    """Whether the way that everybody goes is among the stacks from 4x4."""
    return _KNOWN[side] in [stack.path for stack in plan_stacks((1, side, side))]


def _number(stacks: Sequence[Stack], chosen: Stack) -> int:
    return 1 + next(i for i, stack in enumerate(stacks) if stack is chosen)


def _risk(stack: Stack) -> str:
    """What may be seen of the layers in pictures."""
    if stack.uneven:
        worst = max(stack.uneven, key=lambda layer: layer.products[1] / layer.products[0])
        low, high = worst.products
        return f"uneven in {len(stack.uneven)}: {low} to {high} products"
    return f"blocks in {len(stack.blocky)}" if stack.blocky else "none"


def _kernels(stack: Stack) -> str:
    told = []
    for layer in stack.layers[1:]:
        pairs = {f"{each.kernel}/{each.stride}" for each in (layer.rows, layer.columns)}
        told.append(" by ".join(sorted(pairs)))
    return ", ".join(told)


def _answer(controls: PlannerControls, stacks: Sequence[Stack], chosen: Stack) -> str:
    first = "from z by 4x4" if controls.start == "4x4" else "from z"
    risk = _risk(chosen)
    return (
        f"{len(stacks)} stacks lead {first} to {controls.height}x{controls.width}. Number "
        f"{_number(stacks, chosen)}, {chosen.path}, has {chosen.parameters:,} parameters and "
        f"multiplies {chosen.multiplications:,} times for a picture; risk of a checkerboard: "
        f"{risk}."
    )


def _stacks_table(stacks: Sequence[Stack]) -> Table:
    more = f"; the first {_LISTED} of {len(stacks)}" if len(stacks) > _LISTED else ""
    return Table(
        title=f"The stacks{more}",
        columns=("", "sizes", "kernel/stride", "parameters", "multiplications", "checkerboard"),
        rows=[
            (
                number,
                stack.path,
                _kernels(stack),
                f"{stack.parameters:,}",
                f"{stack.multiplications:,}",
                _risk(stack),
            )
            for number, stack in enumerate(stacks[:_LISTED], 1)
        ],
    )


def _layers_table(chosen: Stack) -> Table:
    def pair(values: Sequence[Any]) -> str:
        return str(values[0]) if values[0] == values[1] else f"{values[0]} by {values[1]}"

    return Table(
        title="The chosen stack, layer by layer",
        columns=(
            *("from", "to", "maps", "kernel", "stride", "padding", "output padding"),
            *("parameters", "multiplications", "products of a place"),
        ),
        rows=[
            (
                "x".join(map(str, layer.before)),
                "x".join(map(str, layer.after)),
                f"{layer.inputs} → {layer.outputs}",
                pair((layer.rows.kernel, layer.columns.kernel)),
                pair((layer.rows.stride, layer.columns.stride)),
                pair((layer.rows.before, layer.columns.before)),
                pair(layer.output_padding),
                f"{layer.parameters:,}",
                f"{layer.multiplications:,}",
                " to ".join(map(str, sorted(set(layer.products)))),
            )
            for layer in chosen.layers
        ],
    )


def _costs_figure(stacks: Sequence[Stack], chosen: Stack) -> Plot:
    kinds: Mapping[str, Sequence[Stack]] = {
        "even": [each for each in stacks if not each.uneven and not each.blocky],
        "blocks": [each for each in stacks if not each.uneven and each.blocky],
        "uneven": [each for each in stacks if each.uneven],
    }
    return Plot(
        title="What the stacks cost, in millions",
        x=Axis(label="multiplications for a picture, in millions"),
        y=Axis(label="parameters, in millions"),
        marks=[
            _dots("chosen", [chosen], size=12, colour=6),
            *(
                _dots(name, found, size=7, colour=index)
                for index, (name, found) in enumerate(kinds.items())
                if found
            ),
        ],
    )


def _dots(name: str, stacks: Sequence[Stack], *, size: float, colour: int) -> Dots:
    return Dots(
        name=name,
        x=[stack.multiplications / 1e6 for stack in stacks],
        y=[stack.parameters / 1e6 for stack in stacks],
        size=size,
        colour=colour,
    )


def _gallery(images: Tensor) -> Gallery:
    """What the generator makes before it has learnt anything."""
    shown = unscale(images[..., :_LARGEST, :_LARGEST]).permute(0, 2, 3, 1).numpy()
    # Of other numbers of channels, the first is shown.
    shown = shown if shown.shape[-1] == 3 else shown[..., 0]
    cut = " (their upper left corners)" if max(images.shape[2:]) > _LARGEST else ""
    return Gallery(
        title=f"What it makes of {len(images)} latents, untrained{cut}",
        images=np.ascontiguousarray(shown),
        columns=_SHOWN,
    )


@states("Each stack of the list leads to the size that is wanted; its layers were run.")
def _all_arrive(controls: PlannerControls, results: Results) -> bool:
    return set(results.numbers["arrived"]) == {(controls.height, controls.width)}


@states(
    "The code runs, makes pictures of the shape that is wanted, and each layer gives the size "
    "that stands behind it."
)
def _the_code_runs(controls: PlannerControls, results: Results) -> bool:
    numbers = results.numbers
    wanted = (controls.channels, controls.height, controls.width)
    return bool(numbers["shape"] == wanted and numbers["sizes"] == numbers["planned_sizes"])


@states("The network that was run has as many parameters as the formula says.")
def _parameters_are_counted(_: PlannerControls, results: Results) -> bool:
    return bool(results.numbers["parameters"] == results.numbers["counted"])


@states(
    "Its transposed convolutions multiply as often as the formula says: the places that go in, "
    "times all weights."
)
def _multiplications_are_counted(_: PlannerControls, results: Results) -> bool:
    return bool(results.numbers["multiplications"] == results.numbers["seen"])


@states(
    "Away from the border each place is the sum of as many products as is told, and a layer is "
    "called even just where that is the same number for all."
)
def _evenness_is_seen(_: PlannerControls, results: Results) -> bool:
    numbers = results.numbers
    even = [low == high for low, high in numbers["met"]]
    return bool(numbers["met"] == numbers["products"] and even == numbers["even"])


@states("From 4x4 to 28x28 there is 4 → 7 → 14 → 28, and to 32x32 there is 4 → 8 → 16 → 32.")
def _known_ways(_: PlannerControls, results: Results) -> bool:
    return all(results.numbers["known"].values())


LESSON = Lesson(
    controls=PlannerControls,
    compute=compute,
    claims=[
        _the_code_runs,
        _all_arrive,
        _known_ways,
        _parameters_are_counted,
        _multiplications_are_counted,
        _evenness_is_seen,
    ],
    held={"start": get_args(_Start)},
)
