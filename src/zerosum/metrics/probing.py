"""Whether two domains can be told apart by their features: a fresh probe, not the old adversary.

That the adversary of a training is at its wits' end proves nothing, for it may be the weaker
player (Elazar & Goldberg 2018, https://arxiv.org/abs/1808.06640). The probe is trained anew on
frozen features.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.errors import DataError
from zerosum.metrics.estimate import Estimate
from zerosum.metrics.shares import share
from zerosum.types import Features, OtherFeatures

__all__ = ["a_distance", "probe_domains"]

_EPOCHS = 30
_BATCH = 64
_RATE = 5e-3
_DECAY = 1e-2
_VALIDATION = 5  # every fifth picture to learn from says when to stop


def probe_domains(
    source: Features, target: OtherFeatures, *, hidden: int = 100, seed: int = 0
) -> Estimate:
    """How often a probe tells the domain of pictures that it has not learnt from: 0.5 is chance.

    It learns from one half of the pictures, equally many of each domain, and is tested on the
    other; features are standardised by the half that is learnt from. Of 30 epochs of AdamW that
    one counts whose cost on a fifth of that half, kept out, is lowest.

    Args:
        source: Features, shape (n, d).
        target: Of the other domain, shape (m, d).
        hidden: Units of the probe's hidden layer; 0: a linear probe.
        seed: From which the halves and the first weights follow.

    Raises:
        DataError: There are too few pictures.

    Example:
        >>> random = torch.Generator().manual_seed(0)
        >>> here, there = (torch.randn(400, 5, generator=random) for _ in range(2))
        >>> abs(probe_domains(here, there).value - 0.5) < 0.15
        True
        >>> probe_domains(here, there + 5.0).value > 0.99
        True
    """
    count = min(len(source), len(target))
    if count < 2 * _VALIDATION:
        raise DataError(
            f"expected at least {2 * _VALIDATION} pictures of each domain, for a probe to learn "
            f"from, to stop by and to be tested on; got {count}. Take more: --count."
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        chosen = [each[torch.randperm(len(each))[:count]].float() for each in (source, target)]
        learnt, tested = (
            torch.cat([each[half] for each in chosen])
            for half in (slice(count // 2), slice(count // 2, None))
        )
        mean, deviation = learnt.mean(dim=0), learnt.std(dim=0)
        # What is constant among those that are learnt from teaches nothing.
        scale = torch.where(deviation > 0, 1 / deviation, torch.zeros_like(deviation))
        logits = _learn((learnt - mean) * scale, (tested - mean) * scale, hidden)
    of_source = torch.tensor([True, False]).repeat_interleave(len(tested) // 2)
    return share((logits > 0) == of_source)


def a_distance(accuracy: Estimate) -> Estimate:
    """The proxy A-distance 2 (1 − 2 ε), ε being a probe's share of errors: 0 to 2.

    Paper:
        Ben-David et al. 2006; Ganin et al. 2016, section 3.2, https://arxiv.org/abs/1505.07818

    Example:
        >>> a_distance(Estimate(value=0.75, error=0.01))
        Estimate(value=1.0, error=0.04)
    """
    return Estimate(value=4.0 * accuracy.value - 2.0, error=4.0 * accuracy.error)


def _learn(learnt: Tensor, tested: Tensor, hidden: int) -> Tensor:
    """Train a probe on ``learnt``, the source first, and return its logits of ``tested``."""
    width = learnt.shape[1]
    below: list[nn.Module] = [nn.Linear(width, hidden), nn.ReLU()] if hidden else []
    last = nn.Linear(hidden or width, 1)
    nn.init.zeros_(last.weight)  # Undecided at first, so that no time is spent on unlearning.
    nn.init.zeros_(last.bias)
    probe = nn.Sequential(*below, last, nn.Flatten(0))
    optimizer = torch.optim.AdamW(probe.parameters(), lr=_RATE, weight_decay=_DECAY)
    signs = torch.tensor([1.0, -1.0]).repeat_interleave(len(learnt) // 2)
    order = torch.randperm(len(learnt))
    kept, shown = order[::_VALIDATION], order[torch.arange(len(order)) % _VALIDATION > 0]
    best, found = float("inf"), torch.zeros(len(tested))
    for _ in range(_EPOCHS):
        for rows in torch.split(shown[torch.randperm(len(shown))], _BATCH):
            optimizer.zero_grad()
            functional.softplus(-signs[rows] * probe(learnt[rows])).mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        with torch.no_grad():
            cost = functional.softplus(-signs[kept] * probe(learnt[kept])).mean().item()
            if cost < best:
                best, found = cost, probe(tested)
    return found
