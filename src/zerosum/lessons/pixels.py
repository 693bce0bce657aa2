"""Pixel by pixel: a fully visible belief network beside the GAN."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Annotated, Any, cast

import numpy as np
import torch
from torch import Tensor

from zerosum.config import RunConfig, change
from zerosum.data import unscale
from zerosum.evaluation.likelihood import likelihood_scores
from zerosum.games.autoregressive import AutoregressiveGame
from zerosum.jobs.looking import loop_of_recipe
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Gallery
from zerosum.lessons.packaged import packaged_generator
from zerosum.lessons.pixels_measures import (
    PIXELS,
    bits_of_pixels,
    drawing_times,
    independent_bits,
    network_of,
    rank_of_the_generator,
    tiny_total,
    unseen_digits,
    who_notices,
)
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.randomness import Randomness, derive_seed
from zerosum.recipes import recipe
from zerosum.types import Images, Progress

__all__ = ["LESSON", "PixelsControls"]

_SHOWN = 8
_BATCH = 32
"""Half of the recipe's, likewise."""

_RATE = 1e-2
"""Adam's: twice the recipe's, for a training of seconds."""


@dataclass(frozen=True, kw_only=True)
class PixelsControls(Controls):
    """How large the network is, how long it learns, and where one looks."""

    images: Annotated[int, Number(64, 500_000)] = 12_800
    """Digits that it is shown, in batches of 32."""
    units: Annotated[int, Number(8, 2_000)] = 200
    """Hidden units of the network."""
    pixel: Annotated[int, Number(0, 783)] = 400
    """The pixel that is changed to see which others notice; row by row from 0 to 783."""
    given: Annotated[int, Number(0, 27)] = 14
    """Rows of a digit that are given where the rest is drawn."""
    seed: Seed = 0
    """From which all random numbers follow."""


def compute(controls: PixelsControls, progress: Progress) -> Results:
    """Train the network, and ask it what a GAN cannot say."""
    config = _config(controls)
    untrained = _game(config).log_likelihood(unseen_digits())
    game = _trained(config, progress)
    found = game.log_likelihood(unseen_digits())
    shown = unseen_digits()[:_SHOWN]
    bits, asked = bits_of_pixels(game, shown)
    completed = _completed(game, controls)
    timed = drawing_times(controls.units)
    scores = likelihood_scores(found, dimensions=PIXELS)
    nats, bits_per_pixel = (
        scores[name] for name in ("negative log-likelihood", "bits per dimension")
    )
    measured = _measured(controls, nats, bits_per_pixel, timed)
    return Results(
        answer=_answer(nats.estimate.value, bits_per_pixel.estimate.value, timed),
        numbers={
            "nats": nats.estimate.value,
            "nats_error": nats.estimate.error,
            "bits": bits_per_pixel.estimate.value,
            "coin": float(-untrained.double().mean()) / (PIXELS * log(2)),
            "apart": independent_bits(),
            "ratio_one": round(_ratio(timed["one"])),
            "ratio_many": round(_ratio(timed["many"])),
            "pixels": PIXELS,
            "pixel": controls.pixel,
            "mixed": _mixed(found),
            "whole": (-game.log_likelihood(shown) / log(2)).numpy(),
            "sums": bits.sum(dim=1).numpy(),
            "asked": asked,
            "kept": bool((completed == shown)[..., : controls.given, :].all()),
            **who_notices(network_of(game), shown, controls.pixel),
            "tiny": tiny_total(controls.seed),
            "rank": rank_of_the_generator(controls.seed),
        },
        tables={"measured": measured, "recorded": recorded_table("pixels") or measured},
        figures={
            "samples": _samples(game, controls),
            "cost": _cost_figure(bits),
            "completed": _completed_figure(completed, controls),
        },
    )


def _config(controls: PixelsControls) -> RunConfig:
    """The recipe, narrower and shorter; its learning rate falls and its average forgets so."""
    images = controls.images
    return change(
        recipe("fvbn-digits"),
        {
            "game.network.widths": (controls.units,),
            "game.optimizer.learning_rate": _RATE,
            "game.optimizer.decay": (images // 2, images),
            "game.ema_half_life": max(1, images // 6),
            "images": images,
            "batch_size": _BATCH,
            "seed": controls.seed,
        },
    )


def _game(config: RunConfig) -> AutoregressiveGame:
    return cast("AutoregressiveGame", loop_of_recipe(config).game)


def _trained(config: RunConfig, progress: Progress) -> AutoregressiveGame:
    loop = loop_of_recipe(config)
    total = config.total_images
    while loop.images_seen < total:
        loop.run(until=min(total, loop.images_seen + 1_024))
        progress(min(loop.images_seen, total), total)
    return cast("AutoregressiveGame", loop.game)


def _completed(game: AutoregressiveGame, controls: PixelsControls) -> Tensor:
    """Digits whose first rows are given, drawn to their end twice, shape (2, n, 1, h, w)."""
    digits = unseen_digits()[:_SHOWN].repeat(2, 1, 1, 1)
    uniform = Randomness(seed=derive_seed(controls.seed, "completed")).uniform(*digits.shape)
    drawn = game.complete(digits, uniform, rows=controls.given)
    return torch.stack([drawn[:_SHOWN], drawn[_SHOWN:]])


def _mixed(log_likelihoods: Tensor) -> float:
    """Nats of a picture if only one in a hundred is drawn by the network, and others by coins."""
    coins = torch.full_like(log_likelihoods.double(), -PIXELS * log(2) + log(0.99))
    return -float(torch.logaddexp(log_likelihoods.double() + log(0.01), coins).mean())


def _ratio(seconds: Mapping[str, float]) -> float:
    return seconds["pixels"] / seconds["gan"]


def _answer(nats: float, bits: float, timed: Mapping[str, Mapping[str, float]]) -> str:
    return (
        f"It says how likely a picture is: unseen digits cost {nats:.0f} nats, {bits:.2f} bits "
        f"for each pixel. A GAN cannot. For that a digit takes {PIXELS} steps one after the "
        f"other, here {_ratio(timed['one']):.0f} times as long as the GAN's single pass."
    )


def _measured(
    controls: PixelsControls, nats: Any, bits: Any, timed: Mapping[str, Mapping[str, float]]
) -> Table:
    return Table(
        title=f"{controls.images:,} digits seen, {controls.units:,} units; times of this machine",
        columns=("what", "pixel by pixel", "the packaged GAN"),
        rows=[
            ("log-likelihood of unseen digits, nats", f"−{nats.estimate}", "none"),
            ("bits for each pixel", str(bits.estimate), "none"),
            ("steps one after the other", str(PIXELS), "1"),
            ("milliseconds for one digit", *_both(timed["one"])),
            ("milliseconds for 64 digits", *_both(timed["many"])),
            ("times as long, for one", f"{_ratio(timed['one']):.0f}", "1"),
            ("times as long, for 64", f"{_ratio(timed['many']):.0f}", "1"),
        ],
    )


def _both(seconds: Mapping[str, float]) -> tuple[str, str]:
    return f"{1e3 * seconds['pixels']:.1f}", f"{1e3 * seconds['gan']:.2f}"


def _samples(game: AutoregressiveGame, controls: PixelsControls) -> Gallery:
    uniform = Randomness(seed=derive_seed(controls.seed, "samples")).uniform(_SHOWN, 1, 28, 28)
    latents = Randomness(seed=derive_seed(controls.seed, "latents")).normal(_SHOWN, 100)
    with torch.no_grad():
        generated = packaged_generator()(latents)
    rows = {
        "real, in black and white": unseen_digits()[:_SHOWN],
        "pixel by pixel": game.draw(uniform),
        "by the GAN": generated,
    }
    return _gallery("Digits: unseen ones, drawn pixel by pixel, and by the GAN", rows)


def _gallery(title: str, rows: Mapping[str, Images]) -> Gallery:
    return Gallery(
        title=title,
        images=np.concatenate([unscale(each)[:, 0].numpy() for each in rows.values()]),
        captions=[name for name in rows for _ in range(_SHOWN)],
        columns=_SHOWN,
    )


def _cost_figure(bits: Tensor) -> Gallery:
    most = float(bits.max())
    costs = (bits / most).view(-1, 1, 28, 28) * 2 - 1
    digits = unseen_digits()[:_SHOWN]
    names = [f"{float(each):.0f} bits" for each in bits.sum(dim=1)]
    gallery = _gallery(
        f"What each pixel of an unseen digit costs: black nothing, white {most:.0f} bits",
        {"digits": digits, "costs": costs},
    )
    return Gallery(
        title=gallery.title,
        images=gallery.images,
        captions=["digit"] * _SHOWN + names,
        columns=_SHOWN,
    )


def _completed_figure(completed: Tensor, controls: PixelsControls) -> Gallery:
    digits = unseen_digits()[:_SHOWN]
    given = digits.clone()
    given[:, :, controls.given :] = 0
    rows = {"given": given, "drawn": completed[0], "drawn again": completed[1], "it was": digits}
    return _gallery(f"The first {controls.given} rows given, the others drawn, twice", rows)


@states(
    "The conditionals of all pixels, asked for one after the other, multiply to the likelihood "
    "that one pass over the whole picture gives."
)
def _conditionals_multiply_to_the_likelihood(_: PixelsControls, results: Results) -> bool:
    numbers = results.numbers
    return bool(np.allclose(numbers["sums"], numbers["whole"], rtol=1e-4))


@states(
    "Change a pixel, and all that come after it: no conditional of it or of an earlier one "
    "changes by a bit."
)
def _no_pixel_sees_a_later_one(_: PixelsControls, results: Results) -> bool:
    return bool(results.numbers["earlier"] == 0)


@states(
    "The probabilities of all 512 pictures of 3 by 3 pixels add up to 1, whatever the weights."
)
def _all_pictures_share_one(_: PixelsControls, results: Results) -> bool:
    return bool(abs(results.numbers["tiny"] - 1) < 1e-9)


@states("Before it has learnt anything, every pixel is the toss of a coin: 1 bit exactly.")
def _untrained_it_tosses_coins(_: PixelsControls, results: Results) -> bool:
    return bool(abs(results.numbers["coin"] - 1) < 1e-6)


@states("Bits for a pixel are the nats of a picture over 784 times the natural logarithm of 2.")
def _bits_are_nats_in_another_unit(_: PixelsControls, results: Results) -> bool:
    numbers = results.numbers
    return bool(np.isclose(numbers["bits"] * PIXELS * log(2), numbers["nats"], rtol=1e-9))


@states(
    "To draw a picture takes as many steps one after the other as it has pixels, in their order."
)
def _a_picture_takes_a_step_for_each_pixel(_: PixelsControls, results: Results) -> bool:
    return bool(results.numbers["asked"] == list(range(PIXELS)))


@states("What is given of a picture stays as it was when the rest is drawn.")
def _what_is_given_stays(_: PixelsControls, results: Results) -> bool:
    return bool(results.numbers["kept"])


@states(
    "From 2,000 digits and 100 units on, unseen digits cost fewer bits than by the share of white "
    "of each pixel: it has learnt what pixels have to do with each other."
)
def _it_learns_more_than_shares(controls: PixelsControls, results: Results) -> bool | None:
    if controls.images < 2_000 or controls.units < 100:
        return None
    return bool(results.numbers["bits"] < results.numbers["apart"])


@states(
    "Mixed with 99 parts of coin tosses to one of its own, it loses ln 100 = 4.6 nats of a "
    "picture at most, though 99 of 100 pictures that are then drawn are noise."
)
def _likelihood_does_not_see_noise(_: PixelsControls, results: Results) -> bool:
    lost = results.numbers["mixed"] - results.numbers["nats"]
    return bool(lost <= log(100) + 1e-6)


@states(
    "The GAN's pictures are a surface of as many dimensions as its latent vector has, 100 of 784."
)
def _the_gan_lives_on_a_surface(_: PixelsControls, results: Results) -> bool:
    return bool(results.numbers["rank"] == 100)


LESSON = Lesson(
    controls=PixelsControls,
    compute=compute,
    claims=[
        _conditionals_multiply_to_the_likelihood,
        _no_pixel_sees_a_later_one,
        _all_pictures_share_one,
        _untrained_it_tosses_coins,
        _bits_are_nats_in_another_unit,
        _it_learns_more_than_shares,
        _a_picture_takes_a_step_for_each_pixel,
        _what_is_given_stays,
        _likelihood_does_not_see_noise,
        _the_gan_lives_on_a_surface,
    ],
    full={"images": 120_000, "units": 1_000},
)
