"""What a run that learns to mislead a classifier shows while it trains."""

from pathlib import Path

import torch

from helpers.short_runs import KINDS
from zerosum.data import unscale
from zerosum.families import family_of
from zerosum.families.perturbation.data import held_out_images, preview_images
from zerosum.families.perturbation.settings import PerturbationRunConfig


def test_the_grid_shows_some_of_the_images_that_are_held_out(tmp_path: Path) -> None:
    config = KINDS["perturbation"](tmp_path)
    family = family_of(config)
    config, _ = family.aids(family.read(config), torch.device("cpu"))
    assert isinstance(config, PerturbationRunConfig)
    store = family.open(config, quiet=True)
    shown = preview_images(config, store)
    assert shown.shape == (config.sample_count, *config.pictures.shape)
    held = {rows.tobytes() for rows in held_out_images(config, store, quiet=True).images[:]}
    rows = [each.tobytes() for each in unscale(shown).permute(0, 2, 3, 1).contiguous().numpy()]
    assert set(rows) <= held
    assert len(set(rows)) == len(rows)
    assert torch.equal(preview_images(config, store), shown)
