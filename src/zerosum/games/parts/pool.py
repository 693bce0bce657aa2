"""A memory of generated pictures, so that a discriminator does not forget what it has learnt."""

import torch
from jaxtyping import Float
from torch import Tensor

from zerosum.games.base import Round
from zerosum.types import Images

__all__ = ["ImagePool"]


class ImagePool:
    """Keeps the last pictures that it was shown, and gives some of them back in place of new ones.

    Until it is full it keeps every picture and gives it back as it is. From then on, each new
    picture is by even chance either given back itself, or kept in the place of an old one, drawn
    by chance, which is given back instead. On several processes every one keeps the pictures of
    all, so that the memories are the same and any of them can be saved.

    Args:
        size: How many pictures are kept; 0: none, and every picture is given back as it is.

    Paper:
        Shrivastava et al. 2017, section 2.3, https://arxiv.org/abs/1612.07828; with 50 pictures
        in Zhu et al. 2017, section 4, https://arxiv.org/abs/1703.10593

    Example:
        >>> from zerosum.randomness import Randomness
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> pool = ImagePool(2)
        >>> pool.exchange(torch.zeros(2, 1, 1, 1), now).sum()
        tensor(0.)
        >>> given = pool.exchange(torch.ones(8, 1, 1, 1), now)
        >>> int(given.sum() + pool.images.sum())  # None of the eight is lost, nor of the two.
        8
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._images = torch.empty(0)

    def exchange(self, images: Images, now: Round) -> Images:
        """Show new pictures, and get as many: some of them, some older ones.

        Args:
            images: New pictures, shape (n, c, h, w), without gradients.
            now: Whose random numbers decide.
        """
        if not self.size:
            return images
        n = len(images)
        chances = now.gather(now.random.uniform(n, 2))
        given = torch.stack(
            [self._exchange(*each) for each in zip(now.gather(images), chances, strict=True)]
        )
        # The rows of this process, or all where the others were not asked.
        start = now.random.rank * n if len(given) > n else 0
        return given[start : start + n]

    def _exchange(self, image: Tensor, chances: Float[Tensor, " 2"]) -> Tensor:
        """Show one picture; which one comes back is known on the device alone."""
        if len(self._images) < self.size:
            known = self._images.to(image).reshape(-1, *image.shape)
            self._images = torch.cat([known, image[None]])
            return image
        place = (chances[1:] * self.size).long().clamp(max=self.size - 1)
        old = self._images.index_select(0, place)[0]
        is_exchanged = chances[0] >= 0.5
        self._images.index_copy_(0, place, torch.where(is_exchanged, image, old)[None])
        return torch.where(is_exchanged, old, image)

    @property
    def images(self) -> Tensor:
        """What is kept, shape (k, c, h, w); (0,) at first."""
        return self._images

    @images.setter
    def images(self, kept: Tensor) -> None:
        self._images = kept.clone()
