"""A generator as one page that needs nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.files import writing
from zerosum.latent.base import LatentSpace
from zerosum.latent.directions import METHODS, Directions, find_directions
from zerosum.latent.spaces import StyleSpace
from zerosum.player.graph import Constants, Graph
from zerosum.player.page import page_of
from zerosum.player.tracing import graph_of
from zerosum.types import Images

__all__ = ["Named", "found_directions", "save_player"]

MOST_NUMBERS = 75_000_000
"""Numbers in a page: as text they are 400 MB, which browsers still open."""

_DIRECTIONS = 6
_WORDS = {"pca": "PCA", "sefa": "SeFa"}


@dataclass(frozen=True, kw_only=True)
class Named:
    """A direction with a slider of its own.

    Attributes:
        name: What stands beside the slider.
        method: How it was found; those of one method stand together.
        step: A unit step of the latent space.
    """

    name: str
    method: str
    step: Tensor


class _Mapping(nn.Module):
    """The first step of a generator with styles."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, latents: Tensor) -> Tensor:
        styles: Tensor = self.network.mapping(latents)
        return styles


class _Synthesis(_Mapping):
    """The second one."""

    def forward(self, styles: Tensor) -> Images:
        images: Images = self.network.synthesis(styles)
        return images


def found_directions(space: LatentSpace, count: int = _DIRECTIONS) -> Sequence[Named]:
    """The first directions of each method that fits the generator.

    Args:
        space: The generator's latent space.
        count: Directions of each method.
    """
    return [
        Named(name=f"{method} {number}", method=method, step=step)
        for method, steps in _by_method(space, count)
        for number, step in enumerate(steps, start=1)
    ]


def _by_method(space: LatentSpace, count: int) -> Iterator[tuple[str, Directions]]:
    for method in METHODS:
        try:
            yield _WORDS.get(method, method), find_directions(space, method, count)
        except ConfigError:  # It needs a first layer that takes z, and styles have none.
            continue


def save_player(
    space: LatentSpace,
    path: Path,
    *,
    name: str,
    classes: Sequence[str] = (),
    named: Sequence[Named] = (),
    facts: Mapping[str, str],
    about: Mapping[str, str],
) -> None:
    """Write a page that draws a generator's pictures by itself: sliders, seeds, walks.

    Args:
        space: The generator's latent space.
        path: A file that ends in ``.html``; it appears when it is whole.
        name: What the generator is called.
        classes: The names of its classes, where it is conditional.
        named: Directions with sliders of their own, before those of `found_directions`.
        facts: What each picture that is saved from the page says of itself.
        about: What the page says of the generator, by name.

    Raises:
        ConfigError: The generator computes what a page cannot, or is too large for one.
        FileError: The file cannot be written.
    """
    pool = Constants()
    graphs = _graphs(space, pool)
    if pool.size > MOST_NUMBERS:
        raise ConfigError(
            f"this generator has {pool.size:,} numbers, and a page may have {MOST_NUMBERS:,} that "
            "browsers still open it; choose a file that ends in .onnx or .pt2."
        )
    directions = [*named, *found_directions(space)]
    model = {
        "name": name,
        "shape": space.image_shape,
        "space": _space(space, classes, pool),
        "truncation": _truncation(space),
        "deviation": space.deviation.item(),
        "directions": [
            {"name": each.name, "method": each.method, **_part(each.step, pool)}
            for each in directions
        ],
        **{key: graph.to_json() for key, graph in graphs.items()},
        "facts": dict(facts),
        "about": list(about.items()),
    }
    _, height, width = space.image_shape
    page = page_of(
        model,
        pool.to_bytes(),
        title=name,
        summary=f"A neural network that makes pictures of {height}x{width} pixels, here in "
        "this page: nothing is loaded, and nothing is sent.",
    )
    with writing(path) as temporary:
        temporary.write_text(page, encoding="utf-8")


def _graphs(space: LatentSpace, pool: Constants) -> Mapping[str, Graph]:
    latents = space.latents([0], seed=0)
    if not isinstance(space, StyleSpace):
        return {"synthesis": graph_of(space.network, latents, pool)}
    return {
        "mapping": graph_of(_Mapping(space.network), latents, pool),
        "synthesis": graph_of(_Synthesis(space.network), space.points(latents), pool),
    }


def _space(space: LatentSpace, classes: Sequence[str], pool: Constants) -> dict[str, Any]:
    styled = isinstance(space, StyleSpace)
    centre = space.centre
    return {
        "kind": "styles" if styled else space.game.latent,
        "latents": space.game.latent,
        "size": space.game.latent_size,
        "classes": list(classes),
        "layers": len(centre) if styled else 0,
        "centre": _part(centre[0] if styled else centre, pool),
    }


def _truncation(space: LatentSpace) -> float | None:
    """What pictures have that nobody asked to truncate: of styles that in the settings."""
    if not isinstance(space, StyleSpace):
        return None
    return float(getattr(space.network, "truncation", 1.0))


def _part(numbers: Tensor, pool: Constants) -> dict[str, int]:
    numbers = numbers.detach().cpu().to(torch.float32)
    return {"at": pool.place(numbers), "size": numbers.numel()}
