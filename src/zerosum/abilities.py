"""What a trained game can do besides drawing: classify, and translate."""

from typing import Any

import torch
from torch import nn

from zerosum.arguments import require_images
from zerosum.errors import ConfigError, RunError
from zerosum.games import ClassifyingGame, Game, TranslationGame
from zerosum.games.base import evaluating
from zerosum.networks.tiles import translate_any_size
from zerosum.runs import Run
from zerosum.types import Images, Probabilities

__all__ = ["Classifies", "Translates"]

_BOUND = 1.01
"""Translators that draw a change of a picture have none for what is beyond [-1, 1]."""


class Classifies:
    """A model of which a classifier came out.

    Attributes:
        run: Where it comes from.
        game: The players, on the device.
    """

    run: Run
    game: Game[Any]

    @property
    def classifier(self) -> nn.Module:
        """The network that classifies: images (n, c, h, w) in [-1, 1] to logits (n, classes).

        It is in evaluation mode.

        Raises:
            RunError: The run is not one that classifies.
        """
        return self.require_classifier().classifier.eval()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, by label.

        Raises:
            RunError: The run is not one that classifies.
        """
        return self.require_classifier().classes

    def classify(self, images: Images, *, batch_size: int = 256) -> Probabilities:
        """The probabilities of the classes, shape (n, classes), on the CPU.

        Args:
            images: Pictures of the run's shape, in [-1, 1].
            batch_size: How many are looked at at once.

        Raises:
            DataError: The pictures do not have the run's shape, or are no floats in that range.
            ConfigError: The batch size is less than 1.
            RunError: The run is not one that classifies.
        """
        game, pictures = self.require_classifier(), self.run.config().pictures
        images = require_images(images, channels=pictures.channels, size=pictures.size)
        if batch_size < 1:
            raise ConfigError(f"batch_size must be at least 1, got {batch_size}.")
        parts = torch.split(images, min(batch_size, len(images)))
        return torch.cat([game.classify(part).cpu() for part in parts])

    def require_classifier(self) -> ClassifyingGame[Any]:
        """The game, which must be one of which a classifier comes out.

        Raises:
            RunError: It is not.
        """
        if not isinstance(self.game, ClassifyingGame):
            raise RunError(
                f"{self.run.path} is not a run that classifies pictures; train one: zerosum train "
                "classifier --data FOLDER, with a folder for each class in it."
            )
        return self.game


class Translates:
    """A model that turns pictures of one domain into the other.

    Attributes:
        run: Where it comes from.
        game: The players, on the device.
    """

    run: Run
    game: Game[Any]

    @property
    def directions(self) -> tuple[str, ...]:
        """From which domain to which the run translates: ``a2b``, ``b2a`` or both.

        Raises:
            RunError: The run is not one that translates pictures.
        """
        return self._translation.directions

    def translator(self, direction: str | None = None) -> nn.Module:
        """The network that translates, by default in the run's first direction.

        It takes and gives images (n, c, h, w) in [-1, 1] whose sides are multiples of its
        ``multiple`` and at least ``smallest``.

        Raises:
            RunError: The run is not one that translates pictures.
            ConfigError: It does not translate in that direction.
        """
        direction = direction or self.directions[0]
        if direction not in self.directions:
            raise ConfigError(
                f"{self.run.path} translates {' and '.join(self.directions)}, not {direction}."
            )
        return self._translation.generator(direction)

    def translate(
        self, images: Images, *, direction: str | None = None, tile: int = 1024
    ) -> Images:
        """Pictures of the other domain, floats in [-1, 1], where the given ones are.

        Args:
            images: Pictures in [-1, 1], shape (n, c, h, w), of any size from the network's
                ``smallest``.
            direction: ``a2b`` or ``b2a``; by default the run's first.
            tile: Larger pictures than tile x tile pixels go through in overlapping tiles.

        Raises:
            RunError: The run is not one that translates pictures.
            ConfigError: It does not translate in that direction, or the tiles are too small.
            DataError: The pictures are too small, or are no floats in that range.
        """
        with evaluating(self.translator(direction)) as network:
            multiple: int = network.multiple  # type: ignore[assignment]
            smallest: int = network.smallest  # type: ignore[assignment]
            channels = self.run.config().pictures.channels
            images = require_images(images, channels=channels, smallest=smallest, bound=_BOUND)
            return translate_any_size(network, images, multiple=multiple, tile=tile)

    @property
    def _translation(self) -> TranslationGame:
        if not isinstance(self.game, TranslationGame):
            raise RunError(
                f"{self.run.path} is not a run that translates pictures; train one: zerosum train "
                "cyclegan --data FOLDER, with trainA and trainB in it."
            )
        return self.game
