"""What our own source says of settings."""

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from zerosum.config import AdversarialConfig, CycleConfig, PicturesConfig, RunConfig
from zerosum.documented import field_texts


@pytest.fixture
def switching() -> Iterator[None]:
    """Collections that run Python in the midst of everything, so that threads take turns there."""

    def nothing(phase: str, info: object) -> None: ...

    usual, interval = gc.get_threshold(), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    enabled = gc.isenabled()
    gc.callbacks.append(nothing)
    gc.enable()
    gc.set_threshold(20)
    yield
    gc.set_threshold(*usual)
    sys.setswitchinterval(interval)
    gc.callbacks.remove(nothing)
    if not enabled:
        gc.disable()


@pytest.mark.usefixtures("switching")
def test_texts_are_read_by_several_threads_at_once() -> None:
    kinds = [AdversarialConfig, CycleConfig, PicturesConfig, RunConfig]
    read = field_texts.__wrapped__
    with ThreadPoolExecutor(8) as threads:
        texts = list(threads.map(read, 8 * kinds))
    assert texts == 8 * [field_texts(kind) for kind in kinds]
