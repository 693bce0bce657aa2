"""Conditional networks: wrappers of any generator and any discriminator that add the class.

The class is a part of a generator's latent vector: behind the numbers of z follows a one-hot
vector, 1 at the class and 0 elsewhere. So all code for latents applies to those of a conditional
generator, and values in between are mixtures of classes.
"""

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.networks.kinds import Generator, StyledGenerator
from zerosum.networks.rows import latent_rows
from zerosum.networks.wrapper import Wrapper
from zerosum.nn import PixelNorm
from zerosum.types import AnyLatents, AnyLogits, Images, Labels, Latents, Logits

__all__ = ["ConditionalDiscriminator", "ConditionalGenerator"]


class ConditionalGenerator(Wrapper, Generator):
    """A conditional generator: G(z, y) = G'([z, e_y]), where the embedding e_y is learnt.

    e_y = E_y / rms(E_y), with E (classes, class_size) the learnt matrix of embeddings, so that the
    class has the scale of normal latents. In a generator with styles both are the input of the
    mapping, as in StyleGAN2-ADA.

    Args:
        inner: The generator G', whose latents have ``class_size`` numbers more than z.
        classes: Number of classes.
        class_size: Numbers in e_y.

    Attributes:
        latent_size: Numbers in z. A latent vector has ``classes`` numbers more.

    Paper:
        Mirza & Osindero 2014, section 3.2, https://arxiv.org/abs/1411.1784; Karras et al. 2020,
        appendix on class conditioning, https://arxiv.org/abs/2006.06676

    Example:
        >>> from zerosum.config import MlpGeneratorConfig
        >>> inner = MlpGeneratorConfig(latent_size=100).build((1, 28, 28), class_size=8)
        >>> generator = ConditionalGenerator(inner, classes=10, class_size=8)
        >>> generator.latent_size, generator(torch.zeros(2, 100 + 10)).shape
        (100, torch.Size([2, 1, 28, 28]))
    """

    def __init__(self, inner: nn.Module, *, classes: int, class_size: int) -> None:
        super().__init__(inner)
        size = cast("Generator", inner).latent_size
        assert size > class_size
        self.latent_size = size - class_size
        self.classes = classes
        self.embeddings = nn.Parameter(torch.randn(classes, class_size))
        self.normalise = PixelNorm()

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        images: Images = self.inner(self.condition(latent_rows(latents)))
        return images

    def mapping(self, latents: Latents) -> Tensor:
        """Compute styles, for generators that have them."""
        return cast("StyledGenerator", self.inner).mapping(self.condition(latents))

    def condition(self, latents: Latents) -> Float[Tensor, "n _"]:
        """Replace the one-hot class by its embedding: the input of the inner generator."""
        drawn, shares = latents.tensor_split([self.latent_size], dim=1)
        return torch.cat([drawn, self.normalise(shares @ self.embeddings)], dim=1)


class ConditionalDiscriminator(Wrapper):
    """A projection discriminator: D(x, y) = ψ(φ(x)) + ⟨e_y, φ(x)⟩.

    φ are the features before the last layer, ψ is linear. The inner discriminator's last layer
    computes ψ(φ(x)) as its output 0 and ⟨e_k, φ(x)⟩ as its output k + 1, for all classes k at
    once; where that layer has biases, each class has one.

    Args:
        inner: A discriminator with ``classes + 1`` outputs.

    Paper:
        Miyato & Koyama 2018, equation 3, https://arxiv.org/abs/1802.05637

    Example:
        >>> from zerosum.config import MlpDiscriminatorConfig
        >>> inner = MlpDiscriminatorConfig().build((1, 28, 28), outputs=11)
        >>> discriminator = ConditionalDiscriminator(inner)
        >>> discriminator(torch.zeros(2, 1, 28, 28), torch.tensor([3, 7])).shape
        torch.Size([2])
    """

    def forward(self, images: Images, labels: Labels) -> Logits:
        """Compute one logit per image: positive means "real, and of that class"."""
        # The projection is linear in φ, so the inner linear layer computes it with ψ in one
        # product.
        outputs: AnyLogits = self.inner(images)
        logits: Logits = outputs[:, 0] + outputs.gather(1, labels[:, None] + 1)[:, 0]
        return logits
