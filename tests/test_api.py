from pathlib import Path

import pytest
import torch

import zerosum
from zerosum.config import RunConfig
from zerosum.errors import ConfigError
from zerosum.games import AdversarialGame
from zerosum.randomness import Randomness


@pytest.fixture
def model(tiny: RunConfig, tmp_path: Path) -> zerosum.Generator:
    return zerosum.train(tiny, out=tmp_path / "run", quiet=True, kind=zerosum.Generator)


def test_train_returns_the_trained_model(model: zerosum.Generator) -> None:
    assert model.images_seen == 320
    pictures = model.sample(5, seed=0)
    assert pictures.shape == (5, 1, 28, 28)
    assert pictures.abs().max() <= 1


def test_a_seed_names_a_picture_whatever_the_count(model: zerosum.Generator) -> None:
    many = model.sample(10, seed=3, batch_size=4)
    assert torch.allclose(many[:3], model.sample(3, seed=3), atol=1e-6)
    assert not torch.allclose(many, model.sample(10, seed=4), atol=1e-4)


def test_pictures_are_those_of_the_latents_of_their_number(model: zerosum.Generator) -> None:
    random = Randomness(seed=3, stream="sample")
    latents = torch.cat([random.at(index).normal(1, 8) for index in range(4)])
    assert isinstance(model.game, AdversarialGame)
    assert torch.equal(model.game.draw(latents), model.sample(4, seed=3))


def test_load_gives_the_same_pictures(model: zerosum.Generator) -> None:
    again = zerosum.load(model.run.path, kind=zerosum.Generator)
    assert torch.equal(again.sample(4, seed=1), model.sample(4, seed=1))


def test_resume_goes_on(model: zerosum.Generator) -> None:
    assert zerosum.resume(model.run.path, images=640, quiet=True).images_seen == 640


def test_arguments_go_before_the_recipe(tmp_path: Path) -> None:
    model = zerosum.train(
        "dcgan-digits",
        kind=zerosum.Generator,
        fields={"game.generator.base_channels": 4, "game.discriminator.base_channels": 4},
        images=32,
        batch_size=8,
        seed=5,
        device="cpu",
        out=tmp_path / "run",
        quiet=True,
    )
    saved = model.run.config()
    assert (saved.total_images, saved.batch_size, saved.seed, saved.device) == (32, 8, 5, "cpu")


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (-1, 0), (1, -1)])
def test_bad_counts_are_refused(model: zerosum.Generator, count: int, seed: int) -> None:
    with pytest.raises(ConfigError, match="count"):
        model.sample(count, seed=seed)
