"""A pool of earlier generated images, so that D does not forget what it has learnt."""

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.games.base import Round
from zerosum.types import Images

__all__ = ["ImagePool"]


class ImagePool:
    """Keeps earlier images, and exchanges some of the new ones for them.

    Until it is full it keeps every image and returns it unchanged. From then on each new image,
    with probability ½, takes the place of a random kept image, which is returned instead;
    otherwise it is returned itself. On several processes each keeps the images of all, so that
    the pools are the same and any of them can be saved.

    Args:
        size: The number of images that are kept; 0: none, and every image is returned unchanged.

    Paper:
        Shrivastava et al. 2017, section 2.3, https://arxiv.org/abs/1612.07828; with 50 images
        in Zhu et al. 2017, section 4, https://arxiv.org/abs/1703.10593

    Example:
        >>> from zerosum.randomness import Randomness
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> pool = ImagePool(2)
        >>> pool.exchange(torch.zeros(2, 1, 1, 1), now).sum()
        tensor(0.)
        >>> result = pool.exchange(torch.ones(8, 1, 1, 1), now)
        >>> int(result.sum() + pool.images.sum())  # None of the eight is lost, nor of the two.
        8
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._images = torch.empty(0)

    def exchange(self, images: Images, now: Round) -> Images:
        """Add new images, and return as many: some of them, some older ones.

        Args:
            images: New images, shape (n, c, h, w), without gradients.
            now: The round, whose random numbers decide.
        """
        if not self.size:
            return images
        n = len(images)
        draws = now.gather(now.random.uniform(n, 2))
        results = torch.stack(
            [self._exchange(*each) for each in zip(now.gather(images), draws, strict=True)]
        )
        # The rows of this process; all of them where nothing was gathered from others.
        start = now.random.rank * n if len(results) > n else 0
        return results[start : start + n]

    def _exchange(self, image: Tensor, draws: Float[Tensor, " 2"]) -> Tensor:
        """Add one image; which one is returned is decided on the device, without a transfer."""
        if len(self._images) < self.size:
            kept = self._images.to(image).reshape(-1, *image.shape)
            self._images = torch.cat([kept, image[None]])
            return image
        place = (draws[1:] * self.size).long().clamp(max=self.size - 1)
        old = self._images.index_select(0, place)[0]
        is_exchanged = draws[0] >= 0.5
        self._images.index_copy_(0, place, torch.where(is_exchanged, image, old)[None])
        return torch.where(is_exchanged, old, image)

    @property
    def images(self) -> Tensor:
        """The kept images, shape (k, c, h, w); (0,) at first."""
        return self._images

    @images.setter
    def images(self, kept: Tensor) -> None:
        self._images = kept.clone()
