"""What a network has learnt, as an attack."""

import pytest
import torch
from torch import nn

from helpers.victims import two_classes
from zerosum.attacks import L2, Learned, LInf, attack_images, fgsm
from zerosum.errors import ConfigError


class Constant(nn.Module):
    """One change for all pictures, as a share of what is allowed."""

    def __init__(self, change: torch.Tensor) -> None:
        super().__init__()
        self.change = change

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.change.view(1, *images.shape[1:]).expand_as(images)


@pytest.mark.parametrize("epsilon", [0.0, 0.02, 0.1, 0.5])
def test_one_change_is_the_best_there_is_against_a_linear_classifier(epsilon: float) -> None:
    victim, w = two_classes()
    images = 0.5 + 0.1 * torch.rand(40, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    labels = victim(images).argmax(dim=1)
    ones = images[labels == 1]
    learned = Learned(network=Constant(-w.sign()))
    found, best = (
        attack_images(each, victim, ones, labels[labels == 1], epsilon=epsilon)
        for each in (learned, fgsm(LInf()))
    )
    torch.testing.assert_close(found.images, best.images)
    assert torch.equal(found.fooled, best.fooled)


def test_only_the_greatest_norm_is_learnt() -> None:
    with pytest.raises(ConfigError, match="within --norm linf; got l2"):
        Learned(network=nn.Identity(), norm=L2())
