"""A network that wraps another one and changes its input or output."""

from typing import Any

from torch import nn

from zerosum.types import ImageShape

__all__ = ["Wrapper"]


class Wrapper(nn.Module):
    """A wrapper of a network; attributes that it has not are those of the inner network.

    Args:
        inner: The wrapped network; it has an ``image_shape``.

    Example:
        >>> from zerosum.config import MlpGeneratorConfig
        >>> Wrapper(MlpGeneratorConfig(latent_size=8).build((1, 28, 28))).latent_size
        8
    """

    image_shape: ImageShape

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            if name == "inner":  # Not set yet, or being copied: no recursion.
                raise
            return getattr(self.inner, name)
