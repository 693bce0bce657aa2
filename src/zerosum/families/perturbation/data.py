"""What a game against a classifier needs beside the others: its victim, and images to show."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from zerosum.config.run import PicturesConfig, RunConfig
from zerosum.data import Batches, Store, hold_out, open_source, scale
from zerosum.errors import ConfigError, RunError, ZerosumError
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.extraction import ImageSubset, choose_images, facts_on
from zerosum.families.labels import batches_of
from zerosum.families.perturbation.settings import PerturbationRunConfig
from zerosum.families.preparation import describe, prepare_store
from zerosum.families.victims import NAMED_VICTIMS, Victim, load_victim
from zerosum.files import expanded
from zerosum.own import absolute_code, is_code
from zerosum.runs import is_run
from zerosum.types import Images

__all__ = ["aim", "find_again", "held_out_images", "learning_batches", "preview_images"]


def aim(
    config: PerturbationRunConfig, device: torch.device, *, usual: RunConfig | None = None
) -> tuple[PerturbationRunConfig, Victim]:
    """The run with the victim's size and channels, and the victim.

    The victim's weights are written down, and the images get the size and the channels that it
    takes; others that were asked for are refused.

    Args:
        config: The run.
        device: Where the victim is to be.
        usual: Its recipe as it is, which shows what was asked for; None: everything was.

    Raises:
        ConfigError: There is no such classifier, it does not take such images, or it has no
            such class.
    """
    game = config.game
    game = replace(game, victim=_findable(game.victim))
    victim = load_victim(game.victim, device=device)
    game = replace(game, victim_weights=victim.weights)
    config = replace(config, game=game, pictures=_images(config, victim, usual))
    _check(config, victim)
    return config, victim


def find_again(config: PerturbationRunConfig, device: torch.device) -> Victim:
    """The victim of a run that goes on.

    It is not a part of the run's checkpoint, for it may be large and nothing in it moves; so it
    must still be what it was, or the run would go on as another one.

    Raises:
        RunError: It is gone, or its weights have changed.
    """
    game = config.game
    try:
        victim = load_victim(game.victim, device=device)
    except ZerosumError as error:
        raise RunError(
            f"the victim of this run, {game.victim}, cannot be loaded any more: {error} A run "
            "goes on as it began: put the classifier back, or start a new run."
        ) from error
    if victim.weights != game.victim_weights:
        raise RunError(
            f"the victim of this run, {game.victim}, is no longer what it was: its weights were "
            f"{game.victim_weights}, now they are {victim.weights}. Perhaps it was trained "
            "further. A run goes on as it began: put the classifier back, or start a new run."
        )
    return victim


def _findable(spec: str) -> str:
    """The classifier so named that it is found from any folder."""
    if is_code(spec):
        return absolute_code(spec)
    folder = expanded(spec)
    return str(folder.absolute()) if spec not in NAMED_VICTIMS and is_run(folder) else spec


def _images(
    config: PerturbationRunConfig, victim: Victim, usual: RunConfig | None
) -> PicturesConfig:
    """The run's images in the victim's size and channels.

    Raises:
        ConfigError: Others were asked for.
    """
    requested = config.pictures
    required = replace(
        requested,
        size=victim.size or requested.size,
        channels=victim.channels or requested.channels,
    )
    for name in ("size", "channels"):
        mine, theirs = getattr(requested, name), getattr(required, name)
        if mine != theirs and (usual is None or mine != getattr(usual.pictures, name)):
            raise ConfigError(
                f"{victim.name} takes pictures with {name} {theirs}, and pictures.{name} is "
                f"{mine}. Leave it out, and the pictures come as the victim takes them."
            )
    return required


def _check(config: PerturbationRunConfig, victim: Victim) -> None:
    height, width = config.pictures.size
    shown = torch.zeros(2, config.pictures.channels, height, width, device=victim.device)
    classes = victim.classifier.classes(shown)
    target = config.game.targeted
    if target is not None and target >= classes:
        raise ConfigError(f"game.targeted is a class from 0 to {classes - 1}, got {target}.")


def learning_batches(config: PerturbationRunConfig, store: Store, **how: Any) -> Batches:
    """Batches of the images that are not held out.

    Args:
        config: The run.
        store: Its images.
        how: What `Batches` takes besides.

    Raises:
        ConfigError: A batch is larger than what there is.
    """
    return batches_of(config, store, _split(config, store)[0], **how)


def held_out_images(
    config: PerturbationRunConfig, store: Store, *, quiet: bool = False
) -> LabelledSet:
    """Images that the run does not learn from: its source's split test, or those held out.

    Args:
        config: The run; its ``evaluate_count`` is the most that are taken.
        store: What it learns from.
        quiet: No progress bar.
    """
    test, split = store, "held out"
    numbers = _split(config, store)[1]
    if "test" in open_source(config.data).splits:
        test, split = prepare_store(config, split="test", quiet=quiet), "test"
        numbers = np.arange(len(test))
    if config.evaluate_count < len(numbers):
        numbers = numbers[choose_images(len(numbers), config.evaluate_count, 0)]
    about: dict[str, Any] = {**describe(config.data, split), **facts_on(test, len(numbers))}
    about |= {"victim": config.game.victim_weights, "epsilon": config.game.epsilon}
    # The victim's own answers count, so any labels do.
    labels = np.zeros(len(numbers), dtype=np.int64)
    return LabelledSet(images=ImageSubset(test.images, numbers), labels=labels, about=about)


def preview_images(config: PerturbationRunConfig, store: Store) -> Images:
    """A few images that are not learnt from, always the same ones, in [-1, 1]."""
    labelled = held_out_images(config, store, quiet=True)
    images = labelled.images if len(labelled) else ImageSubset(store.images)
    count = min(config.sample_count, len(images))
    chosen = choose_images(len(images), count, config.seed)
    (batch,) = ImageSubset(images[chosen]).batches(count)
    return scale(batch)


def _split(
    config: PerturbationRunConfig, store: Store
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the images to learn from, and of those held out; by class, where known.

    They are those that a classifier of the same source holds out. Where classes are so small that
    it holds nothing out, images of any class are.
    """
    game = config.game
    everything = np.arange(len(store))
    if "test" in open_source(config.data).splits or game.held_out == 0:
        return everything, everything[:0]
    alike = np.zeros(len(store), dtype=np.int64)
    kept, held = hold_out(alike if store.labels is None else store.labels, game.held_out)
    return (kept, held) if len(held) else hold_out(alike, game.held_out)
