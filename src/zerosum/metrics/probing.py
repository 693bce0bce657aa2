"""A probe that tells two domains apart by their features.

An adversary that fails in training proves nothing, as it may be the weaker player (Elazar &
Goldberg 2018, https://arxiv.org/abs/1808.06640). So a new probe is trained on frozen features.
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
_VALIDATION = 5
"""Every fifth image of the training half is for early stopping."""


def probe_domains(
    source: Features, target: OtherFeatures, *, hidden: int = 100, seed: int = 0
) -> Estimate:
    """Compute the accuracy of a probe for the domain, on images not trained on; 0.5 is chance.

    It is trained on one half of the images, equally many of each domain, and tested on the
    other; features are standardised by the training half. Of 30 epochs of AdamW the one counts
    with the lowest cost on a fifth of that half, which is held out.

    Args:
        source: Features, shape (n, d).
        target: Features of the other domain, shape (m, d).
        hidden: Units of the probe's hidden layer; 0: a linear probe.
        seed: Seed of the halves and of the initial weights.

    Raises:
        DataError: There are too few images.

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
        training, testing = (
            torch.cat([each[half] for each in chosen])
            for half in (slice(count // 2), slice(count // 2, None))
        )
        mean, deviation = training.mean(dim=0), training.std(dim=0)
        # A feature that is constant in training has no information, and no scale.
        scale = torch.where(deviation > 0, 1 / deviation, torch.zeros_like(deviation))
        logits = _train((training - mean) * scale, (testing - mean) * scale, hidden)
    of_source = torch.tensor([True, False]).repeat_interleave(len(testing) // 2)
    return share((logits > 0) == of_source)


def a_distance(accuracy: Estimate) -> Estimate:
    """Compute the proxy A-distance 2 (1 − 2 ε), from a probe's share of errors ε: 0 to 2.

    Paper:
        Ben-David et al. 2006; Ganin et al. 2016, section 3.2, https://arxiv.org/abs/1505.07818

    Example:
        >>> a_distance(Estimate(value=0.75, error=0.01))
        Estimate(value=1.0, error=0.04)
    """
    return Estimate(value=4.0 * accuracy.value - 2.0, error=4.0 * accuracy.error)


def _train(training: Tensor, testing: Tensor, hidden: int) -> Tensor:
    """Train a probe, where the source comes first, and return its logits of ``testing``."""
    width = training.shape[1]
    below: list[nn.Module] = [nn.Linear(width, hidden), nn.ReLU()] if hidden else []
    last = nn.Linear(hidden or width, 1)
    nn.init.zeros_(last.weight)  # Logits of 0 at first, so that no time is spent on unlearning.
    nn.init.zeros_(last.bias)
    probe = nn.Sequential(*below, last, nn.Flatten(0))
    optimizer = torch.optim.AdamW(probe.parameters(), lr=_RATE, weight_decay=_DECAY)
    signs = torch.tensor([1.0, -1.0]).repeat_interleave(len(training) // 2)
    order = torch.randperm(len(training))
    held_out, used = order[::_VALIDATION], order[torch.arange(len(order)) % _VALIDATION > 0]
    best, logits = float("inf"), torch.zeros(len(testing))
    for _ in range(_EPOCHS):
        for rows in torch.split(used[torch.randperm(len(used))], _BATCH):
            optimizer.zero_grad()
            functional.softplus(-signs[rows] * probe(training[rows])).mean().backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        with torch.no_grad():
            cost = functional.softplus(-signs[held_out] * probe(training[held_out])).mean().item()
            if cost < best:
                best, logits = cost, probe(testing)
    return logits
