"""A network from an image to a perturbation of it."""

import torch
from torch import nn

from zerosum.types import Images, ImageShape

__all__ = ["Perturber"]


class Perturber(nn.Module):
    """From an image to a perturbation of its pixels, as a share of the greatest one allowed.

    The perturbation is the output of a translator, whose tanh keeps every share in [-1, 1]. In the
    universal form the translator's input is not the image but a fixed pattern u ~ U(-1, 1), so
    all images have the same perturbation.

    Args:
        translator: From images (n, c, h, w) to as many numbers in [-1, 1].
        image_shape: (c, h, w) of the images.
        universal: Whether the input is the pattern.

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
        """Compute the perturbations, each pixel's in [-1, 1].

        Args:
            images: Images in [-1, 1].
        """
        source = images if self.pattern is None else self.pattern
        perturbations: Images = self.translator(source)
        return perturbations.expand_as(images)
