"""What the package brings for lessons: a small trained GAN of digits, and a photograph."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from zerosum.config import to_json
from zerosum.data import Batches, StoreSettings, build_store, open_source, scale, unscale
from zerosum.errors import DataError
from zerosum.features import load_features
from zerosum.games.base import Round
from zerosum.lessons.packaged import (
    open_picture,
    packaged_config,
    packaged_discriminator,
    packaged_folder,
    packaged_game,
    packaged_generator,
    photograph,
)
from zerosum.metrics import frechet_distance_of_features
from zerosum.randomness import Randomness
from zerosum.recipes import recipe


@pytest.fixture(scope="module")
def digits() -> Tensor:
    images = open_source("digits").chunk(0, 2_000)
    assert images is not None
    return scale(torch.from_numpy(np.array(images)).permute(0, 3, 1, 2))


@pytest.fixture(scope="module")
def generated() -> Tensor:
    with torch.no_grad():
        images: Tensor = packaged_generator()(Randomness(seed=3).uniform(2_000, 100, low=-1))
    return images


def test_it_is_small() -> None:
    assert sum(each.stat().st_size for each in packaged_folder().iterdir()) < 1_000_000


def test_the_settings_are_those_published_at_a_small_width() -> None:
    """But for the width, the data, and an EMA, which the paper does not have."""
    published, ours = to_json(recipe("dcgan-mnist"))["game"], to_json(packaged_config())["game"]
    for network in ("generator", "discriminator"):
        assert ours[network].pop("base_channels") == 20
        del published[network]["base_channels"]
    assert ours.pop("ema_half_life") is None
    del published["ema_half_life"]
    assert ours == published


def test_the_discriminator_tells_real_from_generated(digits: Tensor, generated: Tensor) -> None:
    discriminator = packaged_discriminator()
    with torch.no_grad():
        right = [(discriminator(digits) > 0), (discriminator(generated) < 0)]
    assert min(each.float().mean() for each in right) > 0.75


def test_the_generated_digits_score_as_stated(
    digits: Tensor, generated: Tensor, tmp_path: Path
) -> None:
    network = load_features("digits", cache=tmp_path)
    real, fake = (network(unscale(each)).features for each in (digits, generated))
    assert 1.0 < frechet_distance_of_features(real, fake).value < 2.5


def test_the_game_can_be_played_on(tmp_path: Path) -> None:
    game, config = packaged_game(), packaged_config()
    settings = StoreSettings(size=config.pictures.size, channels=1)
    store = build_store(open_source("digits"), settings, cache=tmp_path)
    batch = Batches(store, batch_size=8, seed=0).at(0)
    before = {name: game.players[name].parameters[0].clone() for name in game.players}
    now = Round(number=0, images_seen=config.total_images, random=Randomness(seed=0))
    for turn in game.turns(batch, now):
        player = game.players[turn.player]
        torch.autograd.backward(turn.cost, inputs=player.parameters)
        player.optimizer.step()
    for name, weight in before.items():
        assert not torch.equal(weight, game.players[name].parameters[0])


def test_the_photograph_has_colours() -> None:
    image = open_picture(None, size=(60, 50))
    assert image.shape == (1, 3, 60, 50)
    assert image.min() >= -1
    assert image.max() <= 1
    assert (image[:, 0] - image[:, 2]).abs().max() > 0.2
    assert open_picture(None, size=(28, 28), channels=1).shape == (1, 1, 28, 28)
    assert photograph().is_file()


def test_a_picture_of_ones_own_is_cut_and_resized(tmp_path: Path) -> None:
    """The middle of it, as the store would have it: left red, right blue."""
    Image.new("RGB", (10, 30), (255, 0, 0)).save(tmp_path / "own.png")
    image = open_picture(tmp_path / "own.png", size=(20, 20))
    assert torch.equal(image[0, :, 10, 10], torch.tensor([1.0, -1.0, -1.0]))


def _bad(folder: Path) -> Iterator[tuple[Path, str]]:
    (folder / "notes.txt").write_text("no picture")
    yield folder / "notes.txt", "not a picture in a known format"
    yield folder / "missing.png", "does not exist; check the path"
    for number in range(2):
        Image.new("L", (4, 4)).save(folder / f"{number}.png")
    (folder / "notes.txt").unlink()
    yield folder, "holds 2 pictures: expected one picture file"


def test_what_is_no_picture_is_refused_with_a_reason(tmp_path: Path) -> None:
    for path, message in _bad(tmp_path):
        with pytest.raises(DataError, match=message):
            open_picture(path, size=(28, 28))
