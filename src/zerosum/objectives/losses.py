"""The losses of discriminator and generator: from logits to one value per image.

Throughout, x are real images, G(z) generated ones, r = D(x) and f = D(G(z)) their logits, each
of shape (n,), and σ(t) = 1/(1 + e⁻ᵗ) maps a logit to a probability. Logarithms of probabilities
are written with softplus(t) = log(1 + eᵗ): log σ(t) = −softplus(−t) and log(1 − σ(t)) =
−softplus(t), which neither overflow nor lose their gradient. A discriminator's loss is the *sum*
of a term of a real and one of a generated image; unless an objective compares pairs, either term
can be computed by itself (`SeparateCosts`).

Logits of another shape with as many numbers, such as (n, 1), are flattened: nothing is broadcast.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import relu, softplus

from zerosum.errors import ConfigError, DataError
from zerosum.own import OwnObjectiveConfig
from zerosum.registry import Table
from zerosum.types import Logits, PerSample

__all__ = [
    "OBJECTIVES",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "Objective",
    "Relativistic",
    "SeparateCosts",
    "Wasserstein",
    "make_objective",
]

AnyLogits = Float[Tensor, "..."]
"""Logits (n,), or in another shape."""


@runtime_checkable
class Objective(Protocol):
    """The two losses of an adversarial game.

    Attributes:
        undecided: The logit of an undecided discriminator; greater ones mean "real".
        uses_real_in_generator: Whether the generator's loss depends on the real images' logits.
        is_relative: Whether only differences of logits count, so that none means "real" by itself.

    Example:
        >>> objective: Objective = NonSaturating()
        >>> objective.undecided
        0.0
    """

    undecided: ClassVar[float]
    uses_real_in_generator: ClassVar[bool]
    is_relative: ClassVar[bool]

    def discriminator(self, real: AnyLogits, fake: AnyLogits) -> PerSample:
        """The discriminator's loss of each pair of a real and a generated image."""
        ...

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The generator's loss of each generated image (and, if used, its real partner)."""
        ...


class SeparateCosts(ABC):
    """An objective whose discriminator loss is a sum: d(r, f) = d₁(r) + d₀(f).

    Example:
        >>> import torch
        >>> objective = NonSaturating(real_label=0.9)
        >>> objective.real_cost(torch.tensor([[2.2], [0.0]]))
        tensor([0.3251, 0.6931])
        >>> objective.fake_cost(torch.tensor([0.0]))
        tensor([0.6931])
    """

    @abstractmethod
    def real_cost(self, real: AnyLogits) -> PerSample:
        """The term d₁ of each real image, shape (n,)."""

    @abstractmethod
    def fake_cost(self, fake: AnyLogits) -> PerSample:
        """The term d₀ of each generated image, shape (n,)."""

    def discriminator(self, real: AnyLogits, fake: AnyLogits) -> PerSample:
        """The sum d₁ + d₀ of each pair, shape (n,)."""
        return self.real_cost(_row(real, beside=fake)) + self.fake_cost(fake)


@dataclass(frozen=True, kw_only=True)
class Minimax(SeparateCosts):
    """The zero-sum game of the first paper: the generator gains what the discriminator loses.

    d = −[a log σ(r) + (1 − a) log(1 − σ(r))] − log(1 − σ(f)),   g = log(1 − σ(f))

    with the label a of real images; a = 1 is the paper's equation 1, a < 1 smooths it
    one-sidedly (Salimans et al. 2016, section 3.4, https://arxiv.org/abs/1606.03498). The loss of
    an undecided discriminator (σ = ½) is log 4 whatever a; if real and generated images cannot be
    told apart, its optimum is σ = a/2: log 4 for a = 1, and 1.376 for a = 0.9. The derivative of g
    is −σ(f): it vanishes where the generator loses.

    Args:
        real_label: The label a of real images, in (0.5, 1].

    Raises:
        ConfigError: If the label is out of range.

    Paper:
        Goodfellow et al. 2014, equation 1, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> Minimax().discriminator(real=torch.zeros(1), fake=torch.zeros(1))
        tensor([1.3863])
    """

    real_label: float = 1.0
    undecided: ClassVar[float] = 0.0
    uses_real_in_generator: ClassVar[bool] = False
    is_relative: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_label(self.real_label)

    def real_cost(self, real: AnyLogits) -> PerSample:
        """The cross-entropy with the label a."""
        a, real = self.real_label, _row(real)
        return a * softplus(-real) + (1 - a) * softplus(real)

    def fake_cost(self, fake: AnyLogits) -> PerSample:
        """The cross-entropy with the label 0, −log(1 − σ(f))."""
        return softplus(_row(fake))

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The loss log(1 − σ(f))."""
        return -softplus(_row(fake))


@dataclass(frozen=True, kw_only=True)
class NonSaturating(Minimax):
    """The minimax discriminator, against a generator that maximises log σ(f).

    d as in `Minimax`,   g = −log σ(f)

    The derivative of g is −σ(−f): −1 where the generator loses, so that it can learn from a
    winning discriminator.

    Args:
        real_label: The label a of real images in d, in (0.5, 1].

    Raises:
        ConfigError: If the label is out of range.

    Paper:
        Goodfellow et al. 2014, end of section 3, https://arxiv.org/abs/1406.2661

    Example:
        >>> import torch
        >>> NonSaturating().generator(fake=torch.tensor([-100.0, 0.0]))
        tensor([100.0000,   0.6931])
    """

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The loss −log σ(f)."""
        return softplus(-_row(fake))


@dataclass(frozen=True, kw_only=True)
class LeastSquares(SeparateCosts):
    """Squared distances to the labels 1 (real) and 0 (generated); no sigmoid anywhere.

    d = (r − a)² + f²,   g = (f − 1)²

    The paper's factor ½ is left out, as in CycleGAN, whose λ = 10 is meant beside this g.

    Args:
        real_label: The label a of real images in d, in (0.5, 1].

    Raises:
        ConfigError: If the label is out of range.

    Paper:
        Mao et al. 2017, equation 9, https://arxiv.org/abs/1611.04076

    Example:
        >>> import torch
        >>> LeastSquares().discriminator(real=torch.tensor([0.5]), fake=torch.tensor([0.5]))
        tensor([0.5000])
    """

    real_label: float = 1.0
    undecided: ClassVar[float] = 0.5
    uses_real_in_generator: ClassVar[bool] = False
    is_relative: ClassVar[bool] = False

    def __post_init__(self) -> None:
        _check_label(self.real_label)

    def real_cost(self, real: AnyLogits) -> PerSample:
        """The squared distance (r − a)²."""
        return (_row(real) - self.real_label).square()

    def fake_cost(self, fake: AnyLogits) -> PerSample:
        """The squared distance f²."""
        return _row(fake).square()

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The squared distance (f − 1)²."""
        return (_row(fake) - 1).square()


@dataclass(frozen=True, kw_only=True)
class Hinge(SeparateCosts):
    """Only logits within the margin of 1 have a loss for the discriminator.

    d = max(0, 1 − r) + max(0, 1 + f),   g = −f

    Paper:
        Lim & Ye 2017, https://arxiv.org/abs/1705.02894; Miyato et al. 2018,
        equations 16 and 17, https://arxiv.org/abs/1802.05957

    Example:
        >>> import torch
        >>> Hinge().discriminator(real=torch.tensor([0.0, 1.0]), fake=torch.tensor([0.0, -3.0]))
        tensor([2., 0.])
    """

    undecided: ClassVar[float] = 0.0
    uses_real_in_generator: ClassVar[bool] = False
    is_relative: ClassVar[bool] = False

    def real_cost(self, real: AnyLogits) -> PerSample:
        """The hinge loss max(0, 1 − r)."""
        return relu(1 - _row(real))

    def fake_cost(self, fake: AnyLogits) -> PerSample:
        """The hinge loss max(0, 1 + f)."""
        return relu(1 + _row(fake))

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The loss −f."""
        return -_row(fake)


@dataclass(frozen=True, kw_only=True)
class Wasserstein(SeparateCosts):
    """The critic's estimate of the Wasserstein distance of generated from real images.

    d = f − r,   g = −f

    −E[d] is the distance only if the critic's gradient norm is at most 1; a penalty or spectral
    normalisation keeps it there.

    Paper:
        Arjovsky et al. 2017, equation 2 and Algorithm 1, https://arxiv.org/abs/1701.07875

    Example:
        >>> import torch
        >>> Wasserstein().discriminator(real=torch.tensor([3.0]), fake=torch.tensor([1.0]))
        tensor([-2.])
    """

    undecided: ClassVar[float] = 0.0
    uses_real_in_generator: ClassVar[bool] = False
    is_relative: ClassVar[bool] = True

    def real_cost(self, real: AnyLogits) -> PerSample:
        """The term −r."""
        return -_row(real)

    def fake_cost(self, fake: AnyLogits) -> PerSample:
        """The term f."""
        return _row(fake)

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The loss −f."""
        return -_row(fake)


@dataclass(frozen=True, kw_only=True)
class Relativistic:
    """The probability that, of a real and a generated image, the real one is recognised.

    d = −log σ(r − f),   g = −log σ(f − r)

    Paper:
        Jolicoeur-Martineau 2018, section 4.1 (RSGAN), https://arxiv.org/abs/1807.00734; Huang et
        al. 2024, equation 2, https://arxiv.org/abs/2501.05441

    Example:
        >>> import torch
        >>> Relativistic().discriminator(real=torch.tensor([5.0]), fake=torch.tensor([5.0]))
        tensor([0.6931])
    """

    undecided: ClassVar[float] = 0.0
    uses_real_in_generator: ClassVar[bool] = True
    is_relative: ClassVar[bool] = True

    def discriminator(self, real: AnyLogits, fake: AnyLogits) -> PerSample:
        """The loss −log σ(r − f)."""
        return softplus(_row(fake) - _row(real, beside=fake))

    def generator(self, fake: AnyLogits, real: AnyLogits | None = None) -> PerSample:
        """The loss −log σ(f − r)."""
        assert real is not None, "the loss of a relativistic generator needs logits of real images"
        return softplus(_row(real, beside=fake) - _row(fake))


OBJECTIVES: Table[type[Objective]] = Table(
    "objective",
    {
        "minimax": Minimax,
        "non-saturating": NonSaturating,
        "least-squares": LeastSquares,
        "hinge": Hinge,
        "wasserstein": Wasserstein,
        "relativistic": Relativistic,
    },
)
"""The objectives by name."""


def make_objective(name: str | OwnObjectiveConfig, real_label: float = 1.0) -> Objective:
    """Build the named objective.

    Args:
        name: A name in ``OBJECTIVES``, or the settings of an objective of your own.
        real_label: The label of real images; less than 1 smooths it one-sidedly.

    Raises:
        UnknownNameError: If there is no such objective.
        ConfigError: If the label is out of range, or the objective has no labels to smooth, or
            your own does not fit the protocol.

    Example:
        >>> make_objective("non-saturating", real_label=0.9)
        NonSaturating(real_label=0.9)
    """
    if isinstance(name, OwnObjectiveConfig):
        return _own(name)
    kind = OBJECTIVES[name]
    if issubclass(kind, (Minimax, LeastSquares)):
        return kind(real_label=real_label)
    if real_label != 1.0:
        raise ConfigError(
            f"objective {name!r} has no labels, so real_label must stay 1.0; got {real_label}. "
            "Leave it out, or choose minimax, non-saturating or least-squares."
        )
    return kind()


def _own(settings: OwnObjectiveConfig) -> Objective:
    """Build an objective by the user's own factory, and check that it fits the protocol."""
    objective = settings.make()
    missing = [name for name in _PARTS if not hasattr(objective, name)]
    if missing:
        raise ConfigError(
            f"{settings} returned {type(objective).__name__}, without {', '.join(missing)}; "
            "expected an Objective: see zerosum.objectives.Objective, or begin with one that is "
            "there."
        )
    assert isinstance(objective, Objective)
    # Called once now, so that a fault in the user's file is found before a run begins.
    logits = torch.zeros(2)
    try:
        costs = objective.discriminator(logits, logits), objective.generator(logits, logits)
    except Exception as error:
        raise ConfigError(
            f"{settings} returned an objective that fails with {type(error).__name__}: {error}"
        ) from error
    if any(getattr(cost, "shape", None) != logits.shape for cost in costs):
        raise ConfigError(
            f"{settings} returned an objective that gives no cost for each picture: expected "
            "tensors (n,) for logits (n,), whose mean zerosum takes."
        )
    return objective


_PARTS = ("undecided", "uses_real_in_generator", "is_relative", "discriminator", "generator")


def _row(logits: AnyLogits, *, beside: AnyLogits | None = None) -> Logits:
    """The logits in a row; `DataError` unless they are as many as those ``beside``."""
    if beside is not None and logits.numel() != beside.numel():
        raise DataError(
            "expected as many logits of real as of generated pictures, found "
            f"{tuple(logits.shape)} and {tuple(beside.shape)}; show the discriminator equally "
            "many, or take real_cost and fake_cost, and the mean of each."
        )
    return logits.flatten()


def _check_label(real_label: float) -> None:
    if not 0.5 < real_label <= 1.0:
        raise ConfigError(
            f"expected a real_label above 0.5 and at most 1.0; got {real_label}. "
            "A usual value for one-sided smoothing is 0.9."
        )
