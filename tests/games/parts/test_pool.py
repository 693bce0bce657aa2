"""The pool returns every image, sooner or later, and is the same in every process."""

import torch
from torch import Tensor

from zerosum.games import Round
from zerosum.games.parts.pool import ImagePool
from zerosum.randomness import Randomness


def _numbered(first: int, count: int) -> Tensor:
    return torch.arange(first, first + count, dtype=torch.float32).view(-1, 1, 1, 1)


def _now(images: int) -> Round:
    return Round(number=0, images_seen=images, random=Randomness(seed=0).at(images))


def test_until_it_is_full_it_gives_back_what_it_is_shown() -> None:
    pool = ImagePool(6)
    for start in (0, 2, 4):
        inputs = _numbered(start, 2)
        assert torch.equal(pool.exchange(inputs, _now(start)), inputs)
    assert torch.equal(pool.images, _numbered(0, 6))


def test_nothing_is_lost_and_nothing_stands_there_twice() -> None:
    pool, given = ImagePool(50), []
    for start in range(0, 1_000, 4):
        given.append(pool.exchange(_numbered(start, 4), _now(start)))
    # The first 50 are returned when they are added, and may be returned once more.
    later = torch.cat(given).flatten().tolist()[52:]
    left = pool.images.flatten().tolist()
    assert len(left) == len(set(left)) == 50
    assert len(set(later)) == len(later)
    assert not set(later) & set(left)


def test_half_of_the_pictures_are_older_ones() -> None:
    pool, new = ImagePool(50), []
    for start in range(0, 4_000, 4):
        inputs = _numbered(start, 4)
        new.append((pool.exchange(inputs, _now(start)) == inputs).float().mean())
    share = torch.stack(new[20:]).mean().item()
    assert abs(share - 0.5) < 0.03  # Nearly four standard deviations of 3,920 draws.


def test_a_pool_of_none_changes_nothing() -> None:
    inputs = _numbered(0, 4)
    assert ImagePool(0).exchange(inputs, _now(0)) is inputs


def test_two_processes_have_the_pool_and_the_pictures_of_one() -> None:
    alone, others = ImagePool(8), [ImagePool(8), ImagePool(8)]
    for start in range(0, 160, 4):
        inputs = _numbered(start, 4)
        whole = alone.exchange(inputs, _now(start))
        draws = _now(start).random.uniform(4, 2)
        for rank, pool in enumerate(others):
            own = inputs.chunk(2)[rank]

            def gather(rows: Tensor, inputs: Tensor = inputs, draws: Tensor = draws) -> Tensor:
                return inputs if rows.ndim == 4 else draws

            now = Round(
                number=0,
                images_seen=start,
                random=Randomness(seed=0, rank=rank, processes=2).at(start),
                gather=gather,
            )
            assert torch.equal(pool.exchange(own, now), whole.chunk(2)[rank])
    assert torch.equal(others[0].images, others[1].images)
    assert torch.equal(alone.images, others[0].images)


def test_it_goes_on_from_what_was_saved() -> None:
    first, second = ImagePool(5), ImagePool(5)
    for start in range(0, 20, 4):
        first.exchange(_numbered(start, 4), _now(start))
    second.images = first.images
    inputs = _numbered(20, 4)
    assert torch.equal(first.exchange(inputs, _now(20)), second.exchange(inputs, _now(20)))
    second.images = ImagePool(5).images
    assert len(second.images) == 0
