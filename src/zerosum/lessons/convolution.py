"""A convolution step by step: one channel, the sum over channels, all maps, on a photograph."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
import tyro
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

from zerosum.errors import ConfigError
from zerosum.families.loading import load_game
from zerosum.features import load_features
from zerosum.files import cache_folder
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Picture, RunFolder, Seed
from zerosum.lessons.convolution_figures import (
    filters_figure,
    maps_figure,
    matches_figure,
    slide,
    three_channels,
)
from zerosum.lessons.packaged import open_picture, packaged_discriminator
from zerosum.lessons.results import Results, Table
from zerosum.networks.first_layer import FirstLayer, first_layer
from zerosum.nn import symmetric_window, windows_between
from zerosum.nn.gabor import colour_filters
from zerosum.own import is_code, read_code
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.types import Images, Progress

__all__ = ["LESSON", "ConvolutionControls", "channel_parts"]

_FILTERS = 96
_SIDE, _KERNEL, _STRIDE = 224, 11, 4
"""AlexNet's first layer as its paper names it."""
_WANTED = 55
"""The size that the paper's next layers need."""
_SOBEL = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
_SMALL = 6
_SHAPE = (3, 64, 64)
"""Of the images for which a reader's discriminator is made."""
_PLACES = 6
"""Places of a map that are computed again by hand."""
_MATCHED = (1, 8, 12, 20, 49, 57, 65, 84)
"""Filters for which the patch that they answer to most is shown, counted from 1."""


@dataclass(frozen=True, kw_only=True)
class ConvolutionControls(Controls):
    """The picture, the layer, and the network whose filters are shown."""

    picture: Picture = None
    """The picture; by default a colour photograph."""
    side: Annotated[int, Number(32, 256)] = _SIDE
    """Height and width of the picture."""
    kernel: Annotated[int, Number(2, 16)] = _KERNEL
    """Height and width of a filter."""
    stride: Annotated[int, Number(1, 8)] = _STRIDE
    """How far a filter moves."""
    padding: Annotated[int, Number(0, 8)] = 0
    """Zeros around the picture."""
    filters: Literal["hand-made", "random"] = "hand-made"
    """The 96 filters: waves and blobs made by hand, or weights drawn at random."""
    chosen: Annotated[int, Number(1, _FILTERS)] = 73
    """The filter that is followed channel by channel."""
    network: Annotated[str | None, tyro.conf.arg(metavar="NETWORK")] = None
    """A network whose first filters are shown: ``digits``, ``efficientnet-lite0``,
    ``torchvision:NAME``, or FILE.py:FACTORY, a function without arguments that returns it, or one
    of image_shape and outputs, as for training."""
    run: RunFolder = None
    """A run whose first filters are shown; by default, those of the packaged discriminator."""
    seed: Seed = 0
    """From which random filters follow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.run is not None and self.network is not None:
            raise ConfigError("--run and --network both say whose filters are shown: choose one.")


def compute(controls: ConvolutionControls, progress: Progress) -> Results:
    """Apply the layer to the picture, step by step and at once."""
    whose, first = _first_filters(controls)
    picture = open_picture(controls.picture, size=(controls.side, controls.side))
    weight, number = _weights(controls), controls.chosen - 1
    progress(1, 3)
    maps = conv2d(picture, weight, stride=controls.stride, padding=controls.padding)
    parts = channel_parts(
        picture, weight[number], stride=controls.stride, padding=controls.padding
    )
    progress(2, 3)
    small = ((open_picture(controls.picture, size=(_SMALL, _SMALL), channels=1) + 1) * 4.5).round()
    slid = conv2d(small, _SOBEL[None, None])[0, 0]
    patches = [_patch(picture, maps[0, n - 1], controls) for n in _MATCHED]
    size = maps.shape[-1]
    progress(3, 3)
    return Results(
        answer=_answer(controls, size),
        numbers={
            "size": size,
            "map": maps[0, number],
            "parts": parts,
            "again": _again(picture, weight, maps, controls),
            "moved": _moved(picture, weight[number][None], controls),
            "small": small[0, 0],
            "slid": slid,
            "greatest": torch.stack([maps[0, n - 1].max() for n in _MATCHED]),
            "matched": torch.stack(
                [(weight[n - 1] * patch).sum() for n, patch in zip(_MATCHED, patches, strict=True)]
            ),
            "plain": float(conv2d(torch.ones(1, 3, *weight.shape[2:]), weight).abs().max()),
            "sides": list(symmetric_window(_KERNEL, stride=_STRIDE).inputs(_WANTED)),
            "paddings": [
                each.before
                for each in windows_between(_SIDE, _WANTED, kernels=[_KERNEL], strides=[_STRIDE])
            ],
            "named": _layer_size(_SIDE, _KERNEL, _STRIDE, 0),
            "weights": f"{weight.numel() + _FILTERS:,}",
            "products": f"{weight.numel() * size**2:,}",
            "dense": f"{_FILTERS * size**2 * picture.numel():,}",
        },
        tables={"sizes": _sizes_table(controls)},
        figures={
            "slide": slide(small[0, 0], _SOBEL, slid),
            **three_channels(picture[0], weight[number], parts, controls.chosen),
            "filters": filters_figure(weight, f"All 96 filters, {_how(controls)}", columns=12),
            "maps": maps_figure(maps[0]),
            "matches": matches_figure([weight[n - 1] for n in _MATCHED], patches),
            "first": filters_figure(first, whose, columns=min(16, len(first))),
        },
    )


def channel_parts(
    images: Images, weight: Float[Tensor, "c k l"], *, stride: int, padding: int
) -> Float[Tensor, "c _ _"]:
    """What each part of one filter makes of its own channel of one image.

    Example:
        >>> channel_parts(torch.ones(1, 3, 4, 4), torch.ones(3, 2, 2), stride=2, padding=0)[0]
        tensor([[4., 4.],
                [4., 4.]])
    """
    channels = len(weight)
    return conv2d(images, weight[:, None], stride=stride, padding=padding, groups=channels)[0]


def _weights(controls: ConvolutionControls) -> Tensor:
    """96 filters, each of length 1."""
    if controls.filters == "hand-made":
        return colour_filters(controls.kernel)
    drawn = Randomness(seed=controls.seed).normal(_FILTERS, 3, controls.kernel, controls.kernel)
    lengths: Tensor = drawn.flatten(1).norm(dim=1)
    return drawn / lengths[:, None, None, None]


def _how(controls: ConvolutionControls) -> str:
    return "made by hand" if controls.filters == "hand-made" else "drawn at random"


def _first_filters(controls: ConvolutionControls) -> tuple[str, Tensor]:
    """What the gallery is called, and the filters in it.

    Raises:
        ConfigError: There is no such network, or none that looks at pictures by a convolution.
    """
    whose, networks = _networks(controls)
    for network in networks[:-1]:
        with suppress(ConfigError):
            return _titled(whose, first_layer(network))
    return _titled(whose, first_layer(networks[-1]))


def _titled(whose: str, layer: FirstLayer) -> tuple[str, Tensor]:
    count, channels, rows, columns = layer.weight.shape
    colours = "RGB" if channels == 3 else "grey pictures"
    named = f" ({layer.name})" if layer.name else ""
    return f"{whose}: {count} filters of {rows}x{columns} for {colours}{named}", layer.weight


def _networks(controls: ConvolutionControls) -> tuple[str, Sequence[nn.Module]]:
    if controls.run is not None:
        game, _ = load_game(Run.open(controls.run), device="cpu")
        return f"First layer of {controls.run}", [
            player.network for _, player in sorted(game.players.items())
        ]
    spec = controls.network
    if spec is None:
        return "First layer of the packaged discriminator of digits", [packaged_discriminator()]
    if not is_code(spec):
        return f"First layer of {spec}", [load_features(spec, cache=cache_folder()).body]
    network = _made(spec)
    if not isinstance(network, nn.Module):
        raise ConfigError(f"{spec} returned {type(network).__name__}; expected a torch.nn.Module.")
    return f"First layer of {spec}", [network]


def _made(spec: str) -> Any:
    """What a reader's factory makes: one without arguments, or of a discriminator."""
    code = read_code(spec)
    try:
        return code.call("a torch.nn.Module")
    except ConfigError as error:
        if not isinstance(error.__cause__, TypeError):
            raise
        # It asks for arguments, as factories for `zerosum train` do.
        return code.call("a torch.nn.Module", image_shape=_SHAPE, outputs=1)


def _padded(picture: Images, controls: ConvolutionControls) -> Tensor:
    return pad(picture[0], (controls.padding,) * 4)


def _patch(picture: Images, one_map: Tensor, controls: ConvolutionControls) -> Tensor:
    """The part of the picture that a filter answers to most."""
    row, column = divmod(int(one_map.argmax()), one_map.shape[1])
    return _below(_padded(picture, controls), row, column, controls)


def _below(padded: Tensor, row: int, column: int, controls: ConvolutionControls) -> Tensor:
    """The pixels below the filter at one place of its map."""
    top, left = row * controls.stride, column * controls.stride
    return padded[:, top : top + controls.kernel, left : left + controls.kernel]


def _again(
    picture: Images, weight: Tensor, maps: Tensor, controls: ConvolutionControls
) -> list[tuple[float, float]]:
    """Some numbers of the maps, and the same computed product by product."""
    padded, size = _padded(picture, controls), maps.shape[-1]
    random = np.random.default_rng(controls.seed)
    found = []
    for _ in range(_PLACES):
        filter_, row, column = (int(random.integers(n)) for n in (_FILTERS, size, size))
        pixels = _below(padded, row, column, controls).flatten().tolist()
        weights = weight[filter_].flatten().tolist()
        products = [w * x for w, x in zip(weights, pixels, strict=True)]
        found.append((float(maps[0, filter_, row, column]), sum(products)))
    return found


def _moved(picture: Images, weight: Tensor, controls: ConvolutionControls) -> float:
    """How far the map of a picture that is moved by one step is from the moved map."""
    stride = controls.stride
    of_moved = conv2d(picture[..., stride:, stride:], weight, stride=stride)
    moved = conv2d(picture, weight, stride=stride)[..., 1:, 1:]
    return float((of_moved - moved).abs().max()) if of_moved.shape == moved.shape else np.inf


def _layer_size(side: int, kernel: int, stride: int, padding: int) -> int:
    """The size that PyTorch's layer gives."""
    zeros = torch.zeros(1, 1, side, side), torch.zeros(1, 1, kernel, kernel)
    return conv2d(*zeros, stride=stride, padding=padding).shape[-1]


def _answer(controls: ConvolutionControls, size: int) -> str:
    return (
        f"{_FILTERS} filters of {controls.kernel}x{controls.kernel} in steps of {controls.stride}"
        f"{f' with {controls.padding} of padding' if controls.padding else ''} make {_FILTERS} "
        f"maps of {size}x{size} out of 3 channels of {controls.side}x{controls.side}: for every "
        "filter each channel gives a map, and the three are added up. AlexNet's numbers as its "
        "paper names them give 54x54; 55x55 needs a picture of 227, or padding of 2 or 3."
    )


def _sizes_table(controls: ConvolutionControls) -> Table:
    named: dict[str, tuple[int, int, int, int]] = {
        "as the paper names it": (_SIDE, _KERNEL, _STRIDE, 0),
        "a larger picture": (227, _KERNEL, _STRIDE, 0),
        "padding": (_SIDE, _KERNEL, _STRIDE, 2),
        "more padding": (_SIDE, _KERNEL, _STRIDE, 3),
        "here": (controls.side, controls.kernel, controls.stride, controls.padding),
    }
    return Table(
        title="The size of the maps, by the formula and by the layer",
        columns=("", "I", "F", "S", "P", "⌊(I + 2P − F)/S⌋ + 1", "the layer"),
        rows=[
            (
                name,
                *numbers,
                symmetric_window(numbers[1], stride=numbers[2], padding=numbers[3]).outputs(
                    numbers[0]
                ),
                _layer_size(*numbers),
            )
            for name, numbers in named.items()
        ],
    )


def _near(found: Any, expected: Any, scale: float = 1.0) -> bool:
    return bool(np.allclose(found, expected, rtol=1e-4, atol=1e-4 * scale))


@states(
    "Each number of a map is the sum of the products of the filter's weights and the pixels below "
    "it, over all three channels; the filter is not turned round."
)
def _a_sum_of_products(_: ConvolutionControls, results: Results) -> bool:
    found, products = zip(*results.numbers["again"], strict=True)
    return _near(found, products)


@states("The map of a filter is the sum of what its three parts make of red, green and blue.")
def _channels_are_added(_: ConvolutionControls, results: Results) -> bool:
    return _near(results.numbers["parts"].sum(dim=0), results.numbers["map"])


@states("A map has ⌊(I + 2P − F)/S⌋ + 1 rows and columns.")
def _size(controls: ConvolutionControls, results: Results) -> bool:
    free = controls.side + 2 * controls.padding - controls.kernel
    sizes = {results.numbers["size"], *results.numbers["map"].shape}
    return sizes == {free // controls.stride + 1}


@states(
    "A picture of 224, filters of 11 and steps of 4 give 54. Pictures of 227 to 230 give 55, and "
    "so does padding of 2 or 3, and no other."
)
def _alexnet(_: ConvolutionControls, results: Results) -> bool:
    sides = [n for n in range(220, 240) if _layer_size(n, _KERNEL, _STRIDE, 0) == _WANTED]
    paddings = [n for n in range(_KERNEL) if _layer_size(_SIDE, _KERNEL, _STRIDE, n) == _WANTED]
    found = [results.numbers[name] for name in ("named", "sides", "paddings")]
    return found == [54, sides, paddings] == [54, [227, 228, 229, 230], [2, 3]]


@states("If the picture moves by one step, its maps move by one place and stay what they were.")
def _moves_along(_: ConvolutionControls, results: Results) -> bool:
    return bool(results.numbers["moved"] < 1e-4)


@states("The patch shown beside a filter is the one to which it answers most.")
def _matches(_: ConvolutionControls, results: Results) -> bool:
    return _near(results.numbers["matched"], results.numbers["greatest"])


@states("The filters made by hand do not answer to a plain grey area; random ones do.")
def _plain(controls: ConvolutionControls, results: Results) -> bool:
    return bool((results.numbers["plain"] < 1e-4) == (controls.filters == "hand-made"))


@states(
    "In the small example, too, each number is the sum of nine products: brightness on the right "
    "minus brightness on the left, so a plain row gives 0."
)
def _sobel(_: ConvolutionControls, results: Results) -> bool:
    small = results.numbers["small"].numpy()
    difference = small[:, 2:] - small[:, :-2]
    expected = difference[:-2] + 2 * difference[1:-1] + difference[2:]
    return _near(results.numbers["slid"], expected)


LESSON = Lesson(
    controls=ConvolutionControls,
    compute=compute,
    claims=[
        _a_sum_of_products,
        _channels_are_added,
        _sobel,
        _size,
        _alexnet,
        _moves_along,
        _plain,
        _matches,
    ],
    held={"filters": ("hand-made", "random")},
)
