"""A discriminator whose logits depend on the whole batch: minibatch discrimination."""

import torch
from torch import Tensor, nn

from zerosum.networks.discriminator import Discriminator
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.networks.wrapper import Wrapper
from zerosum.nn import MinibatchDiscrimination
from zerosum.nn.precision import in_full_precision
from zerosum.types import AnyLogits, Features, Images

__all__ = ["MinibatchDiscriminator"]


class MinibatchDiscriminator(Wrapper):
    """Logits that depend on the batch: D(x) = w · f(x) + b + v · o(x).

    f is the input of the last layer of any discriminator, o(x) measures how near the image is to
    the others of the batch (`zerosum.nn.MinibatchDiscrimination`). The paper concatenates f and o
    before the next layer; where that is the last one, and linear, w · f + v · o is the same. v
    starts as 0, so that D starts as it would without.

    Real and generated images have to be in separate batches, as in `AdversarialGame`. A logit
    depends on the whole batch, and so does its gradient by one image: R1 and R2 penalise the
    gradient of the batch's sum of logits, as they do with batch normalisation.

    Args:
        inner: The discriminator.
        settings: B ``kernels`` of the ``size`` C; o has B numbers.
        outputs: Logits of each image, as many as the inner discriminator gives.

    Paper:
        Salimans et al. 2016, section 3.2, https://arxiv.org/abs/1606.03498

    Example:
        >>> from zerosum.config import MlpDiscriminatorConfig
        >>> inner = MlpDiscriminatorConfig().build((1, 28, 28))
        >>> settings = MinibatchDiscriminationConfig(kernels=50)
        >>> discriminator = MinibatchDiscriminator(inner, settings)
        >>> discriminator(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """

    inner: Discriminator

    def __init__(
        self, inner: Discriminator, settings: MinibatchDiscriminationConfig, *, outputs: int = 1
    ) -> None:
        super().__init__(inner)
        # `compare` (o) and `weigh` (v) stand in checkpoints.
        self.compare = MinibatchDiscrimination(
            _count_features(inner), kernels=settings.kernels, size=settings.size
        )
        self.weigh = nn.Linear(settings.kernels, outputs, bias=False)
        nn.init.zeros_(self.weigh.weight)

    def forward(self, images: Images) -> AnyLogits:
        """Compute one logit per image, positive for "real", or ``outputs`` of them."""
        maps = self.inner.forward_features(images)
        logits = self.inner.forward_head(maps)
        projection = in_full_precision(self.projection, maps.flatten(1))
        return logits + projection.view_as(logits)

    def projection(self, features: Features) -> Tensor:
        """The term v · o(x) of the logits."""
        projection: Tensor = self.weigh(self.compare(features))
        return projection


@torch.no_grad()
def _count_features(network: Discriminator) -> int:
    was_training = network.training
    # A pass in training mode would move running statistics.
    count = network.eval().features(torch.zeros(1, *network.image_shape)).shape[1]
    network.train(was_training)
    return count
