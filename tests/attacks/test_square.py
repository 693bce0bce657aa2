"""What Square asks, query by query, of a classifier that never changes its mind."""

import pytest
import torch
from torch import Tensor, nn

from zerosum.attacks import L2, LInf, Norm, PixelClassifier, Square, attack_images
from zerosum.attacks.square import share_of_pixels

GREY = torch.full((3, 1, 28, 28), 0.5)


class Stubborn(nn.Module):
    """Says the same of all pictures, and remembers them."""

    def __init__(self) -> None:
        super().__init__()
        self.queried: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        self.queried.append(images.clone())
        return torch.tensor([2.0, 0.0]).expand(len(images), 2)


def queried(norm: Norm, images: Tensor, *, queries: int, share: float = 0.8) -> Tensor:
    """The perturbations that are queried, shape (queries, n, c, h, w)."""
    network = Stubborn()
    labels = torch.zeros(len(images), dtype=torch.long)
    attack = Square(norm=norm, queries=queries, share=share)
    attack_images(attack, PixelClassifier(network=network), images, labels, epsilon=0.1)
    # Before the search it is checked whether these are logits, after it comes the verdict.
    return torch.stack(network.queried[-queries - 1 : -1]) - images


def test_squares_shrink_as_the_authors_do() -> None:
    first = [share_of_pixels(1.0, number, 60) for number in (0, 1, 2, 4, 7, 13, 25, 37, 49)]
    assert first == [1 / 2**halvings for halvings in (0, 2, 3, 4, 5, 6, 7, 8, 9)]
    assert [share_of_pixels(1.0, number, 10_000) for number in (10, 11, 50, 51)] == [
        1.0,
        0.5,
        0.5,
        0.25,
    ]


@pytest.mark.parametrize("norm", [LInf(), L2()])
def test_the_first_square_has_the_whole_share(norm: Norm) -> None:
    _, first = queried(norm, GREY, queries=2, share=1.0)
    if isinstance(norm, LInf):
        assert bool((first.abs() > 0).all())
        assert bool((first == first[:, :, :1, :1]).all())
    else:  # The largest odd side: 27 of 28 pixels.
        rows = (first.abs() > 0).any(dim=3).sum(dim=2)
        assert bool((rows >= 27).all())


@pytest.mark.parametrize("channels", [1, 3])
def test_no_query_is_spent_on_what_is_there_already(channels: int) -> None:
    images = GREY.expand(3, channels, 28, 28)
    begin, *tried = queried(LInf(), images, queries=30)
    for changes in tried:
        assert bool((changes != begin).flatten(1).any(dim=1).all())
    assert bool((torch.stack(tried).abs() - 0.1).abs().max() < 1e-6)


def test_the_search_on_the_sphere_begins_with_whole_tiles_in_the_middle() -> None:
    (begin,) = queried(L2(), GREY.expand(3, 2, 28, 28), queries=1)
    assert bool((begin[..., 0, :] == 0).all() & (begin[..., 26:, :] == 0).all())
    assert bool((begin[..., 0] == 0).all() & (begin[..., 26:] == 0).all())
    tiles = begin[..., 1:26, 1:26].unfold(2, 5, 5).unfold(3, 5, 5)
    lengths = tiles.square().sum(dim=(4, 5))
    torch.testing.assert_close(lengths, torch.full_like(lengths, 0.1**2 / 50))
    upright = (tiles[..., :2, :] * tiles[..., :1, :1] > 0).all(dim=(4, 5))
    lying = (tiles[..., :2] * tiles[..., :1, :1] > 0).all(dim=(4, 5))
    assert bool((upright != lying).all())
    assert 0.3 < upright.float().mean() < 0.7
    assert torch.equal(upright[:, 0], upright[:, 1])  # All channels of a tile lie one way.


def test_hill_and_valley_are_of_equal_length() -> None:
    (begin,) = queried(L2(), GREY, queries=1)
    tile = begin[0, 0, 1:6, 1:6]
    halves = [tile[tile > 0].square().sum(), tile[tile < 0].square().sum()]
    torch.testing.assert_close(halves[0], halves[1])


@pytest.mark.parametrize("shape", [(1, 3, 3), (2, 4, 9), (3, 11, 6)])
def test_any_shape_begins_at_the_whole_distance(shape: tuple[int, int, int]) -> None:
    images = torch.full((2, *shape), 0.5)
    (begin,) = queried(L2(), images, queries=1)
    torch.testing.assert_close(L2().size(begin), torch.full((2,), 0.1))
