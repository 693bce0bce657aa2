"""What is common to sources that show the images of another source in another way."""

from collections.abc import Iterator

from PIL import Image

from zerosum.data.sources.base import Source

__all__ = ["Derived"]


class Derived(Source):
    """The images of another source as they are; subclasses change what they have to.

    Args:
        base: The other source.

    Example:
        >>> from zerosum.data import open_source
        >>> class Mirrored(Derived):
        ...     def key(self) -> str:
        ...         return f"{self.base.key()}-mirrored"
        ...
        ...     def read(self, index: int) -> Image.Image:
        ...         return self.base.read(index).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        >>> mirrored = Mirrored(open_source("digits"))
        >>> len(mirrored), mirrored.name
        (5000, 'digits-train')
    """

    def __init__(self, base: Source) -> None:
        self.base = base
        self.name = base.name
        self.split = base.split
        self.splits = base.splits
        self.classes = base.classes

    @property
    def pixel_limit(self) -> int:
        """Images of more pixels are refused as decompression bombs."""
        return self.base.pixel_limit

    @pixel_limit.setter
    def pixel_limit(self, limit: int) -> None:
        self.base.pixel_limit = limit

    def is_unchanged(self) -> bool:
        """Whether the other source's files are still those that were opened."""
        return self.base.is_unchanged()

    def keep_unlabelled(self) -> None:
        """Take in what the other source has left out."""
        self.base.keep_unlabelled()
        self.classes = self.base.classes

    def __len__(self) -> int:
        return len(self.base)

    def image_name(self, index: int) -> str:
        """The name that the image has in the other source."""
        return self.base.image_name(index)

    def partner_name(self, index: int) -> str:
        """The name by which the other source knows the image's partner."""
        return self.base.partner_name(index)

    def read(self, index: int) -> Image.Image:
        """The image as the other source has it."""
        return self.base.read(index)

    def label(self, index: int) -> int | None:
        """The class that the image has in the other source."""
        return self.base.label(index)

    def strays(self) -> Iterator[tuple[str, str]]:
        """The other source's files that are no images."""
        return self.base.strays()
