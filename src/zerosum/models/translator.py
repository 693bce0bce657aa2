"""A trained translator as a model: from images of one domain to the other."""

from typing import ClassVar

from zerosum.arguments import require_images
from zerosum.errors import ConfigError
from zerosum.export import Part, takes_any_size
from zerosum.games.base import evaluating
from zerosum.games.translation import TranslationGame
from zerosum.models.base import CUT, RANGE, Model
from zerosum.networks import kinds as networks
from zerosum.networks.tiles import translate_any_size
from zerosum.runs import Run
from zerosum.types import Images

__all__ = ["Translator"]

_BOUND = 1.01
"""Greatest value of pixels: residual translators take artanh of them, infinite near 1.02."""


class Translator(Model):
    """Trained translators of one direction, or of both."""

    does: ClassVar[str] = "translates pictures"
    use: ClassVar[str] = "zerosum translate {run} PICTURE..."
    way_there: ClassVar[str] = "zerosum train cyclegan --data FOLDER, with trainA and trainB in it"

    def __init__(self, *, run: Run, game: TranslationGame, images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: TranslationGame = game

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions of translation: ``a2b``, ``b2a`` or both."""
        return self.game.directions

    def translator(self, direction: str | None = None) -> networks.Translator:
        """Return the network of a direction, by default of the run's first.

        Its input and output are images (n, c, h, w) in [-1, 1] whose sides are multiples of its
        ``multiple`` and at least ``smallest``.

        Raises:
            ConfigError: It does not translate in that direction.
        """
        direction = direction or self.directions[0]
        if direction not in self.directions:
            raise ConfigError(
                f"{self.run.path} translates {' and '.join(self.directions)}, not {direction}."
            )
        return self.game.generator(direction)

    def translate(
        self, images: Images, *, direction: str | None = None, tile: int = 1024
    ) -> Images:
        """Translate images to the other domain, floats in [-1, 1], on their device.

        Args:
            images: Images in [-1, 1], shape (n, c, h, w), of any size from the network's
                ``smallest``.
            direction: ``a2b`` or ``b2a``; by default the run's first.
            tile: Images of more than tile x tile pixels are translated in overlapping tiles.

        Raises:
            ConfigError: It does not translate in that direction, or the tiles are too small.
            DataError: The images are too small, or are no floats in that range.
        """
        with evaluating(self.translator(direction)) as network:
            channels = self.run.config().pictures.channels
            smallest = network.smallest
            images = require_images(images, channels=channels, smallest=smallest, bound=_BOUND)
            return translate_any_size(network, images, multiple=network.multiple, tile=tile)

    def part(self, direction: str | None = None) -> Part:
        """Return the translator of a direction, with a description of input and output.

        Raises:
            ConfigError: There is no such direction.
        """
        network = self.translator(direction)
        shape, multiple, smallest = network.image_shape, network.multiple, network.smallest
        sides = f"both sides multiples of {multiple}, at least {max(smallest, 2 * multiple)}"
        return Part(
            network=network,
            takes=takes_any_size(shape, multiple=multiple, smallest=smallest),
            gives="pictures",
            facts={
                "zerosum:direction": direction or self.directions[0],
                "zerosum:input": f"pictures (n, {shape[0]}, height, width), {RANGE}; {sides}",
                "zerosum:output": f"as many pictures of the same size, {RANGE}; {CUT}",
            },
        )
