"""Ways between two points: along a sphere or straight on; and closed paths through several."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.types import Latents, PerSample, Points, Time

__all__ = ["angles", "lerp", "share_frames", "slerp"]

_PARALLEL = 1e-6


def angles(start: Latents, end: Latents) -> PerSample:
    """The angle between vectors, in radians from 0 to π.

    θ = 2 atan2(‖u − v‖, ‖u + v‖) for unit vectors u, v: exact for small angles too, where the
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

    Normal latents of many dimensions lie near the sphere of radius √d. A straight way between
    two of them leads through its inside, where the generator has learnt nothing; this one stays.
    Between vectors that point the same way, or opposite ways, no direction is the one to turn to,
    and the way is straight.

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
    """How many of the frames each leg of a path gets: as its share of the length, at least one.

    So the path is walked at one speed, up to the rounding to whole frames, and each leg still
    begins on a frame.

    Args:
        lengths: Of the legs.
        total: Of frames, at least as many as there are legs.

    Example:
        >>> share_frames(torch.tensor([1.0, 2.0, 1.0]), 40)
        [10, 20, 10]
        >>> share_frames(torch.tensor([1.0, 0.0]), 10)
        [9, 1]
    """
    legs = len(lengths)
    assert total >= legs
    shares = lengths.double() + 1e-12  # A path that stays where it is has legs of one length.
    ends = (shares.cumsum(0) / shares.sum() * total).round().long().tolist()
    marks = [0]
    for leg, end in enumerate(ends):
        marks.append(min(max(end, marks[-1] + 1), total - (legs - 1 - leg)))
    return [end - start for start, end in pairwise(marks)]


def _unit(vectors: Latents) -> Latents:
    directions: Latents = vectors / vectors.norm(dim=1, keepdim=True).clamp_min(1e-30)
    return directions
