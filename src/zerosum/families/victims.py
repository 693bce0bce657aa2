"""Victims: how they are loaded, and how a source's classes map to theirs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from warnings import warn

import torch
from torch import nn

from zerosum.attacks import PixelClassifier
from zerosum.errors import ConfigError, DataError, DataWarning
from zerosum.families.loading import load
from zerosum.features import load_features
from zerosum.features.base import FeatureNetwork
from zerosum.features.preparation import Channels, Preparation
from zerosum.features.weights import hash_of_state
from zerosum.files import cache_folder, expanded
from zerosum.models.classifier import Classifier
from zerosum.own import is_code
from zerosum.runs import is_run
from zerosum.types import ClassLogits, Pixels

__all__ = ["NAMED_VICTIMS", "Victim", "class_table", "load_victim"]

NAMED_VICTIMS = ("digits", "efficientnet-lite0")
_OF_IMAGENET = ("efficientnet-lite0", "torchvision:")
_DIGITS = tuple(str(digit) for digit in range(10))


@dataclass(frozen=True, kw_only=True)
class Victim:
    """A classifier to be attacked, with its input shape and classes.

    Attributes:
        classifier: Takes images in [0, 1].
        name: What it is called.
        classes: The names of its classes, by label; empty where they are not known.
        titles: What to call them where they have no names of their own to be matched by.
        size: (height, width) that it takes; None for the images' own.
        channels: 1 or 3; None for the images' own.
        device: Where it is.
        weights: The first 16 hexadecimal digits of a hash of its weights; of its code too, where
            it is a function in a file.
    """

    classifier: PixelClassifier
    name: str
    classes: tuple[str, ...]
    titles: tuple[str, ...] = ()
    size: tuple[int, int] | None
    channels: Channels
    device: torch.device
    weights: str


class _Answers(nn.Module):
    """A network on images in [0, 1]: recoloured, resized and scaled before it."""

    def __init__(self, body: nn.Module, prepare: Preparation) -> None:
        super().__init__()
        self.body = body
        self.prepare = prepare

    def forward(self, images: Pixels) -> Any:
        """Give logits, or whatever the network takes for them."""
        answer = self.body(self.prepare.of_floats(images * 2 - 1))
        if isinstance(answer, tuple) and len(answer) == 2:
            return answer[0] if answer[1] is None else answer[1]
        return answer


def load_victim(spec: str, *, device: torch.device) -> Victim:
    """Load a classifier by what a user calls it.

    Args:
        spec: A run folder (``./digits``, if it is called as a network is); ``digits``,
            ``efficientnet-lite0``, ``torchvision:NAME``; or
            ``path/to/model.py:factory``, whose factory returns a network that gives logits of
            images, and that may say how it wants them by attributes: ``input_size``,
            ``channels``, ``mean`` and ``std`` for pixels in [0, 1], ``classes``.
        device: Where it is to run.

    Raises:
        ConfigError: There is no such classifier, or what it needs is missing.
        RunError: The run is none that classifies.

    Example:
        >>> victim = load_victim("digits", device=torch.device("cpu"))
        >>> victim.classifier(torch.zeros(2, 1, 28, 28)).shape, victim.size
        (torch.Size([2, 10]), (28, 28))
    """
    if spec in NAMED_VICTIMS and is_run(Path(spec)):
        warn(
            f"{spec} is the classifier of that name; the run that lies here under the same name "
            f"is ./{spec}",
            DataWarning,
            stacklevel=2,
        )
    is_network = is_code(spec) or spec.startswith("torchvision:")
    if spec not in NAMED_VICTIMS and not is_network and is_run(expanded(spec)):
        return _of_run(spec, device)
    if spec not in NAMED_VICTIMS and not is_network:
        raise ConfigError(
            f"{spec!r} is no classifier: expected a run folder (zerosum train classifier --data "
            f"FOLDER), {', '.join(NAMED_VICTIMS)}, torchvision:NAME, or path/to/model.py:factory."
        )
    network = load_features(spec, cache=cache_folder(), device=device)
    return _of_network(network, device)


def _of_run(spec: str, device: torch.device) -> Victim:
    model = load(spec, kind=Classifier, device=device.type)
    settings = model.run.config().pictures
    channels = settings.channels
    if channels not in (1, 3):
        raise ConfigError(f"{spec} looks at {channels} channels; attacks are for grey or RGB.")
    prepare = Preparation(
        channels=1 if channels == 1 else 3, size=settings.size, shift=(127.5,), spread=(127.5,)
    )
    network = _Answers(model.classifier, prepare)
    return Victim(
        classifier=PixelClassifier(network=network, name=spec),
        name=model.run.name,
        classes=model.classes,
        size=settings.size,
        channels=prepare.channels,
        device=device,
        weights=hash_of_state(model.classifier)[:16],
    )


def _of_network(network: FeatureNetwork, device: torch.device) -> Victim:
    stated = getattr(getattr(network.body, "made", None), "classes", ())
    classes = _DIGITS if network.name == "digits" else tuple(str(name) for name in stated)
    return Victim(
        classifier=PixelClassifier(
            network=_Answers(network.body, network.prepare), name=network.name
        ),
        name=network.name,
        classes=classes,
        titles=_imagenet() if network.name.startswith(_OF_IMAGENET) else (),
        size=network.prepare.size,
        channels=network.prepare.channels,
        device=device,
        weights=network.weights,
    )


def _imagenet() -> tuple[str, ...]:
    from torchvision.models import ResNet18_Weights

    return tuple(ResNet18_Weights.IMAGENET1K_V1.meta["categories"])


def class_table(names: Sequence[str], victim: Victim, logits: ClassLogits) -> tuple[int, ...]:
    """For each class of a source the label that the classifier has for it.

    By name where the classifier's classes have names; else by the number that all folders begin
    with (``207_golden_retriever``); else in the folders' order, if there are as many as classes.

    Args:
        names: The source's classes, in order.
        victim: The classifier.
        logits: Some of its answers, which show how many classes it knows.

    Raises:
        DataError: The source has no classes, or none of these ways works.

    Example:
        >>> victim = load_victim("digits", device=torch.device("cpu"))
        >>> class_table(["7", "1"], victim, torch.zeros(1, 10))
        (7, 1)
    """
    count = logits.shape[1]
    if not names:
        raise DataError(
            "the pictures have no labels, so nobody knows which answers are wrong. Put each class "
            "in a folder of its own."
        )
    if victim.classes and set(names) <= set(victim.classes):
        return tuple(victim.classes.index(name) for name in names)
    # Without names on both sides numbers decide, and the order only where the counts agree: a
    # wrong guess would count right answers as fooled.
    numbers = [re.match(r"(\d+)(?:[_ .-]|$)", name) for name in names]
    if all(numbers) and not victim.classes:
        table = tuple(int(number[1]) for number in numbers if number)
        if max(table) < count:
            return table
    if len(names) == count and not victim.classes:
        return tuple(range(count))
    strange = sorted(set(names) - set(victim.classes))[:5]
    why = (
        f"it does not know {', '.join(strange)}"
        if victim.classes
        else f"it knows {count} classes without names, and the pictures are of {len(names)}"
    )
    raise DataError(
        f"the classes of the pictures are not those of {victim.name}: {why}. Call the folders as "
        "the classifier calls its classes, or begin their names with its numbers from 0 "
        "(207_golden_retriever)."
    )
