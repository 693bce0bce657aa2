"""What batch normalisation does: to a bias, a picture, deep networks; and what it keeps."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from zerosum.lessons.batchnorm_controls import BatchnormControls
from zerosum.lessons.batchnorm_depth import SCALES, passage
from zerosum.lessons.packaged import open_picture
from zerosum.networks.two_layers import numerical_gradient
from zerosum.nn.batchnorm_by_hand import (
    BatchNormGradients,
    BatchNormSteps,
    RunningStatistics,
    backward_by_steps,
    backward_in_one,
    maps_of_rows,
    normalise_batch,
    rows_of_maps,
)
from zerosum.randomness import Randomness, derive_seed
from zerosum.types import Images

__all__ = [
    "DrawnBatch",
    "bias_effect",
    "depth_effect",
    "running_statistics",
    "tiles_of_picture",
    "time_ratio",
]

_TIMED = (100, 500)
"""Rows and columns of the batch whose backward passes are timed: those of CS231n."""


@dataclass(frozen=True, kw_only=True)
class DrawnBatch:
    """x, γ, β and ∂l/∂y."""

    rows: Tensor
    gamma: Tensor
    beta: Tensor
    upstream: Tensor


def running_statistics(controls: BatchnormControls) -> dict[str, Any]:
    """Running statistics after each batch, ours and PyTorch's."""
    random = Randomness(seed=derive_seed(controls.seed, "running"))
    layer = nn.BatchNorm1d(controls.columns, eps=controls.epsilon, momentum=controls.momentum)
    layer = layer.double()
    gamma, beta = torch.ones(2, controls.columns, dtype=torch.float64)
    ours, histories = RunningStatistics.start(controls.columns), []
    apart = 0.0
    for _ in range(controls.batches):
        rows = 5 * random.normal(controls.rows, controls.columns).double() + 12
        layer(rows)
        steps = normalise_batch(rows, gamma, beta, epsilon=controls.epsilon)
        ours = ours.updated(steps, momentum=controls.momentum)
        histories.append((steps, ours))
        theirs = layer.running_mean, layer.running_var
        pairs = zip((ours.mean, ours.variance), theirs, strict=True)
        apart = max(apart, *(float((a - b).abs().max()) for a, b in pairs if b is not None))
    weights = controls.momentum * (1 - controls.momentum) ** np.arange(controls.batches)[::-1]
    factor = controls.rows / (controls.rows - 1)
    single = 5 * random.normal(1, controls.columns).double() + 12
    mine = ours.normalise(single, gamma, gamma * 0, epsilon=controls.epsilon)
    return {
        "apart": apart,
        "single": float((mine - layer.eval()(single).detach()).abs().max()),
        "batch_means": np.array([float(steps.mean[0]) for steps, _ in histories]),
        "means": np.array([float(each.mean[0]) for _, each in histories]),
        "batch_variances": np.array([float(steps.variance[0]) for steps, _ in histories]),
        "variances": np.array([float(each.variance[0]) for _, each in histories]),
        "left": float((1 - controls.momentum) ** controls.batches),
        "mean_by_weights": float(weights @ [float(s.mean[0]) for s, _ in histories]),
        "variance_by_weights": float(
            weights @ [factor * float(s.variance[0]) for s, _ in histories]
        ),
    }


def bias_effect(batch: DrawnBatch, controls: BatchnormControls) -> dict[str, float]:
    """What a bias before the normalisation changes, in training and in evaluation mode."""

    def output(bias: Tensor) -> BatchNormSteps:
        rows = batch.rows + bias
        return normalise_batch(rows, batch.gamma, batch.beta, epsilon=controls.epsilon)

    none = torch.zeros_like(batch.beta)
    plain, biased = output(none), output(none + controls.bias)
    back = backward_by_steps(biased, batch.gamma, batch.upstream)
    tried = numerical_gradient(
        lambda it: (output(it).output * batch.upstream).sum(), none + controls.bias, step=1e-3
    )
    kept = RunningStatistics(mean=plain.mean, variance=plain.variance)
    before, after = (
        kept.normalise(rows, batch.gamma, batch.beta, epsilon=controls.epsilon)
        for rows in (batch.rows, batch.rows + controls.bias)
    )
    return {
        "change": float((biased.output - plain.output).abs().max()),
        "mean_moves": float((biased.mean - plain.mean).mean()),
        "gradient": float(back.rows.sum(dim=0).abs().max()),
        "tried": float(tried.abs().max()),
        "standing": float((after - before)[0, 0]),
        "standing_by_formula": float(controls.bias * batch.gamma[0] * plain.inverse[0]),
    }


def tiles_of_picture(controls: BatchnormControls) -> dict[str, Any]:
    """Four quarters of a picture, normalised together and each alone, per channel."""
    whole = open_picture(controls.picture, size=(128, 128)).double()
    tiles = torch.cat([half for rows in whole.chunk(2, dim=2) for half in rows.chunk(2, dim=3)])
    together, theirs = _normal(tiles), nn.BatchNorm2d(3).double()(tiles).detach()
    alone = torch.cat([_normal(tile) for tile in torch.split(tiles, 1)])
    return {
        "images": {"tiles": tiles, "together": together, "alone": alone},
        "numbers": {
            "apart": float((together - theirs).abs().max()),
            "means": together.mean(dim=(0, 2, 3)),
            "tile_means": together.mean(dim=(2, 3)),
            "alone_means": alone.mean(dim=(2, 3)),
            "given": float(tiles.mean(dim=(2, 3)).std(dim=0).max()),
            "spread": float(together.mean(dim=(2, 3)).std(dim=0).max()),
        },
    }


def _normal(maps: Images) -> Images:
    one = maps.new_ones(maps.shape[1])
    return maps_of_rows(normalise_batch(rows_of_maps(maps), one, 0 * one).output, maps)


def depth_effect(controls: BatchnormControls) -> dict[str, dict[str, Any]]:
    """Activations and gradients behind many layers, by scale of the weights and by ε."""
    kinds = {"none": None, "epsilon": controls.epsilon, "exact": 1e-40}
    found = {}
    for name, epsilon in kinds.items():
        passed = [
            passage(layers=controls.layers, scale=scale, epsilon=epsilon, seed=controls.seed)
            for scale in SCALES
        ]
        found[name] = {
            what: np.array([getattr(each, what) for each in passed])
            for what in ("spread", "pull", "turned")
        }
    return found


def time_ratio() -> float:
    """How many times as long the nine steps take as the closed form."""
    random = torch.Generator().manual_seed(0)
    x, upstream = torch.randn(2, *_TIMED, generator=random, dtype=torch.float64)
    gamma, beta = torch.ones(2, _TIMED[1], dtype=torch.float64)
    steps = normalise_batch(x, gamma, beta)

    def best(way: Callable[..., BatchNormGradients]) -> float:
        times = []
        for _ in range(300):
            begun = time.perf_counter()
            way(steps, gamma, upstream)
            times.append(time.perf_counter() - begun)
        return float(np.median(times))

    return best(backward_by_steps) / best(backward_in_one)
