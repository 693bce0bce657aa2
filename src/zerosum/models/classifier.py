"""A trained classifier as a model."""

import json
from typing import Any, ClassVar, cast

import torch
from torch import nn

from zerosum.arguments import require_images
from zerosum.errors import ConfigError
from zerosum.export import Part, takes_images
from zerosum.games.classification import GameWithClassifier
from zerosum.models.base import RANGE, Model, rows
from zerosum.networks.kinds import Shaped
from zerosum.runs import Run
from zerosum.types import Images, Probabilities

__all__ = ["Classifier"]


class Classifier(Model):
    """A trained classifier."""

    does: ClassVar[str] = "classifies pictures"
    use: ClassVar[str] = "zerosum classify {run} PICTURE..."
    way_there: ClassVar[str] = (
        "zerosum train classifier --data FOLDER, with a folder for each class in it"
    )

    def __init__(self, *, run: Run, game: GameWithClassifier[Any], images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: GameWithClassifier[Any] = game

    @property
    def classifier(self) -> nn.Module:
        """The network that classifies: images (n, c, h, w) in [-1, 1] to logits (n, classes).

        It is in evaluation mode.
        """
        return self.game.classifier.eval()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by label."""
        return self.game.classes

    def classify(self, images: Images, *, batch_size: int = 256) -> Probabilities:
        """Compute the probabilities of the classes, shape (n, classes), on the CPU.

        Args:
            images: Images of the run's shape, in [-1, 1].
            batch_size: Number of images at once.

        Raises:
            DataError: The images do not have the run's shape, or are no floats in that range.
            ConfigError: The batch size is less than 1.
        """
        expected = self.run.config().pictures
        images = require_images(images, channels=expected.channels, size=expected.size)
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {batch_size}.")
        parts = torch.split(images, min(batch_size, len(images)))
        return torch.cat([self.game.classify(part).cpu() for part in parts])

    def part(self, direction: str | None = None) -> Part:
        """Return its network, with a description of input and output.

        Raises:
            ConfigError: A direction is named.
        """
        self.refuse(direction)
        network, count = self.classifier, len(self.classes)
        shape = cast("Shaped", network).image_shape
        return Part(
            network=network,
            takes=takes_images(shape),
            gives="logits",
            facts={
                "zerosum:input": f"pictures {rows(shape)}, {RANGE}",
                "zerosum:output": f"logits {rows((count,))}; their softmax are probabilities",
                "zerosum:classes": json.dumps(self.classes),
            },
        )
