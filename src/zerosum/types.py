"""The words that the code is written in: shapes, and what one round of a game is given.

Letters in the shapes: ``n`` images in a batch, ``c`` channels, ``h`` rows, ``w`` columns,
``d`` numbers in a latent vector.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from zerosum.sizes import ImageShape

__all__ = [
    "AnyLatents",
    "AnyLogits",
    "Batch",
    "ByteBatches",
    "Bytes",
    "ClassLogits",
    "DomainBatch",
    "FeatureProducts",
    "Features",
    "ImageBatches",
    "ImageShape",
    "Images",
    "Labels",
    "Latents",
    "Logits",
    "Mask",
    "OtherFeatures",
    "OtherImages",
    "PerSample",
    "Pixels",
    "PlanarPoints",
    "Points",
    "Probabilities",
    "Progress",
    "Scalar",
    "SemiSupervisedBatch",
    "Time",
]

Images = Float[Tensor, "n c h w"]
"""Images as the networks see them: floats in [-1, 1]."""

OtherImages = Float[Tensor, "m c h w"]
"""The same, m others."""

ImageBatches = Iterable[Float[Tensor, "_ c h w"]]
"""Batches of images of one shape; the last one may be smaller."""

Bytes = UInt8[Tensor, "n c h w"]
"""Images as the store keeps them: 0 to 255."""

Labels = Int[Tensor, " n"]
"""Class indices from 0."""

Latents = Float[Tensor, "n d"]
"""The generator's random input z."""

AnyLatents = Float[Tensor, "..."]
"""The same as a user may give it: (n, d) or (n, d, 1, 1)."""

Points = Float[Tensor, "n ..."]
"""Points of a latent space: z (n, d), or styles w (n, layers, d); z may end in classes."""

Time = float | Float[Tensor, "n ..."]
"""t from 0 to 1 on a way: one for all, or one for each, of as many dimensions as the points."""

Logits = Float[Tensor, " n"]
"""A discriminator's logits, before the sigmoid: positive means "real"."""

AnyLogits = Float[Tensor, "n *outputs"]
"""A discriminator's logits: one of each image (n,), or several (n, outputs)."""

ClassLogits = Float[Tensor, "n k"]
"""A classifier's logits of k classes, before the softmax."""

Pixels = Float[Tensor, "n c h w"]
"""Images as attacks see them: floats in [0, 1]."""

PlanarPoints = Float[Tensor, "n 2"]
"""Points (x, y) of the plane."""

Mask = Bool[Tensor, " n"]
"""Yes or no for each image."""

ByteBatches = Iterable[UInt8[Tensor, "_ c h w"]]
"""Batches of bytes of one shape; the last one may be smaller."""

Features = Float[Tensor, "n d"]
"""What a feature network sees in n images: d numbers each."""

Probabilities = Float[Tensor, "n k"]
"""A classifier's probabilities of k classes, rows summing to 1."""

OtherFeatures = Float[Tensor, "m d"]
"""The same of m other images."""

FeatureProducts = Float[Tensor, "n _"]
"""Products of n images' features and probabilities: k · d numbers each."""

PerSample = Float[Tensor, " n"]
"""One value per image, before the mean."""

Scalar = Float[Tensor, ""]
"""One number."""


Progress = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What one round of a game over one domain is given.

    Attributes:
        images: Real images in [-1, 1], shape (n, c, h, w).
        labels: Their classes, shape (n,), or None where the source has none.

    Example:
        >>> import torch
        >>> len(Batch(images=torch.zeros(8, 3, 32, 32), labels=None))
        8
    """

    images: Images
    labels: Labels | None = None

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, kw_only=True)
class DomainBatch:
    """What one round of a game over two domains is given.

    Attributes:
        a: Real images of domain A in [-1, 1], shape (n, c, h, w).
        b: Real images of domain B, of the same shape; where the domains are paired, image i
            is the partner of image i of A.
        smoothed: The images b with their edges smoothed, for games that ask for them; or None.
        labels_a: The classes of the images a, shape (n,), where a game learns them; or None.
        labels_b: The same of b, numbered as in A.

    Example:
        >>> import torch
        >>> black = torch.full((8, 3, 32, 32), -1.0)
        >>> len(DomainBatch(a=black, b=-black))
        8
    """

    a: Images
    b: Images
    smoothed: Images | None = None
    labels_a: Labels | None = None
    labels_b: Labels | None = None

    def __len__(self) -> int:
        return len(self.a)

    def along(self, direction: str) -> tuple[Images, Images]:
        """The images to be translated, and those that they are to look like."""
        return (self.a, self.b) if direction == "a2b" else (self.b, self.a)


@dataclass(frozen=True, kw_only=True)
class SemiSupervisedBatch:
    """The batch of one round of a semi-supervised game.

    Attributes:
        images: Real images in [-1, 1] without labels, shape (n, c, h, w).
        labelled: Images with their classes.

    Example:
        >>> import torch
        >>> some = torch.zeros(8, 3, 32, 32)
        >>> labelled = Batch(images=some[:2], labels=torch.tensor([0, 1]))
        >>> len(SemiSupervisedBatch(images=some, labelled=labelled))
        8
    """

    images: Images
    labelled: Batch

    def __len__(self) -> int:
        return len(self.images)
