"""One real training: a generator that has seen digits must draw pictures like digits.

The measure is the Fréchet distance between Gaussians fitted to real and generated pictures, in
the 24 directions in which real digits vary most; between two halves of the real digits it is
below 0.1 (sampling error), and a generator that draws the mean digit only, or noise, is far off.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import zerosum

Array = NDArray[np.float64]
DIRECTIONS = 24


def frechet(a: Array, b: Array) -> float:
    """‖μ_a − μ_b‖² + tr(A + B − 2 (A^½ B A^½)^½) for samples of shape (n, d)."""
    mean = np.square(a.mean(0) - b.mean(0)).sum()
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(cov_a)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ cov_b @ root).clip(0)).sum()
    return float(mean + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


class Directions:
    """The principal directions of the embedded digits."""

    def __init__(self) -> None:
        source = zerosum.open_source("digits")
        pixels = np.stack([np.asarray(source.read(index)) for index in range(len(source))])
        self.real = pixels.reshape(len(pixels), -1) / 127.5 - 1.0
        self.mean = self.real.mean(0)
        self.basis = np.linalg.svd(self.real - self.mean, full_matrices=False)[2][:DIRECTIONS].T

    def distance(self, images: Array) -> float:
        return frechet((self.real - self.mean) @ self.basis, (images - self.mean) @ self.basis)


@pytest.fixture(scope="module")
def directions() -> Directions:
    return Directions()


def test_the_measure_can_tell(directions: Directions) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, (2000, 784))
    mean = np.repeat(directions.mean[None], 2000, axis=0)
    assert directions.distance(directions.real[::2]) < 1.0
    assert directions.distance(noise) > 50
    assert directions.distance(mean) > 50


def test_it_learns(directions: Directions, tmp_path: Path) -> None:
    model = zerosum.train(
        "dcgan-digits",
        kind=zerosum.Generator,
        images=15_000,
        device="cpu",
        fields={"game.generator.base_channels": 16, "game.discriminator.base_channels": 16},
        out=tmp_path / "run",
        quiet=True,
    )
    drawn = model.sample(1000, seed=0).flatten(1).double().numpy()
    distance = directions.distance(drawn)
    assert distance < 20
