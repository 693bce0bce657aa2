"""A generator with virtual batch normalisation by a reference batch."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zerosum.networks.kinds import Generator
from zerosum.networks.rows import latent_rows
from zerosum.networks.wrapper import Wrapper
from zerosum.nn import make_virtual
from zerosum.types import AnyLatents, Images

__all__ = ["ReferenceGenerator"]


class ReferenceGenerator(Wrapper, Generator):
    """A generator with virtual batch normalisation, and the latents of its reference batch.

    With each batch the reference batch passes through the network, too, since its maps change with
    the weights: m more images are computed each time, and gradients flow through both parts. Its
    latents are a part of the network's state, so a network that is loaded, averaged or exported
    has the same ones. The image of a latent does not depend on the others in the batch.

    Args:
        inner: A generator, whose batch normalisations are replaced.
        reference: m latents, drawn once, as those of samples are.

    Paper:
        Salimans et al. 2016, section 3.5, https://arxiv.org/abs/1606.03498

    Example:
        >>> from zerosum.config import DcganGeneratorConfig
        >>> inner = DcganGeneratorConfig(latent_size=8, base_channels=4).build((1, 28, 28))
        >>> generator = ReferenceGenerator(inner, torch.randn(16, 8))
        >>> latents = torch.randn(3, 8)
        >>> alone, together = generator(latents[:1]), generator(latents)
        >>> torch.allclose(alone, together[:1], atol=1e-6)
        True
    """

    reference: Tensor

    def __init__(self, inner: nn.Module, reference: Float[Tensor, "m _"]) -> None:
        super().__init__(inner)
        count = make_virtual(inner, reference=len(reference))
        assert count > 0, "there is no batch normalisation to be replaced"
        self.register_buffer("reference", reference)

    def forward(self, latents: AnyLatents) -> Images:
        """Generate one image per latent vector."""
        images: Images = self.inner(torch.cat([self.reference, latent_rows(latents)]))
        return images[len(self.reference) :]
