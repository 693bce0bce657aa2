"""A network that stands around another one and changes what goes in or comes out."""

from typing import Any

from torch import nn

from zerosum.types import ImageShape

__all__ = ["Around"]


class Around(nn.Module):
    """A network around another one, which answers for all that this one does not know of.

    Args:
        inner: The other one; it has an ``image_shape``.

    Example:
        >>> from zerosum.config import MlpGeneratorConfig
        >>> Around(MlpGeneratorConfig(latent_size=8).build((1, 28, 28))).latent_size
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
            if name == "inner":  # Not made yet, or being copied.
                raise
            return getattr(self.inner, name)
