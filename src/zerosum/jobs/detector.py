"""The detector of a run: a small classifier that tells its pictures from real ones.

It is trained on images that the run itself was trained on, and on as many samples of the run, by
zerosum's own game of a classifier. A part of both is held out, and on that part it is tested: as
the images are, and after compression and resizing. It is kept in the run folder with all that it
depends on, and made anew when that is no longer so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from zerosum.checkpoint import load_checkpoint, require_like, save_checkpoint
from zerosum.config.commands.detect import DetectConfig
from zerosum.counting import counting
from zerosum.data import Store, scale, unscale
from zerosum.errors import CheckpointError, DataError
from zerosum.evaluation.extraction import choose_images
from zerosum.explaining import is_there
from zerosum.families.loading import require_own_images
from zerosum.families.players import build_player
from zerosum.families.preparation import prepare_store
from zerosum.features.weights import hash_of_state
from zerosum.files import require_writable
from zerosum.games.classification import ClassificationGame, answer_of
from zerosum.games.classification_settings import ClassificationConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.media.degrading import compressed, resized_and_back
from zerosum.metrics import Estimate
from zerosum.metrics.shares import share
from zerosum.models.sampler import Sampler
from zerosum.networks.classifier_settings import ConvClassifierConfig
from zerosum.randomness import derive_seed
from zerosum.training.engine import Engine, choose_device
from zerosum.training.loop import Loop, Record
from zerosum.types import Batch, Bytes, Images, ImageShape, Labels, Progress

__all__ = [
    "CONDITIONS",
    "Detector",
    "HeldOut",
    "Pairs",
    "detector_of",
    "train_detector",
    "try_detector",
]

CONDITIONS: Mapping[str, Callable[[Bytes], Bytes]] = {
    "as they are": lambda images: images,
    "JPEG 90": partial(compressed, quality=90),
    "JPEG 75": partial(compressed, quality=75),
    "JPEG 50": partial(compressed, quality=50),
    "half size and back": partial(resized_and_back, share=0.5),
    "double size and back": partial(resized_and_back, share=2.0),
}
"""What is done to images before the detector is tested on them, by its name."""

_VERSION = 1
_HELD_OUT = 0.2
_FEWEST = 20
_BATCH = 64
_NETWORK = ConvClassifierConfig(base_channels=32, dropout=0.0)
_CLASSES = ("real", "generated")
_QUALITIES = (40, 96)
_SHARES = (0.5, 2.0)


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """How good a detector is on images that it was not trained on, after something befell them.

    Attributes:
        condition: What befell them; see `CONDITIONS`.
        accuracy: Share of images that it tells right, half of them being generated.
        false_alarms: Share of the real ones that it calls generated.
        misses: Share of the generated ones that it calls real.
    """

    condition: str
    accuracy: Estimate
    false_alarms: Estimate
    misses: Estimate

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes the same."""
        numbers = {name: it for name, it in vars(self).items() if isinstance(it, Estimate)}
        return {"condition": self.condition} | {
            name: {"value": it.value, "error": it.error} for name, it in numbers.items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "HeldOut":
        """What `to_json` gave.

        Example:
            >>> half = {"value": 0.5, "error": 0.1}
            >>> values = dict.fromkeys(("accuracy", "false_alarms", "misses"), half)
            >>> HeldOut.from_json({"condition": "JPEG 90", **values}).misses.value
            0.5
        """
        numbers = {name: Estimate(**it) for name, it in values.items() if name != "condition"}
        return cls(condition=values["condition"], **numbers)


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What tells a run's images from real ones.

    Attributes:
        network: From images in [-1, 1] to logits (n, 2) of real and generated.
        protocol: All that it depends on, as plain values.
        tested: How good it is, one for each of `CONDITIONS`.
        new: Whether it was trained just now.
    """

    network: nn.Module
    protocol: Mapping[str, Any]
    tested: tuple[HeldOut, ...]
    new: bool

    def probability(self, images: Images) -> list[float]:
        """How probable it takes each image to be the run's, where half of all images are."""
        logits = answer_of(self.network, images)
        return logits.softmax(dim=1)[:, 1].tolist()


def detector_of(model: Sampler, options: DetectConfig, *, quiet: bool = False) -> Detector:
    """The detector of a run: the one that is kept with it, or a new one.

    Args:
        model: The run's generator.
        options: Of which images, and on which device.
        quiet: No progress bars.

    Raises:
        ZerosumError: The run's images are not there, are others, or are too few; or the detector
            cannot be written.
    """
    protocol = _protocol(model, options)
    device = choose_device(options.device)
    shape = model.run.config().pictures.shape
    kept = _recall(model, protocol, shape, device)
    if kept is not None:
        return kept
    require_writable(model.run.path)
    require_own_images(model.run, options.checkpoint, quiet=quiet)
    store = prepare_store(model.run.config(), quiet=quiet)
    training, held_out = _sets(model, store, options, quiet=quiet)
    with counting(f"training the detector of {model.run.path}", quiet=quiet) as progress:
        network = train_detector(training, options, Engine(device=device), progress)
    with counting("testing the detector", quiet=quiet) as progress:
        tested = try_detector(network, held_out, progress)
    detector = Detector(network=network, protocol=protocol, tested=tested, new=True)
    _keep(model, detector)
    return detector


def _protocol(model: Sampler, options: DetectConfig) -> dict[str, Any]:
    weights = (hash_of_state(player.best) for player in model.game.players.values())
    return {
        "version": _VERSION,
        "run": model.run.name,
        "images_seen": model.images_seen,
        "weights": "-".join(each[:16] for each in weights),
        "data": model.run.load(options.checkpoint)["data"]["identity"],
        "samples": options.samples,
        "images": options.images,
        "seed": options.seed,
    }


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Equally many real and generated images, as bytes."""

    real: Bytes
    fake: Bytes


def _sets(
    model: Sampler, store: Store, options: DetectConfig, *, quiet: bool
) -> tuple[Pairs, Pairs]:
    """Images to train on, and others to test on."""
    count = min(options.samples, len(store))
    if count < _FEWEST:
        raise DataError(
            f"{model.run.path} was trained on {len(store)} pictures, and a detector needs at "
            f"least {_FEWEST} of them to be trained and tested on."
        )
    chosen = choose_images(len(store), count, options.seed)
    real = torch.from_numpy(np.ascontiguousarray(store.images[chosen])).permute(0, 3, 1, 2)
    with counting(f"{model.run.path} makes pictures", quiet=quiet) as progress:
        # A seed that nobody draws pictures of by chance: they would be known to the detector.
        seed = derive_seed(options.seed, "detector") >> 20
        fake = unscale(model.sample(count, seed=seed, progress=progress))
    random = torch.Generator().manual_seed(derive_seed(options.seed, "held out"))
    order = torch.randperm(count, generator=random)
    held, kept = order[: round(_HELD_OUT * count)], order[round(_HELD_OUT * count) :]
    return Pairs(real=real[kept], fake=fake[kept]), Pairs(real=real[held], fake=fake[held])


class _Mixed:
    """Batches of real and generated images, half of each, of which most have been degraded."""

    def __init__(self, pairs: Pairs, seed: int, device: torch.device) -> None:
        self._pairs, self._seed, self._device = pairs, seed, device

    def size_at(self, position: int) -> int:
        """How many images the batch at a position has."""
        return _BATCH

    def at(self, position: int) -> Batch:
        """The batch at a position: whatever befalls images befalls those of both kinds."""
        random = np.random.default_rng(derive_seed(self._seed, "batch", position))
        count = len(self._pairs.real)
        parts = [each[random.integers(count, size=_BATCH // 2)] for each in self._sides()]
        images = torch.cat(
            [_degraded(image, random) for image in torch.split(torch.cat(parts), 1)]
        )
        labels = torch.arange(2).repeat_interleave(_BATCH // 2)
        return Batch(images=scale(images).to(self._device), labels=labels.to(self._device))

    def _sides(self) -> tuple[Bytes, Bytes]:
        return self._pairs.real, self._pairs.fake


def _degraded(images: Bytes, random: np.random.Generator) -> Bytes:
    which = random.integers(3)
    if which == 0:
        return compressed(images, int(random.integers(*_QUALITIES)))
    if which == 1:
        low, high = np.log(_SHARES)
        return resized_and_back(images, float(np.exp(random.uniform(low, high))))
    return images


class _Progress:
    """A hook that tells how far the training is."""

    def __init__(self, tell: Progress | None, total: int) -> None:
        self._tell, self._total = tell, total

    def started(self, loop: Loop[Any]) -> None: ...

    def played(self, loop: Loop[Any], record: Record) -> None:
        if self._tell is not None:
            self._tell(min(loop.images_seen, self._total), self._total)

    def stopped(self, loop: Loop[Any]) -> None: ...


def train_detector(
    pairs: Pairs, options: DetectConfig, engine: Engine, progress: Progress | None
) -> nn.Module:
    """Train a network to tell the real images of the pairs from the generated ones."""
    channels, height, width = pairs.real.shape[1:]
    network = _network((channels, height, width), options.seed)
    images = options.images
    optimizer = OptimizerConfig(
        learning_rate=2e-3, betas=(0.9, 0.999), decay=(images // 2, images)
    )
    game = ClassificationGame(
        ClassificationConfig(classes=_CLASSES),
        classifier=build_player(network, optimizer, engine, ema_half_life=2_000),
    )
    loop = Loop(
        game=game,
        batches=_Mixed(pairs, options.seed, engine.device),
        engine=engine,
        seed=options.seed,
        hooks=[_Progress(progress, images)],
    )
    loop.run(until=images)
    return game.classifier


def _network(shape: ImageShape, seed: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "weights"))
        return _NETWORK.build(shape, classes=len(_CLASSES))


def try_detector(
    network: nn.Module, pairs: Pairs, progress: Progress | None
) -> tuple[HeldOut, ...]:
    """How often it is right on pairs that it has not learnt from, under each condition."""
    tested = []
    for number, (condition, degrade) in enumerate(CONDITIONS.items(), start=1):
        alarms = _taken(network, degrade(pairs.real)) == 1
        misses = _taken(network, degrade(pairs.fake)) == 0
        tested.append(
            HeldOut(
                condition=condition,
                accuracy=share(~torch.cat([alarms, misses])),
                false_alarms=share(alarms),
                misses=share(misses),
            )
        )
        if progress is not None:
            progress(number, len(CONDITIONS))
    return tuple(tested)


def _taken(network: nn.Module, images: Bytes) -> Labels:
    return torch.cat(
        [answer_of(network, scale(part)).argmax(dim=1) for part in torch.split(images, 256)]
    )


def _keep(model: Sampler, detector: Detector) -> None:
    state = {
        "protocol": dict(detector.protocol),
        "tested": [each.to_json() for each in detector.tested],
        "weights": detector.network.state_dict(),
    }
    save_checkpoint(model.run.detector_path, {"detector": state})


def _recall(
    model: Sampler, protocol: Mapping[str, Any], shape: ImageShape, device: torch.device
) -> Detector | None:
    """The detector in the run folder; None where there is none for the run as it stands.

    What is damaged is none either: it can be made again.

    Raises:
        CheckpointError: There is one that may not be read.
    """
    path = model.run.detector_path
    if not is_there(path):
        return None
    network = _network(shape, 0)
    like = {"protocol": {}, "tested": [], "weights": network.state_dict()}
    try:
        kept = load_checkpoint(path)
        require_like(kept, {"detector": like}, "file")
    except CheckpointError as error:
        if isinstance(error.__cause__, PermissionError):
            raise
        return None
    state = kept["detector"]
    if state["protocol"] != protocol:
        return None
    network.load_state_dict(state["weights"])
    return Detector(
        network=network.to(device),
        protocol=protocol,
        tested=tuple(map(HeldOut.from_json, state["tested"])),
        new=False,
    )
