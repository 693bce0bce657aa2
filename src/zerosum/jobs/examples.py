"""Some of a run's own images, to try its network on."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from PIL import Image

from zerosum.config.run import RunConfig
from zerosum.data import Source, open_domains, open_source
from zerosum.data.sources.base import UnreadableError
from zerosum.errors import ConfigError, DataError

__all__ = ["Domain", "Example", "examples"]

Domain = Literal["a", "b"]
"""One of the two sets of images of a run that has two."""
_SPARE = 20
"""Images that may be unreadable before it is said that none can be read."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """An image of a run's source, as it is kept there.

    Attributes:
        image: In the mode and size in which it is kept.
        name: Its name within its source.
        label: The name of its class; None where it has none.
        split: The part of the source that it is from: ``test``, ``trainA``, ...
    """

    image: Image.Image
    name: str
    label: str | None
    split: str


def examples(
    config: RunConfig, *, count: int, seed: int = 0, domain: Domain | None = None
) -> list[Example]:
    """Images of a run's source, chosen at random: of its part for tests, where it has one.

    Nothing is resized, and no store is built: only these images are read.

    Args:
        config: The run.
        count: How many; fewer, where there are not so many.
        seed: From which the choice follows.
        domain: Of which domain, where a run has two; None for A.

    Raises:
        DataError: The source is not there, or none of some images can be read.
        ConfigError: A domain is named for a run that has one source, or the count is below 1.

    Example:
        >>> from zerosum.recipes import recipe
        >>> first, second = examples(recipe("dcgan-digits"), count=2)
        >>> first.image.size, first.label in set("0123456789"), first.split
        ((28, 28), True, 'train')
    """
    if count < 1:
        raise ConfigError(f"count must be at least 1, got {count}.")
    source = _source(config, domain)
    source.pixel_limit = config.pictures.pixel_limit
    found: list[Example] = []
    refused: list[str] = []
    for index in _order(len(source), count + _SPARE, seed):
        try:
            found.append(_example(source, index))
        except UnreadableError as error:
            refused.append(str(error))
        if len(found) == count:
            break
    if not found:
        raise DataError(
            f"none of {len(refused)} pictures of {source.name} can be read: {refused[0]}"
        )
    return found


def _order(length: int, most: int, seed: int) -> list[int]:
    return Random(seed).sample(range(length), min(length, most))


def _example(source: Source, index: int) -> Example:
    label = source.label(index)
    return Example(
        image=source.read(index),
        name=source.image_name(index),
        label=None if label is None else source.classes[label],
        split=source.split,
    )


def _source(config: RunConfig, domain: Domain | None) -> Source:
    """The part for tests where there is one, else that for training.

    Raises:
        ZerosumError: There is no such source.
    """
    if "data_a" not in config.sources:
        if domain is not None:
            raise ConfigError(f"a run of {config.recipe} has one source of pictures, no domains.")
        return _part(config)
    return _of_domains(config)["ab".index(domain or "a")]


def _part(config: RunConfig) -> Source:
    config.require_sources()
    first = open_source(config.data)
    split = next((each for each in ("test", "val") if each in first.splits), None)
    return first if split is None else open_source(config.data, split=split)


def _of_domains(config: RunConfig) -> tuple[Source, Source]:
    config.require_sources()
    sources = config.sources
    failure: DataError | None = None
    for split in ("test", "train"):
        try:
            return open_domains(
                config.data,
                data_a=sources["data_a"],
                data_b=sources["data_b"],
                split=split,
                pairing=getattr(config, "pairing", "none"),
            )
        except DataError as error:
            failure = error
    assert failure is not None
    raise failure
