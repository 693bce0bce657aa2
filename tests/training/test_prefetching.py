"""The next batch is read while this one is played."""

from pathlib import Path
from threading import Event, get_ident
from typing import Any

import pytest
import torch

from helpers.runs_in_processes import HANGS
from zerosum.config import RunConfig
from zerosum.errors import DataError
from zerosum.families.loading import prepare_images
from zerosum.jobs.assembling import assemble
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.prefetching import Prefetched


class _Slow:
    """Batches of ten; says which were asked for, and by whom."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.threads: set[int] = set()
        self.is_asked_for_20 = Event()

    def size_at(self, position: int) -> int:
        return 10

    def at(self, position: int) -> int:
        self.asked.append(position)
        self.threads.add(get_ident())
        if position == 20:
            self.is_asked_for_20.set()
        if position == 60:
            raise DataError("the disk is gone.")
        return position


def test_the_next_batch_is_read_before_it_is_asked_for() -> None:
    slow = _Slow()
    batches = Prefetched(slow)
    assert [batches.at(position) for position in (0, 10)] == [0, 10]
    assert slow.is_asked_for_20.wait(timeout=HANGS)
    assert get_ident() not in slow.threads
    assert len(slow.threads) == 1


def test_any_order_gives_what_the_batches_give() -> None:
    batches = Prefetched(_Slow())
    order = [0, 10, 40, 0, 10, 20, 30]
    assert [batches.at(position) for position in order] == order


def test_an_error_is_raised_where_the_batch_is_wanted() -> None:
    batches = Prefetched(_Slow())
    assert batches.at(50) == 50
    with pytest.raises(DataError, match="the disk is gone"):
        batches.at(60)
    assert batches.at(70) == 70


@pytest.mark.parametrize(("check_every", "kind"), [(1, "Batches"), (16, "Prefetched")])
def test_runs_beside_a_device_that_works_ahead_prefetch(
    check_every: int, kind: str, tiny: RunConfig, tmp_path: Path
) -> None:
    engine = Engine(device=torch.device("cpu"), check_every=check_every)
    store: Any = prepare_images(tiny, quiet=True)
    loop = assemble(tiny, Run(tmp_path / "run"), engine, store, None, {}, quiet=True)
    assert type(loop.batches).__name__ == kind
