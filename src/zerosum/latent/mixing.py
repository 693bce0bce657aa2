"""Style mixing: coarse layers with the style of one image, fine ones with another's."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.errors import ConfigError
from zerosum.latent.base import LatentSpace
from zerosum.latent.spaces import StyleSpace
from zerosum.latent.tables import pairs
from zerosum.media.images import tile
from zerosum.types import Images, Points

__all__ = ["Mixtures", "draw_mixtures", "mix_all", "mix_styles"]

_AT_ONCE = 64

Styles = Float[Tensor, "n layers s"]
"""w for each image and layer."""
Others = Float[Tensor, "m layers s"]
"""Those of m others."""
Pairs = Float[Tensor, "pairs layers s"]
"""Those of each pair, in rows."""


@dataclass(frozen=True, kw_only=True)
class Mixtures:
    """A table of style mixtures, with their sources; all on the CPU.

    Attributes:
        coarse: The images with the styles of coarse layers, one for each row, (rows, c, h, w).
        fine: Those with the styles of fine layers, one for each column, (columns, c, h, w).
        mixtures: The mixtures, shape (rows, columns, c, h, w).
        from_layer: The first layer that is fine, from 0.
    """

    coarse: Images
    fine: Float[Tensor, "columns c h w"]
    mixtures: Float[Tensor, "rows columns c h w"]
    from_layer: int

    def sheet(self) -> Float[Tensor, "1 c _ _"]:
        """Tile one image: coarse sources on the left, fine ones on top, a white corner."""
        corner = torch.ones_like(self.fine[:1])
        rows = torch.cat([self.coarse[:, None], self.mixtures], dim=1)
        return tile(torch.cat([corner, self.fine, *rows]), columns=len(self.fine) + 1)


def draw_mixtures(
    space: LatentSpace,
    coarse: Sequence[int],
    fine: Sequence[int],
    *,
    from_layer: int | None = None,
    truncation: float | None = None,
) -> Mixtures:
    """Mix the first image of each of some seeds with that of each of others.

    In a conditional game the sources in a row, and those in a column, are of the space's classes
    in turn.

    Args:
        space: The space of a generator with styles.
        coarse: Seeds of the styles of coarse layers: pose, shape, object.
        fine: Seeds of the styles of fine layers: stroke, texture, colours.
        from_layer: The first layer of the fine ones, from 1; None: the upper half of the layers.
        truncation: The truncation, as for samples.

    Raises:
        ConfigError: The generator has no styles, or a seed, the layer or the truncation is out of
            range.

    Paper:
        Karras et al. 2019, section 3.1 and figure 3, https://arxiv.org/abs/1812.04948
    """
    if not isinstance(space, StyleSpace):
        raise ConfigError(
            "mixing needs a generator whose layers have styles, and this one draws from z in one "
            "go; train a recipe that has them: stylegan2-digits, stylegan2-faces32. To go from "
            "picture to picture with this one: zerosum walk."
        )
    _check_seeds(coarse, fine)
    space.check_truncation(truncation)
    rows, columns = (_points(space, seeds, truncation) for seeds in (coarse, fine))
    start = rows.shape[1] // 2 if from_layer is None else from_layer
    grid = mix_all(rows, columns, start)
    drawn = torch.cat([space.draw(part).cpu() for part in torch.split(grid, _AT_ONCE)])
    return Mixtures(
        coarse=space.draw(rows).cpu(),
        fine=space.draw(columns).cpu(),
        mixtures=drawn.view(len(rows), len(columns), *drawn.shape[1:]),
        from_layer=start,
    )


def mix_styles(coarse: Styles, fine: Styles, from_layer: int) -> Styles:
    """Take the coarse styles below a layer, the fine ones from there on.

    Example:
        >>> mix_styles(torch.zeros(1, 4, 1), torch.ones(1, 4, 1), 3).flatten()
        tensor([0., 0., 0., 1.])
    """
    return torch.cat([coarse[:, :from_layer], fine[:, from_layer:]], dim=1)


def mix_all(coarse: Styles, fine: Others, from_layer: int) -> Pairs:
    """Mix each of some styles with each of others.

    Args:
        coarse: n styles, taken below the layer.
        fine: m styles, taken from there on.
        from_layer: The first layer that is fine, from 1.

    Returns:
        n m styles, those with the first coarse one first, as in the table.

    Raises:
        ConfigError: There is no such layer.

    Example:
        >>> mix_all(torch.zeros(1, 4, 1), torch.ones(2, 4, 1), 3)[..., 0]
        tensor([[0., 0., 0., 1.],
                [0., 0., 0., 1.]])
    """
    layers = coarse.shape[1]
    if not 1 <= from_layer < layers:
        raise ConfigError(
            f"expected a layer from 1 to {layers - 1} for the fine styles to begin at, got "
            f"{from_layer}: this generator has {layers} layers, numbered from 0."
        )
    return mix_styles(*pairs(coarse, fine), from_layer)


def _points(space: StyleSpace, seeds: Sequence[int], truncation: float | None) -> Points:
    """Compute the first point of each seed."""
    points = torch.cat(
        [
            space.points(space.at_stop(number).latents([0], seed=seed))
            for number, seed in enumerate(seeds)
        ]
    )
    return points if truncation is None else space.truncate(points, truncation)


def _check_seeds(coarse: Sequence[int], fine: Sequence[int]) -> None:
    if not coarse or not fine or min(*coarse, *fine) < 0:
        raise ConfigError(
            "expected at least one coarse and one fine seed, none of them negative, got coarse "
            f"{list(coarse)} and fine {list(fine)}; for instance --coarse 1,2,3 --fine 4,5,6."
        )
