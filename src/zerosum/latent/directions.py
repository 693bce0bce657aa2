"""Directions of a latent space along which images change in one respect, without labels."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from zerosum.errors import ConfigError
from zerosum.games.base import evaluating
from zerosum.latent.spaces import LatentSpace, StyleSpace
from zerosum.registry import Table
from zerosum.types import Points

__all__ = [
    "METHODS",
    "Directions",
    "difference_of_means",
    "find_directions",
    "pca",
    "random_direction",
    "sefa",
]

Directions = Float[Tensor, "k ..."]
"""Unit steps, (k, d) for z and (k, 1, d) for styles; the most important first."""

_SAMPLES = 1000
_AT_ONCE = 100


def pca(space: LatentSpace, count: int, *, seed: int = 0) -> Directions:
    """Compute the principal components of random points or activations (GANSpace).

    In the space of styles these are the principal components of random w. For a plain generator
    they are those of its early activations y, here of what the first non-linear layer gives, taken
    back to z by least squares: with x_j the coordinates of sample j in the components,

        U = argmin Σ_j ‖U x_j − z_j‖²,

    whose columns are the directions. (The first layer alone is linear, and its components would be
    those of `sefa`.)

    Args:
        space: The generator's latent space.
        count: Number of directions.
        seed: Seed of the 1,000 samples.

    Paper:
        Härkönen et al. 2020, section 2, https://arxiv.org/abs/2004.02546
    """
    points = space.points(space.latents(range(_SAMPLES), seed=seed))
    if isinstance(space, StyleSpace):
        components = _components(points.flatten(0, -2), count)
    else:
        coordinates = _coordinates(_activations(space, points), count)
        components = torch.linalg.lstsq(coordinates, points - points.mean(dim=0)).solution
    return _unit_steps(components, space)


def sefa(space: LatentSpace, count: int, *, seed: int = 0) -> Directions:
    """Compute the eigenvectors of AᵀA, with A the weights of the first layer (SeFa).

    In a conditional generator A are the weights of z alone.

    Args:
        space: The space of a plain generator, whose first layer takes z.
        count: Number of directions.
        seed: Not used: the result is not random.

    Raises:
        ConfigError: The generator is style-based: its styles go to every layer.

    Paper:
        Shen & Zhou 2021, section 3.2, https://arxiv.org/abs/2007.06600
    """
    if isinstance(space, StyleSpace):
        raise ConfigError(
            "sefa is for generators whose first layer takes z; this one is style-based: use pca."
        )
    drawn = _first_weight(space)[:, : space.game.latent_size]
    _, _, right = torch.linalg.svd(drawn, full_matrices=False)
    classes = space.game.input_size - space.game.latent_size
    return _unit_steps(functional.pad(right[:count], (0, classes)), space)


def difference_of_means(some: Points, others: Float[Tensor, "m ..."]) -> Directions:
    """Compute the direction between the means of two sets of points, for instance of two labels.

    Args:
        some: Points (n, ...) whose images have one label.
        others: Points (m, ...) whose images have the other.

    Example:
        >>> difference_of_means(torch.zeros(3, 2), torch.tensor([[0.0, 4.0], [0.0, 6.0]]))
        tensor([[0., 1.]])
    """
    way = others.mean(dim=0, keepdim=True) - some.mean(dim=0, keepdim=True)
    step: Directions = way / way.norm().clamp_min(1e-30)
    return step


def random_direction(space: LatentSpace, *, seed: int) -> Directions:
    """Compute the direction from the centre towards a random point.

    In a conditional game whose points hold the class it stays.

    Args:
        space: The generator's latent space.
        seed: Of the point.
    """
    way = space.points(space.latents([0], seed=seed)) - space.centre
    if space.game.conditional_on is not None and not isinstance(space, StyleSpace):
        way[:, space.game.latent_size :] = 0
    step = space.as_steps(way)
    direction: Directions = step / step.norm()
    return direction


METHODS: Table[Callable[..., Directions]] = Table("method", {"pca": pca, "sefa": sefa})
"""The methods by name."""


def find_directions(space: LatentSpace, method: str, count: int, *, seed: int = 0) -> Directions:
    """Compute directions by a method, up to the number of dimensions.

    Raises:
        ConfigError: There is no such method, it does not fit the generator, or the count is less
            than 1.
    """
    find = METHODS[method]
    if count < 1:
        raise ConfigError(f"expected at least one direction, got {count}.")
    return find(space, min(count, space.step_shape[-1]), seed=seed)


def _components(rows: Tensor, count: int) -> Tensor:
    """Compute the principal components of rows, the greatest first."""
    _, vectors = torch.linalg.eigh(torch.cov(rows.T))
    components: Tensor = vectors.T.flip(0)[:count]
    return components


def _coordinates(rows: Tensor, count: int) -> Tensor:
    """Compute the coordinates of rows in their principal components."""
    # From the matrix of inner products (n, n): rows are much longer than there are rows, and their
    # covariance would be a far greater matrix with the same eigenvalues.
    centred = rows - rows.mean(dim=0)
    values, vectors = torch.linalg.eigh(centred @ centred.T)
    coordinates: Tensor = vectors * values.clamp_min(0.0).sqrt()
    return coordinates.flip(1)[:, :count]


def _activations(space: LatentSpace, points: Points) -> Float[Tensor, "n _"]:
    """Compute the output of the first non-linear layer."""
    layer = next(
        (each for each in space.network.modules() if isinstance(each, nn.ReLU | nn.LeakyReLU)),
        space.network,
    )
    outputs: list[Tensor] = []
    # Cloned: the next layer may work in place.
    hook = layer.register_forward_hook(lambda _, __, out: outputs.append(out.flatten(1).clone()))
    try:
        for some in torch.split(points, _AT_ONCE):
            space.draw(some)
            outputs[-1] = outputs[-1][-len(some) :]  # A reference batch may precede them.
    finally:
        hook.remove()
    return torch.cat(outputs)


def _first_weight(space: LatentSpace) -> Float[Tensor, "_ d"]:
    """Return A, the weights of the layer with the input z."""
    called: list[nn.Module] = []
    kinds = (nn.Linear, nn.ConvTranspose2d)
    layers = [each for each in space.network.modules() if isinstance(each, kinds)]
    # The first in the order of calls, which need not be the first in the list of modules.
    hooks = [each.register_forward_hook(lambda it, _, __: called.append(it)) for each in layers]
    try:
        with evaluating(space.network):
            space.render(space.centre[None])
    finally:
        for hook in hooks:
            hook.remove()
    if not called:
        raise ConfigError(
            "sefa is for generators whose first layer takes z, a linear one or a transposed "
            "convolution; this one has none: use pca."
        )
    weight = called[0].get_parameter("weight").detach()
    return weight if isinstance(called[0], nn.Linear) else weight.flatten(1).T


def _unit_steps(components: Tensor, space: LatentSpace) -> Directions:
    """Normalise to length 1, with a positive greatest coordinate: signs are arbitrary."""
    directions = components / components.norm(dim=1, keepdim=True)
    greatest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
    steps: Directions = (directions * greatest.sign()).view(-1, *space.step_shape)
    return steps
