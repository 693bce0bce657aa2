"""Settings of minibatch discrimination."""

from dataclasses import dataclass

from zerosum.checks import require, require_positive

__all__ = ["MinibatchDiscriminationConfig"]


@dataclass(frozen=True, kw_only=True)
class MinibatchDiscriminationConfig:
    """Minibatch discrimination: the discriminator compares each image with others of its batch.

    Example:
        >>> MinibatchDiscriminationConfig(kernels=50).size
        5
        >>> MinibatchDiscriminationConfig(kernels=-1)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: minibatch_discrimination.kernels must not be negative, got -1.
    """

    kernels: int = 0
    """Learnt measures by which pictures are compared, 50 or 100 are usual; 0: they are not. Time
    grows with the square of the batch."""
    size: int = 5
    """Numbers that each measure compares."""

    def __post_init__(self) -> None:
        name = "minibatch_discrimination"
        require(self.kernels >= 0, f"{name}.kernels must not be negative, got {self.kernels}.")
        require_positive(f"{name}.size", self.size)
