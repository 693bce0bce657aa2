"""Train the small GAN of digits that lessons show, and write its networks into the package.

    python scripts/train_lesson_networks.py --test-source mnist:FOLDER

A DCGAN in the settings of Radford et al. 2016 (`zerosum recipes dcgan-mnist` says what differs),
20 channels wide, so that the weights of both networks take less than a megabyte, and without an
EMA, so that they are those of a game that can be played on. It sees only the 5,000 digits that
are part of zerosum; with a test source the script tells how well the discriminator knows digits
that it has not seen from generated ones.

One seed gives one result on one kind of machine: one thread, no other source of randomness.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors.torch import save_file
from torch import nn

from zerosum.api import evaluate
from zerosum.config import RunConfig, change, to_json
from zerosum.data import StoreSettings, build_store, open_source, scale
from zerosum.families.loading import load
from zerosum.files import replace_atomically, write_text
from zerosum.games.base import Game, evaluating
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.jobs import train_run
from zerosum.lessons.packaged import packaged_folder
from zerosum.metrics.checks import parts_of
from zerosum.models.generator import Generator
from zerosum.randomness import Randomness
from zerosum.recipes import recipe

CHANNELS, IMAGES = 20, 1_000_000
SETTINGS = StoreSettings(size=(28, 28), channels=1)


def settings(*, images: int, seed: int) -> RunConfig:
    """What is trained."""
    narrow = {f"game.{each}.base_channels": CHANNELS for each in (GENERATOR, DISCRIMINATOR)}
    run = {"data": "digits", "images": images, "seed": seed, "device": "cpu"}
    alone = {"game.ema_half_life": None, "evaluate_every": 0, "sample_every": images}
    return change(recipe("dcgan-mnist"), {**narrow, **run, **alone})


@torch.no_grad()
def settle(discriminator: nn.Module, images: torch.Tensor) -> None:
    """Let batch normalisation keep the statistics of real images, for images seen one by one.

    Those that training leaves are means of three kinds of batches: real ones, generated ones, and
    generated ones at the generator's turn. By them the discriminator takes nearly every real digit
    for a fake. While it plays, each batch has its own, and the kept ones change nothing.
    """
    for each in discriminator.modules():
        if isinstance(each, nn.BatchNorm2d):
            each.reset_running_stats()
            each.momentum = None  # the plain mean over batches
    discriminator.train()
    for batch in parts_of(images, 250):
        discriminator(batch)


def save(network: nn.Module, target: Path, about: dict[str, str]) -> None:
    """Write a network's weights, and the running statistics of its normalisation."""
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    with replace_atomically(target) as temporary:
        # One entry: several are written in an order that changes from run to run.
        save_file(weights, temporary, metadata={"about": json.dumps(about)})
        temporary.chmod(0o644)  # as any other file of the package


def images_of(source: str, split: str, cache: Path) -> torch.Tensor:
    """The first 10,000 images of a source."""
    store = build_store(open_source(source, split=split), SETTINGS, cache=cache)
    return scale(torch.from_numpy(store.images[:10_000].copy()).permute(0, 3, 1, 2))


@torch.no_grad()
def told_apart(game: Game[object], real: torch.Tensor) -> str:
    """The shares of real images, and of as many generated ones, that the discriminator tells."""
    latents = Randomness(seed=1, stream="test").uniform(len(real), 100, low=-1, high=1)
    generator, discriminator = (game.players[each].network for each in (GENERATOR, DISCRIMINATOR))
    with evaluating(generator), evaluating(discriminator):
        right = (discriminator(real) > 0).float().mean().item()
        caught = (discriminator(generator(latents)) < 0).float().mean().item()
    return f"{right:.1%} of {len(real):,} real digits, {caught:.1%} of as many generated ones"


def main() -> None:
    """Train, test, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", type=Path, default=packaged_folder())
    parser.add_argument("--test-source", help="digits to test on, such as mnist:/folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = settings(images=arguments.images, seed=arguments.seed)
    about = {
        "how": f"scripts/train_lesson_networks.py, seed {arguments.seed}, {arguments.images:,} "
        "images of zerosum's 5,000 digits",
        "licence": "CC BY-SA 3.0, as the digits",
    }
    with TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        train_run(config, out=run)
        scores = evaluate(run, metrics="frechet,kid", features="digits", count=5_000).scores
        print(*(f"{name}: {each.estimate}" for name, each in scores.items()), sep="\n")
        game = load(run, kind=Generator, device="cpu").game
        digits = images_of("digits", "train", Path(folder))
        settle(game.players[DISCRIMINATOR].network, digits)
        print(f"the discriminator tells {told_apart(game, digits)}")
        if arguments.test_source:
            unseen = images_of(arguments.test_source, "test", Path(folder))
            print(f"of {arguments.test_source}: {told_apart(game, unseen)}")
    arguments.target.mkdir(exist_ok=True)
    for name, player in game.players.items():
        save(player.network, arguments.target / f"{name}.safetensors", {"what": name, **about})
    write_text(arguments.target / "config.json", json.dumps(to_json(config), indent=2) + "\n")


if __name__ == "__main__":
    main()
