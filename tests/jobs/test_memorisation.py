"""A run that repeats its training images is found out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from helpers.quick_runs import KINDS
from zerosum.config import change
from zerosum.data import scale
from zerosum.errors import RunError
from zerosum.families.loading import load
from zerosum.families.preparation import prepare_store
from zerosum.jobs import train_run
from zerosum.jobs.memorisation import memorised, nearest_originals, training_images
from zerosum.models import Generator
from zerosum.runs import Run
from zerosum.types import Images


def trained(folder: Path, **fields: Any) -> Run:
    """A run that has seen a few of 64 pictures of noise."""
    pictures = np.random.default_rng(0).integers(0, 256, (64, 28, 28), np.uint8)
    np.save(folder / "few.npy", pictures)
    usual = {"evaluate_every": 0, "images": 16, "data": str(folder / "few.npy")}
    config = change(KINDS["generation"](folder), {**usual, **fields})
    return train_run(config, out=folder / "run", quiet=True).run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("memorised"))


def test_copies_are_found_among_new_pictures(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(run, kind=Generator, device="cpu")
    originals = prepare_store(run.config(), quiet=True).images[:8].copy()
    copied = scale(torch.from_numpy(originals).permute(0, 3, 1, 2))

    def batches(self: Generator, count: int, **how: Any) -> Iterator[Images]:
        yield torch.cat([torch.ones(count - 8, *copied.shape[1:]), copied])

    monkeypatch.setattr(Generator, "batches", batches)
    told: list[tuple[int, int]] = []
    found = memorised(model, count=40, pairs=10, progress=lambda *step: told.append(step))
    assert found.copies.share.value == pytest.approx(8 / 40)
    assert (found.features, found.generated, found.compared) == ("pixels", 40, 64)
    assert sorted(found.copies.originals.tolist()) == list(range(8))
    assert np.array_equal(found.pairs.images[:8], found.pairs.originals[:8])
    assert found.pairs.distances[:8].max() < 1e-3 < found.pairs.distances[8:].min()
    assert told[-1] == (144, 144)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_other_training_pictures_are_refused(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "other.npy", np.full((9, 28, 28), 99, np.uint8))
    moved = Run(run.path, moved=(("data", str(tmp_path / "other.npy")),))
    model = load(run, kind=Generator, device="cpu")
    model.run = moved
    with pytest.raises(RunError):
        memorised(model, count=8)


def test_training_pictures_of_which_parts_were_cut_are_of_the_size_of_generated_ones(
    tmp_path: Path,
) -> None:
    cut = trained(tmp_path, **{"pictures.crop_from": (32, 32), "pictures.enlarge": True})
    model = load(cut, kind=Generator, device="cpu")
    assert training_images(model).images.shape[1:3] == (28, 28)


def test_the_nearest_original_of_a_training_picture_is_itself(run: Run) -> None:
    store = prepare_store(run.config(), quiet=True)
    eighth = scale(torch.from_numpy(store.images[7:8].copy()).permute(0, 3, 1, 2))
    found = nearest_originals(eighth, store, count=100)
    assert len(found.numbers) == found.compared == 64
    assert (int(found.numbers[0]), float(found.distances[0])) == (7, 0)
    assert float(found.usual[0]) == pytest.approx(float(found.distances[1]))
    assert np.array_equal(found.images[0], store.images[7])
