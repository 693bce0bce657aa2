"""Generators that draw beside a reference batch: in a run, its checkpoint and its samples."""

from pathlib import Path
from typing import Any

import pytest
import torch

from helpers.runs_in_processes import assert_same
from zerosum import Generator, jobs
from zerosum.config import RunConfig, change
from zerosum.errors import ConfigError
from zerosum.export import Part, export_network, takes_latents
from zerosum.families.building import build_game
from zerosum.families.loading import load
from zerosum.games import GeneratingGame
from zerosum.networks import ReferenceGenerator
from zerosum.nn import VirtualBatchNorm
from zerosum.randomness import Randomness
from zerosum.recipes import recipe
from zerosum.training.engine import Engine

CPU = Engine(device=torch.device("cpu"))


@pytest.fixture
def virtual(tiny: RunConfig) -> RunConfig:
    return change(tiny, {"game.virtual_batch_norm": 6, "game.latent": "uniform"})


def _generator(config: RunConfig) -> ReferenceGenerator:
    network = build_game(config, CPU).players["generator"].network
    assert isinstance(network, ReferenceGenerator)
    return network


@pytest.mark.parametrize("name", ["dcgan-digits", "dcgan-svhn", "wgan-gp-cifar10"])
def test_every_generator_with_batch_normalisation_draws_each_picture_alone(name: str) -> None:
    fields = {"game.virtual_batch_norm": 6, "game.generator.base_channels": 4}
    generator = _generator(change(recipe(name), fields))
    latents = torch.randn(4, generator.latent_size)
    alone = torch.cat([generator(each[None]) for each in latents])
    torch.testing.assert_close(generator(latents), alone, atol=1e-4, rtol=0)
    assert generator(latents).shape[1:] == generator.image_shape
    layers = [layer for layer in generator.modules() if isinstance(layer, VirtualBatchNorm)]
    assert layers
    assert {layer.reference for layer in layers} == {6}


def test_the_reference_batch_is_drawn_as_latents_are_from_the_runs_seed(
    virtual: RunConfig,
) -> None:
    one, two = _generator(virtual), _generator(virtual)
    other = _generator(change(virtual, {"seed": 1}))
    assert torch.equal(one.reference, two.reference)
    assert not torch.equal(one.reference, other.reference)
    assert one.reference.abs().max() <= 1  # U(-1, 1)
    normal = _generator(change(virtual, {"game.latent": "normal", "game.virtual_batch_norm": 64}))
    assert normal.reference.abs().max() > 1


def test_a_reference_batch_has_classes_where_there_are_any(virtual: RunConfig) -> None:
    classes = [{"name": name, "pictures": 1} for name in "abc"]
    fields = {"game.conditional": "projection", "game.classes": classes}
    config = change(virtual, {**fields, "game.virtual_batch_norm": 30})
    one_hot = _generator(config).reference[:, -3:]
    assert torch.equal(one_hot.sum(dim=1), torch.ones(30))
    assert (one_hot.sum(dim=0) > 0).all()
    game = build_game(config, CPU)
    assert isinstance(game, GeneratingGame)
    assert game.generate(2, Randomness(seed=0)).shape == (2, 1, 28, 28)


def test_a_run_resumes_exactly_and_draws_the_same_pictures_when_loaded(
    virtual: RunConfig, tmp_path: Path
) -> None:
    def ending(path: Path) -> tuple[Any, torch.Tensor]:
        model = load(path, kind=Generator)
        return model.run.load("latest")["loop"], model.sample(3, seed=5)

    jobs.train_run(virtual, out=tmp_path / "whole", quiet=True)
    half = change(virtual, {"images": virtual.total_images // 2})
    jobs.train_run(half, out=tmp_path / "half", quiet=True)
    jobs.resume_run(tmp_path / "half", images=virtual.total_images, quiet=True)
    (whole, pictures), (resumed, same) = (ending(tmp_path / name) for name in ("whole", "half"))
    assert_same(whole, resumed)
    assert torch.equal(pictures, same)
    for network in ("network", "average"):
        reference = whole["players"]["generator"][network]["reference"]
        assert torch.equal(reference, _generator(virtual).reference)


def test_it_can_be_exported(virtual: RunConfig, tmp_path: Path) -> None:
    generator = _generator(virtual).eval()
    file = tmp_path / "generator.pt2"
    part = Part(network=generator, takes=takes_latents(8), gives="pictures", facts={})
    export_network(part, file)
    latents = torch.randn(5, 8)
    found = torch.export.load(file).module()(latents)
    torch.testing.assert_close(found, generator(latents), atol=1e-5, rtol=0)


def test_a_batch_of_one_is_a_batch(virtual: RunConfig) -> None:
    norm = {"game.discriminator.norm": "layer", "batch_size": 1}
    with pytest.raises(ConfigError, match="the generator has batch normalisation"):
        build_game(change(virtual, {**norm, "game.virtual_batch_norm": 0}), CPU)
    assert build_game(change(virtual, norm), CPU)


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("dcgan-digits", {"game.virtual_batch_norm": -1}, "must not be negative"),
        ("dcgan-digits", {"game.generator.norm": "layer"}, "of kind dcgan, has none"),
        ("r3gan-digits", {}, "of kind r3gan, has none"),
    ],
)
def test_nonsense_is_refused(name: str, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        change(recipe(name), {"game.virtual_batch_norm": 4, **fields})
