"""What to tell users of their pictures before a recipe is trained on them."""

from collections.abc import Iterator

from zerosum.config import RunConfig
from zerosum.config.json import flatten, to_json
from zerosum.data.ledger import Part
from zerosum.sizes import in_pixels

__all__ = ["advice"]

_FEW = 2_000
"""Pictures, below which a discriminator soon knows them by heart."""
_GREY = ("1", "L", "LA", "I;16", "I", "F")
"""Modes of pictures without colours."""


def advice(part: Part, config: RunConfig) -> Iterator[str]:
    """What may be wrong with pictures for a run, and what to do about it.

    Args:
        part: What was found in them.
        config: The run.

    Example:
        >>> from zerosum.data import audit
        >>> from zerosum.recipes import recipe
        >>> (digits,) = audit("digits").parts
        >>> list(advice(digits, recipe("dcgan-digits")))
        []
        >>> [text.partition(":")[0] for text in advice(digits, recipe("dcgan-cifar10"))]
        ['all 5,000 pictures are smaller than 32x32 pixels', 'the pictures are grey']
    """
    yield from _of_sizes(part, config)
    yield from _of_number(part, config)
    yield from _of_colours(part, config)
    if "classify" in config.abilities and not part.classes:
        yield "the pictures have no classes, which this recipe learns: make a folder for each."


def _of_sizes(part: Part, config: RunConfig) -> Iterator[str]:
    height, width = config.pictures.crop_from or config.pictures.size
    if config.pictures.enlarge or config.pictures.fit == "pad":
        return
    small = sum(count for (w, h), count in part.sizes if w < width or h < height)
    if not small:
        return
    # Only the most frequent sizes are known.
    several = part.size_count > len(part.sizes)
    which = (
        "all" if small == part.readable else f"{'at least ' if several else ''}{small:,} of the"
    )
    yield (
        f"{which} {part.readable:,} pictures are smaller than {in_pixels((height, width))}: "
        "choose a smaller size (pictures.size), allow them to be enlarged (pictures.enlarge), "
        "or leave them out."
    )


def _of_number(part: Part, config: RunConfig) -> Iterator[str]:
    if part.readable < config.batch_size:
        yield (
            f"{part.readable:,} pictures are less than a round of this recipe has "
            f"({config.batch_size}): make batch_size {max(1, part.readable)} or less, or add some."
        )
    if part.readable >= _FEW:
        return
    adaptive = "game.adaptive_augmentation.images"
    help_ = f" {adaptive}, such as 100000, makes more of few." * (adaptive in _fields(config))
    yield f"{part.readable:,} pictures are few: thousands give better results.{help_}"


def _of_colours(part: Part, config: RunConfig) -> Iterator[str]:
    grey = all(mode in _GREY for mode, _ in part.modes)
    if config.pictures.channels == 1 and not grey:
        yield "the pictures have colours: they become grey, unless pictures.channels is 3."
    if config.pictures.channels > 1 and grey and part.modes:
        yield "the pictures are grey: set pictures.channels to 1, and fewer numbers do."


def _fields(config: RunConfig) -> set[str]:
    return set(flatten(to_json(config)))
