"""Plans of a run that are longer than the run itself."""

from collections.abc import Iterator
from pathlib import Path

from zerosum.config.json import change
from zerosum.config.run import RunConfig
from zerosum.errors import ConfigError
from zerosum.games.parts.settings import BurnInConfig, OptimizerConfig

__all__ = ["notes_on_length", "outlasting", "refuse_standing_still", "spent", "stretched"]


_LONGER = """\
the run ends after {images:,} images, and these settings were made for a longer one: {ends}. \
Change them too, if you do not mean to resume it."""
_SHORTER = """\
the run ends after {images:,} images, and these learning rates fall to 0 before: {ends}. What \
comes after changes no weight; make them longer too."""


def notes_on_length(config: RunConfig) -> list[str]:
    """What to tell users whose run is shorter, or longer, than its settings were made for.

    Example:
        >>> from dataclasses import replace
        >>> from zerosum.recipes import recipe
        >>> notes_on_length(replace(recipe("progan-digits"), total_images=30_000))[0][:40]
        'the run ends after 30,000 images, and th'
    """
    texts = {_LONGER: outlasting(config), _SHORTER: spent(config)}
    return [
        text.format(
            images=config.total_images,
            ends=", ".join(f"game.{name} {images:,}" for name, images in ends.items()),
        )
        for text, ends in texts.items()
        if ends
    ]


def outlasting(config: RunConfig) -> dict[str, int]:
    """Settings of a game that go on after the run's end, and the images at which each would end.

    Recipes say in images when networks have grown and learning rates have fallen. Whoever shortens
    a run may want to shorten these too: networks that have not grown draw coarse images.

    Example:
        >>> from dataclasses import replace
        >>> from zerosum.recipes import recipe
        >>> whole = recipe("progan-digits")
        >>> outlasting(whole), outlasting(replace(whole, total_images=30_000))
        ({}, {'growth': 40000})
    """
    return {name: end for name, end in _ends(config) if end > config.total_images}


def spent(config: RunConfig) -> dict[str, int]:
    """Learning rates that fall to 0 before the run's end, and the images at which they do.

    What is trained from there on changes no weight.

    Example:
        >>> from dataclasses import replace
        >>> from zerosum.recipes import recipe
        >>> whole = recipe("cyclegan-small")
        >>> longer = replace(whole, total_images=2 * whole.total_images)
        >>> spent(whole), sorted(spent(longer))
        ({}, ['discriminator_optimizer.decay', 'generator_optimizer.decay'])
    """
    return {
        f"{name}.decay": value.decay[1]
        for name, value in vars(config.game).items()
        if isinstance(value, OptimizerConfig)
        and value.decay is not None
        and value.decay[1] < config.total_images
    }


def refuse_standing_still(path: Path, before: RunConfig, config: RunConfig) -> None:
    """Refuse to go on where nothing would change any more, unless the run was planned so.

    Args:
        path: The run folder.
        before: The run as it was.
        config: The run as it is to go on.

    Raises:
        ConfigError: Learning rates fall to 0 before the run's new end.

    Example:
        >>> from dataclasses import replace
        >>> from zerosum.recipes import recipe
        >>> whole = recipe("cyclegan-small")
        >>> refuse_standing_still(Path("runs/a"), whole, replace(whole, total_images=40_000))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: the learning rates of runs/a fall to 0 before 40,000 ...
    """
    ends = spent(config)
    if ends and (config.total_images > before.total_images or ends != spent(before)):
        listed = ", ".join(f"game.{name} {images:,}" for name, images in ends.items())
        raise ConfigError(
            f"the learning rates of {path} fall to 0 before {config.total_images:,} images "
            f"({listed}), and more images would change no weight. To go on with learning rates "
            f"that fall later: zerosum resume {path} --images {config.total_images} --stretch"
        )


def stretched(config: RunConfig, *, by: float) -> RunConfig:
    """The run with the schedules of its learning rates made longer, or shorter.

    What happens at the start of a run, such as growing or a burn-in, keeps its length.

    Args:
        config: The run.
        by: What the images of the schedules are multiplied by.

    Example:
        >>> from zerosum.recipes import recipe
        >>> whole = recipe("cyclegan-small")
        >>> whole.game.generator_optimizer.decay
        (10000, 20000)
        >>> stretched(whole, by=2.0).game.generator_optimizer.decay
        (20000, 40000)
    """
    fields: dict[str, object] = {}
    for name, value in vars(config.game).items():
        if isinstance(value, OptimizerConfig):
            if value.decay is not None:
                fields[f"game.{name}.decay"] = [round(by * at) for at in value.decay]
            if value.annealing is not None:
                fields[f"game.{name}.annealing"] = round(by * value.annealing)
            if value.halving is not None:
                fields[f"game.{name}.halving"] = round(by * value.halving)
    return change(config, fields)


def _ends(config: RunConfig) -> Iterator[tuple[str, int]]:
    for name, value in vars(config.game).items():
        if isinstance(value, OptimizerConfig):
            if value.decay is not None:
                yield f"{name}.decay", value.decay[1]
            if value.annealing is not None:
                yield f"{name}.annealing", value.annealing
        if isinstance(value, BurnInConfig):
            yield f"{name}.images", value.images
    yield from config.schedule_ends()
