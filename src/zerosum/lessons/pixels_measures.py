"""What the lesson `pixels` asks of a fully visible belief network, and of the packaged GAN."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import product
from math import log
from time import perf_counter
from typing import Any, cast

import torch
from torch import Tensor

from zerosum.data import scale
from zerosum.evaluation.likelihood import quantised
from zerosum.families.autoregressive.data import find_test_images, learnt_and_held_out
from zerosum.games.autoregressive import AutoregressiveGame
from zerosum.lessons.packaged import packaged_generator
from zerosum.lessons.small_gans import digits_store
from zerosum.networks.made import Made
from zerosum.networks.made_settings import MadeConfig
from zerosum.objectives.likelihood import Bernoulli
from zerosum.randomness import Randomness, derive_seed
from zerosum.recipes import fvbn_digits
from zerosum.types import Images

__all__ = [
    "PIXELS",
    "bits_of_pixels",
    "drawing_times",
    "independent_bits",
    "network_of",
    "rank_of_the_generator",
    "tiny_total",
    "unseen_digits",
    "who_notices",
]

PIXELS = 784
"""Of a digit."""

_TINY = (1, 3, 3)
"""Of an image of which there are 512."""


@cache
def unseen_digits() -> Images:
    """The 500 digits that the recipe holds out, in black and white, shape (500, 1, 28, 28)."""
    images = find_test_images(fvbn_digits(), quiet=True).images
    whole = torch.cat(list(images.batches(len(images))))
    return quantised(scale(whole), levels=2, seed=0)


@cache
def independent_bits() -> float:
    """Bits for a pixel of test digits if each is white as often as it was in those learnt from."""
    store = digits_store()
    learnt, _ = learnt_and_held_out(fvbn_digits(), store)
    white = torch.from_numpy(store.images[learnt] / 255).mean(dim=0).clamp(1e-3, 1 - 1e-3)
    test = (unseen_digits().double() + 1) / 2
    chances = white.permute(2, 0, 1)
    found = test * chances.log() + (1 - test) * (1 - chances).log()
    return float(-found.mean() / log(2))


def network_of(game: AutoregressiveGame) -> Made:
    """The game's best network."""
    return cast("Made", game.players["model"].best)


def bits_of_pixels(game: AutoregressiveGame, images: Images) -> tuple[Tensor, list[int]]:
    """What each pixel costs, −log₂ p(x_d | x_1 ... x_{d−1}), shape (n, pixels).

    The conditionals are asked for one after the other, as in drawing, each before its pixel is
    known; the likelihood comes from one pass over the whole image. Also: which were asked for, in
    their order.
    """
    network, bernoulli = network_of(game), Bernoulli()
    numbers = network.numbers(images)
    bits, asked = torch.zeros_like(numbers), []

    def choose(dimension: int, parameters: Tensor) -> Tensor:
        asked.append(dimension)
        number = numbers[:, dimension : dimension + 1]
        found = bernoulli.log_probability(number, parameters.unsqueeze(1))
        bits[:, dimension] = -found[:, 0] / log(2)
        return number[:, 0]

    with torch.no_grad():
        network.eval().generate(len(images), choose)
    return bits, asked


@cache
def drawing_times(units: int) -> Mapping[str, Mapping[str, float]]:
    """Seconds for one image and for 64, of this process: measured once, so that pages agree."""
    network = MadeConfig(widths=(units,)).build((1, 28, 28), outputs=1).eval()
    generator = packaged_generator()
    found = {}
    for name, count in (("one", 1), ("many", 64)):
        latents = torch.zeros(count, generator.latent_size)
        chances = torch.full((count, PIXELS), 0.5)

        def draw(count: int = count, chances: Tensor = chances) -> None:
            network.generate(count, lambda dimension, _: chances[:, dimension])

        with torch.no_grad():
            found[name] = {
                "gan": _seconds(partial(generator, latents), 20),
                "pixels": _seconds(draw, 3),
            }
    return found


def _seconds(work: Callable[[], Any], times: int) -> float:
    """The shortest of some tries, after one to warm up."""
    work()
    found = []
    for _ in range(times):
        begun = perf_counter()
        work()
        found.append(perf_counter() - begun)
    return min(found)


def who_notices(network: Made, images: Images, pixel: int) -> dict[str, int]:
    """Whose conditionals change, to the bit, if one pixel and all that come later are others."""
    numbers = network.numbers(images)
    one, later = numbers.clone(), numbers.clone()
    one[:, pixel] = 1 - one[:, pixel]
    later[:, pixel:] = 1 - later[:, pixel:]
    with torch.no_grad():
        before, *others = (network.eval()(network.images(each)) for each in (numbers, one, later))
    one_differs, later_differs = (
        (each != before).flatten(2).any(dim=2).any(dim=0) for each in others
    )
    return {
        "earlier": int(one_differs[: pixel + 1].sum() + later_differs[: pixel + 1].sum()),
        "after": int(one_differs[pixel + 1 :].sum()),
    }


def tiny_total(seed: int) -> float:
    """The probabilities of all 512 images of 3x3 pixels, added up, by a network of any weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "tiny"))
        network = MadeConfig(widths=(16,)).build(_TINY, outputs=1).double()
        for weight in network.parameters():
            torch.nn.init.normal_(weight)
    numbers = torch.tensor(list(product([0.0, 1.0], repeat=9)), dtype=torch.float64)
    with torch.no_grad():
        parameters = network(network.images(numbers))
        found = Bernoulli().log_probability(numbers, parameters).sum(dim=1)
    return float(found.exp().sum())


def rank_of_the_generator(seed: int) -> int:
    """In how many directions the packaged generator's image can move as its latent does."""
    generator = packaged_generator().double()
    latents = (
        Randomness(seed=derive_seed(seed, "latent")).normal(1, generator.latent_size).double()
    )
    steps = 1e-5 * torch.eye(generator.latent_size, dtype=torch.float64)
    with torch.no_grad():
        moved = generator(torch.cat([latents + steps, latents - steps])).flatten(1)
    there, back = moved.chunk(2)
    return int(torch.linalg.matrix_rank((there - back) / 2e-5, rtol=1e-6))
