"""Interpolation between two points, spherical or linear, and frames of paths through several."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.types import Latents, PerSample, Points, Time

__all__ = ["angles", "lerp", "share_frames", "slerp"]

_PARALLEL = 1e-6


def angles(start: Latents, end: Latents) -> PerSample:
    """Compute the angle between vectors, in radians from 0 to π.

    θ = 2 atan2(‖u − v‖, ‖u + v‖) for unit vectors u, v: accurate for small angles, too, where the
    arc cosine is not.

    Args:
        start: Vectors (n, d).
        end: As many.

    Example:
        >>> angles(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]]))
        tensor([1.5708])
    """
    u, v = _unit(start.double()), _unit(end.double())
    theta = 2 * torch.atan2((u - v).norm(dim=1), (u + v).norm(dim=1))
    return theta.to(start.dtype)


def slerp(start: Latents, end: Latents, time: Time) -> Latents:
    """Spherical interpolation: the direction turns evenly, the length changes evenly.

    With unit vectors u, v, the angle θ between them, and t from 0 to 1,

        (sin((1 − t) θ) u + sin(t θ) v) / sin θ · ((1 − t) ‖start‖ + t ‖end‖).

    Normal latents of many dimensions lie near the sphere of radius √d. A straight path between two
    of them passes through its inside, where the generator was not trained; this one stays near the
    sphere. Between parallel or antiparallel vectors no great circle is distinguished, and the path
    is straight.

    Args:
        start: Vectors (n, d), where t = 0.
        end: As many, where t = 1.
        time: t.

    Paper:
        Shoemake 1985, section 3.3, https://doi.org/10.1145/325334.325242, for unit quaternions;
        White 2016, section 2.1, https://arxiv.org/abs/1609.04468, for latents.

    Example:
        >>> east, north = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
        >>> slerp(east, north, 0.5)
        tensor([[0.7071, 0.7071]])
    """
    a, b = start.double(), end.double()
    theta = angles(a, b)[:, None]
    turned = torch.sin((1 - time) * theta) * _unit(a) + torch.sin(time * theta) * _unit(b)
    length = (1 - time) * a.norm(dim=1, keepdim=True) + time * b.norm(dim=1, keepdim=True)
    sine = torch.sin(theta)
    # Divided by at least the threshold, so that the branch not taken has no infinity either.
    curved = turned / sine.clamp_min(_PARALLEL) * length
    return torch.where(sine > _PARALLEL, curved, lerp(a, b, time)).to(start.dtype)


def lerp(start: Points, end: Points, time: Time) -> Points:
    """Linear interpolation: (1 − t) start + t end.

    Example:
        >>> lerp(torch.zeros(1, 2), torch.ones(1, 2), 0.25)
        tensor([[0.2500, 0.2500]])
    """
    return (1 - time) * start + time * end


def share_frames(lengths: Float[Tensor, " legs"], total: int) -> list[int]:
    """Distribute frames over the legs of a path in proportion to their lengths, at least one each.

    So the speed is constant up to whole frames, and each leg begins on a frame.

    Args:
        lengths: Lengths of the legs.
        total: Number of frames, at least that of legs.

    Example:
        >>> share_frames(torch.tensor([1.0, 2.0, 1.0]), 40)
        [10, 20, 10]
        >>> share_frames(torch.tensor([1.0, 0.0]), 10)
        [9, 1]
    """
    legs = len(lengths)
    assert total >= legs
    shares = lengths.double() + 1e-12  # Legs of length 0 have equal shares.
    ends = (shares.cumsum(0) / shares.sum() * total).round().long().tolist()
    # Ends are rounded, not shares, so that errors do not add up; each leg keeps a frame.
    marks = [0]
    for leg, end in enumerate(ends):
        marks.append(min(max(end, marks[-1] + 1), total - (legs - 1 - leg)))
    return [end - start for start, end in pairwise(marks)]


def _unit(vectors: Latents) -> Latents:
    directions: Latents = vectors / vectors.norm(dim=1, keepdim=True).clamp_min(1e-30)
    return directions
