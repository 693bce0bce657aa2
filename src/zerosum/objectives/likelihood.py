"""Distributions of a number that takes one of L levels.

Level k of 0 ... L − 1 is the number k / (L − 1), from 0 (black) to 1 (white).
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

__all__ = ["Bernoulli", "LevelDistribution", "LogisticMixture", "level_distribution"]

Numbers = Float[Tensor, "n d"]
"""d numbers of each of n images, in [0, 1]."""

Parameters = Float[Tensor, "n d outputs"]
"""The parameters of the distribution of each."""


class LevelDistribution(ABC):
    """A distribution over L levels, with parameters that a network gives for each number."""

    @property
    @abstractmethod
    def levels(self) -> int:
        """How many levels there are."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """How many parameters."""

    @abstractmethod
    def log_probability(self, numbers: Numbers, parameters: Parameters) -> Numbers:
        """The logarithm of the probability of each number, in nats."""

    @abstractmethod
    def cumulative(self, parameters: Parameters) -> Float[Tensor, "n d levels_but_last"]:
        """The probability of level k or a lower one, for k = 0 ... L − 2."""

    def draw(self, parameters: Parameters, uniform: Numbers) -> Numbers:
        """Inverse transform sampling by uniform u in [0, 1): the lowest level with P(≤ k) > u."""
        levels = (uniform.unsqueeze(-1) >= self.cumulative(parameters)).sum(dim=-1)
        return levels / (self.levels - 1)


@dataclass(frozen=True)
class Bernoulli(LevelDistribution):
    """Two levels, P(1) = σ(l) with one logit l.

    Example:
        >>> undecided = torch.zeros(1, 1, 1)
        >>> Bernoulli().log_probability(torch.ones(1, 1), undecided).exp()
        tensor([[0.5000]])
        >>> Bernoulli().draw(undecided.expand(1, 2, 1), torch.tensor([[0.4, 0.6]]))
        tensor([[0., 1.]])
    """

    @property
    def levels(self) -> int:
        """Black and white."""
        return 2

    @property
    def outputs(self) -> int:
        """One logit."""
        return 1

    def log_probability(self, numbers: Numbers, parameters: Parameters) -> Numbers:
        """With two levels x log σ(l) + (1 − x) log σ(−l)."""
        logits = parameters.squeeze(-1)
        return -functional.binary_cross_entropy_with_logits(logits, numbers, reduction="none")

    def cumulative(self, parameters: Parameters) -> Float[Tensor, "n d levels_but_last"]:
        """P(0) = σ(−l)."""
        return torch.sigmoid(-parameters)


@dataclass(frozen=True)
class LogisticMixture(LevelDistribution):
    """A mixture of logistic distributions, rounded to L levels.

        P(x) = Σ_j π_j (σ((x + h − μ_j) / s_j) − σ((x − h − μ_j) / s_j)),   h = 1 / (2 (L − 1)),

    where x − h is −∞ at the lowest level and x + h is ∞ at the highest: 3 parameters for each of
    the components, log π_j up to a constant, μ_j less its place at the start, and log s_j. The
    levels are ordered, and 15 numbers say as much as the 256 logits of a softmax would.

    Paper:
        Salimans et al. 2017, eq. 2, https://arxiv.org/abs/1701.05517

    Example:
        >>> mixture = LogisticMixture(levels=256, components=5)
        >>> parameters = torch.randn(1, 1, mixture.outputs).expand(1, 256, -1)
        >>> every_level = torch.linspace(0, 1, 256).unsqueeze(0)
        >>> mixture.log_probability(every_level, parameters).exp().sum().round(decimals=4)
        tensor(1.)
    """

    levels: int = 256
    components: int = 5

    @property
    def outputs(self) -> int:
        """Three for each component."""
        return 3 * self.components

    def log_probability(self, numbers: Numbers, parameters: Parameters) -> Numbers:
        """The formula, with σ(b) − σ(a) as σ(b) σ(−a) (1 − exp(a − b)).

        The product is exact where the difference of two numbers near 1 would be 0.
        """
        weights, means, steepness = self._split(parameters)
        x = numbers.unsqueeze(-1)
        half = self._half
        is_lowest, is_highest = x < half, x > 1 - half
        below = functional.logsigmoid((x + half - means) * steepness)
        above = functional.logsigmoid((means - x + half) * steepness)
        between = torch.log(-torch.expm1(-2 * half * steepness))
        inner = between.masked_fill(is_lowest | is_highest, 0.0)
        each = below.masked_fill(is_highest, 0.0) + above.masked_fill(is_lowest, 0.0) + inner
        return torch.logsumexp(weights + each, dim=-1)

    def cumulative(self, parameters: Parameters) -> Float[Tensor, "n d levels_but_last"]:
        """Σ_j π_j σ((x_k + h − μ_j) / s_j)."""
        weights, means, steepness = self._split(parameters.unsqueeze(-2))
        levels = torch.arange(self.levels - 1, device=parameters.device).unsqueeze(-1)
        edges = (2 * levels + 1) * self._half
        return (weights.exp() * torch.sigmoid((edges - means) * steepness)).sum(dim=-1)

    @property
    def _half(self) -> float:
        return 0.5 / (self.levels - 1)

    def _split(self, parameters: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The components' log π_j, μ_j and 1 / s_j; zeros spread the means evenly."""
        weights, shifts, scales = parameters.chunk(3, dim=-1)
        places = torch.arange(self.components, device=parameters.device) + 0.5
        means = shifts + places / self.components
        return weights.log_softmax(dim=-1), means, torch.exp(-scales)


def level_distribution(levels: int, *, components: int) -> LevelDistribution:
    """The distribution for so many levels: Bernoulli for two, a mixture of logistics for more.

    Args:
        levels: From 2.
        components: Of the mixture.

    Example:
        >>> [level_distribution(levels, components=5).outputs for levels in (2, 256)]
        [1, 15]
    """
    return Bernoulli() if levels == 2 else LogisticMixture(levels, components)
