"""A network that answers a picture with a change of it."""

import torch
from torch import nn

from zerosum.types import Images, ImageShape

__all__ = ["Perturber"]


class Perturber(nn.Module):
    """From a picture to a change of each of its pixels, as a share of what is allowed.

    The change is what a translator draws: its tanh keeps every share in [-1, 1]. In the universal
    form the translator is not shown the picture but a fixed pattern u ~ U(-1, 1), so that all
    pictures get one and the same change.

    Args:
        translator: From pictures (n, c, h, w) to as many numbers in [-1, 1].
        image_shape: (c, h, w) of the pictures.
        universal: Whether it looks away.

    Attributes:
        pattern: u, shape (1, c, h, w), a buffer; None unless universal.

    Paper:
        Xiao et al. 2018, https://arxiv.org/abs/1801.02610; universal: Poursaeed et al. 2018,
        section 3.1, https://arxiv.org/abs/1712.02328

    Example:
        >>> from zerosum.config import ResnetTranslatorConfig
        >>> shape = (1, 8, 8)
        >>> translator = ResnetTranslatorConfig(base_channels=4, blocks=1).build(shape)
        >>> perturber = Perturber(translator, image_shape=shape, universal=True)
        >>> black, white = perturber(torch.stack([torch.zeros(shape), torch.ones(shape)]))
        >>> torch.equal(black, white), bool(black.abs().max() <= 1)
        (True, True)
    """

    pattern: torch.Tensor | None

    def __init__(
        self, translator: nn.Module, *, image_shape: ImageShape, universal: bool = False
    ) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.translator = translator
        self.register_buffer("pattern", torch.rand(1, *image_shape) * 2 - 1 if universal else None)

    def forward(self, images: Images) -> Images:
        """The changes of these pictures, each pixel's in [-1, 1].

        Args:
            images: Pictures in [-1, 1].
        """
        seen = images if self.pattern is None else self.pattern
        changes: Images = self.translator(seen)
        return changes.expand_as(images)
