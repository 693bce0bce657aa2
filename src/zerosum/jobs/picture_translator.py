"""Pictures of any size and mode through a trained translator, and back."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from zerosum.data import scale
from zerosum.data.colours import describes, from_srgb
from zerosum.data.fitting import convert
from zerosum.errors import ConfigError, DataError
from zerosum.games.base import evaluating
from zerosum.jobs.inputs import Input
from zerosum.media.images import provenance, to_images
from zerosum.models.translator import Translator
from zerosum.networks import kinds
from zerosum.networks.tiles import translate_any_size
from zerosum.sizes import in_pixels
from zerosum.types import Images

__all__ = ["PictureTranslator", "Profiled"]

_OVERLAP = 128


@dataclass(frozen=True)
class Profiled:
    """A picture as the networks have it, and the colour profile of its file.

    Attributes:
        images: The picture, shape (1, c, h, w), in [-1, 1].
        profile: The profile (ICC); None if it has none.
    """

    images: Images
    profile: bytes | None = None


class PictureTranslator:
    """A run's network of one direction, and that of the other where there is one.

    Args:
        model: The trained translators.
        direction: ``a2b`` or ``b2a``; by default the run's first.
        tile: Pictures of more than tile x tile pixels go through in tiles.

    Attributes:
        model: The trained translators.
        direction: From which domain into which.
        network: The network of that direction.
        back: That of the other direction; None if the run has none.

    Raises:
        ConfigError: The run does not translate in that direction.
    """

    def __init__(
        self, model: Translator, direction: str | None = None, *, tile: int = 1024
    ) -> None:
        self.model = model
        self.direction = direction or model.directions[0]
        self.network = model.translator(self.direction)
        back = self.direction[::-1]
        self.back = model.translator(back) if back in model.directions else None
        self._tile = tile
        self._settings = model.run.config().pictures

    def read(self, source: Input) -> Profiled:
        """A picture with the run's channels, in its own size.

        Args:
            source: The picture.

        Raises:
            DataError: It cannot be read, is too small, or has not the run's channels.
        """
        image = source.read()
        settings = self._settings
        converted = convert(
            image,
            channels=settings.channels,
            background=settings.background,
            srgb=settings.srgb,
        )
        pixels = np.atleast_3d(np.array(converted))
        images = scale(torch.from_numpy(pixels).permute(2, 0, 1)[None])
        size, smallest = images.shape[2:], self.network.smallest
        if min(size) < smallest:
            raise DataError(
                f"the picture has only {in_pixels((size[0], size[1]))}; the network needs at "
                f"least {smallest}x{smallest}"
            )
        return Profiled(images, image.info.get("icc_profile"))

    def there(self, images: Images) -> Images:
        """Pictures of the one domain, translated into the other."""
        return self._through(self.network, images)

    def and_back(self, made: Images) -> Images | None:
        """Translations, translated back; None where the run goes in one direction only."""
        return None if self.back is None else self._through(self.back, made)

    def finish(self, made: Profiled) -> tuple[Image.Image, bytes | None]:
        """A picture in the colours of its own profile, and that, if it can be had.

        It cannot be for pictures of ink (CMYK), and where grey pictures become coloured ones.

        Args:
            made: What a network has made of a picture, and that picture's profile.
        """
        image = to_images(made.images)[0]
        if made.profile is None:
            return image, None
        if not self._settings.srgb:
            return image, made.profile if describes(made.profile, image.mode) else None
        own = from_srgb(image, made.profile)
        return (image, None) if own is None else (own, made.profile)

    def facts(self, name: str) -> dict[str, str]:
        """The text chunks of a translation.

        Args:
            name: What the original is called.
        """
        run, images = self.model.run.name, self.model.images_seen
        return provenance(run=run, images_seen=images, direction=self.direction, source=name)

    def _through(self, network: kinds.Translator, images: Images) -> Images:
        overlap = min(_OVERLAP, self._tile // 4)
        try:
            with evaluating(network):
                return translate_any_size(
                    network,
                    images,
                    multiple=network.multiple,
                    tile=self._tile,
                    overlap=overlap,
                )
        except torch.OutOfMemoryError as error:
            raise ConfigError(
                f"the memory of the device is too small for {self._tile}x{self._tile} pixels at "
                f"once; choose smaller tiles, such as --tile {self._tile // 2}, or --device cpu."
            ) from error
