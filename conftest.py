"""For all tests and doctests: pictures are decoded into a cache that goes with the session."""

import gc
import os

import hypothesis
import jaxtyping
import pytest

from helpers.typed import checked

gc.disable()  # Till all is imported: hardly anything of that is ever garbage.

# Before anything of zerosum is imported.
jaxtyping.jaxtyped = checked  # type: ignore[assignment]

# How long an example takes is the machine's affair.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["ZEROSUM_CACHE"] = str(tmp_path_factory.mktemp("cache"))


def pytest_collection_finish() -> None:
    """What is there by now stays: to look through it takes half a second each time."""
    gc.freeze()
    gc.enable()
