"""What lessons show before anything is trained: a small GAN of digits, and a photograph.

The two networks are a DCGAN in the settings that its paper publishes, at a width of 20 channels,
which ``scripts/train_lesson_networks.py`` trained on the 5,000 digits that are part of zerosum,
for 1,000,000 images. The generator's digits are mostly readable: FD-digits 1.74 ± 0.04 with 5,000
of them, where other real digits have 0.06. The discriminator knows 79 % of the real digits that it
was trained on, 67 % of MNIST's 10,000 test digits, and 89 % of generated ones.

The weights are those after the last round, no averages of them, so that a lesson can show the next
step of the game. What batch normalisation keeps for single images is of real digits alone: by what
training leaves, a mean over real and generated batches, the discriminator would take 96 % of real
test digits for fakes.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import load_file

from zerosum.config import RunConfig, change, from_json
from zerosum.data import StoreSettings, build_store, open_source
from zerosum.errors import DataError
from zerosum.families.building import build_game
from zerosum.families.victims import Victim
from zerosum.features.weights import fill
from zerosum.files import cache_folder
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.base import Game
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.jobs.inputs import find_inputs, fit_input, require_inputs
from zerosum.jobs.looking import loop_of_recipe
from zerosum.models.generator import Generator as GeneratorModel
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.kinds import Generator
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Images, Pixels

__all__ = [
    "open_picture",
    "packaged_config",
    "packaged_discriminator",
    "packaged_folder",
    "packaged_game",
    "packaged_generator",
    "packaged_loop",
    "packaged_model",
    "photograph",
    "picture_for",
]


IMAGES_SEEN = 1_000_000
"""On how many images the packaged networks were trained."""


def packaged_folder() -> Path:
    """Where the networks lie in the installed package.

    It holds ``config.json``, and the weights of each player in a safetensors file of its name.

    Example:
        >>> sorted(each.name for each in packaged_folder().iterdir())
        ['config.json', 'discriminator.safetensors', 'generator.safetensors']
    """
    return Path(str(files("zerosum.lessons"))) / "digits_gan"


def packaged_config() -> RunConfig:
    """The configuration by which the packaged networks were trained.

    Example:
        >>> packaged_config().data, packaged_config().pictures.shape
        ('digits', (1, 28, 28))
    """
    text = (packaged_folder() / "config.json").read_text(encoding="utf-8")
    return from_json(json.loads(text))


def packaged_game() -> AdversarialGame:
    """The game in which the packaged networks were trained, as it stood after its last round.

    The optimizers are new: their running means are not in the package.

    Example:
        >>> sorted(packaged_game().players)
        ['discriminator', 'generator']
    """
    game = build_game(packaged_config(), Engine(device=torch.device("cpu")))
    _fill(game)
    return cast("AdversarialGame", game)


def _fill(game: Game[Any]) -> None:
    for name, player in game.players.items():
        path = packaged_folder() / f"{name}.safetensors"
        fill(player.network, load_file(path), path)


def packaged_loop(*, seed: int = 0, batch_size: int | None = None) -> Loop[Any]:
    """The loop in which the packaged networks would be trained further, on the digits.

    Args:
        seed: From which all random numbers of the next rounds follow.
        batch_size: Real images in a round; None: as many as in their training.

    Example:
        >>> packaged_loop().images_seen
        0
    """
    config = packaged_config()
    fields = {"seed": seed, "batch_size": batch_size or config.batch_size}
    loop = loop_of_recipe(change(config, fields))
    _fill(loop.game)
    return loop


def packaged_generator() -> Generator:
    """The packaged generator, in evaluation mode: latents (n, 100) to images (n, 1, 28, 28).

    Example:
        >>> packaged_generator()(torch.zeros(2, 100)).shape
        torch.Size([2, 1, 28, 28])
    """
    return cast("Generator", packaged_game().players[GENERATOR].network.eval())


def packaged_model() -> GeneratorModel:
    """The packaged generator as a model: to sample from, to walk with, to export.

    Example:
        >>> packaged_model().sample(2, seed=7).shape
        torch.Size([2, 1, 28, 28])
    """
    run = _PackagedRun(packaged_folder())
    return GeneratorModel(run=run, game=packaged_game(), images_seen=IMAGES_SEEN)


class _PackagedRun(Run):
    """The folder in the package, under the name by which users know it."""

    @property
    def name(self) -> str:
        """What pictures and pages call it."""
        return "digits"


def packaged_discriminator() -> Discriminator:
    """The packaged discriminator, in evaluation mode: images (n, 1, 28, 28) to logits (n,).

    Example:
        >>> packaged_discriminator()(torch.zeros(2, 1, 28, 28)).shape
        torch.Size([2])
    """
    return cast("Discriminator", packaged_game().players[DISCRIMINATOR].network.eval())


def photograph() -> Path:
    """The photograph that is shown where the reader brings none: Grace Hopper, in colour.

    It is by the United States Navy, in the public domain, and one of matplotlib's sample images.

    Example:
        >>> photograph().name
        'grace_hopper.jpg'
    """
    from matplotlib.cbook import get_sample_data  # Takes a while, and only this needs it.

    return Path(get_sample_data("grace_hopper.jpg", asfileobj=False))


def open_picture(path: Path | None, *, size: tuple[int, int], channels: int = 3) -> Images:
    """A reader's image, or the photograph, as a network sees it: its middle, resized.

    Args:
        path: The image file; None: the photograph.
        size: (height, width) in pixels.
        channels: 1 for grey, 3 for colours.

    Returns:
        Shape (1, channels, height, width), in [-1, 1].

    Raises:
        DataError: There is no such file, or it is no image, or holds several.

    Example:
        >>> open_picture(None, size=(224, 224)).shape
        torch.Size([1, 3, 224, 224])
        >>> open_picture(Path("no-such.jpg"), size=(224, 224))
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: ...no-such.jpg does not exist; check the path.
    """
    named = [str((path or photograph()).expanduser().absolute())]
    require_inputs(named)
    found = find_inputs(named)
    if len(found) != 1:
        raise DataError(f"{path} holds {len(found):,} pictures: expected one picture file.")
    return fit_input(found[0], StoreSettings(size=size, channels=channels, enlarge=True))


def picture_for(victim: Victim, path: Path | None, *, number: int) -> Pixels:
    """A reader's image as a classifier takes it; else a digit where it is for grey, or the photo.

    Args:
        victim: The classifier.
        path: The image file; None: what comes with zerosum.
        number: Which digit, from 0; beyond the last they begin again.

    Returns:
        Shape (1, channels, height, width), in [0, 1].

    Raises:
        DataError: There is no such file, or it is no image, or holds several.

    Example:
        >>> from zerosum.families.victims import load_victim
        >>> victim = load_victim("digits", device=torch.device("cpu"))
        >>> picture_for(victim, None, number=0).shape
        torch.Size([1, 1, 28, 28])
    """
    size, channels = victim.size or (224, 224), victim.channels or 3
    if path is None and channels == 1:
        settings = StoreSettings(size=size, channels=1)
        store = build_store(open_source("digits"), settings, cache=cache_folder())
        image = torch.from_numpy(store.images[number % len(store)].copy())
        return image.permute(2, 0, 1)[None].float() / 255
    return (open_picture(path, size=size, channels=channels) + 1) / 2
