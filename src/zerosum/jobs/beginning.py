"""What is refused at once of a training that begins: before torch is imported."""

from pathlib import Path

from zerosum.config import RunConfig, change, from_json, to_json
from zerosum.data.sources import absolute, require_there
from zerosum.own import hashed
from zerosum.runs import Run, is_run

__all__ = ["findable", "refuse_at_once", "unambiguous"]


def refuse_at_once(config: RunConfig, *, out: Path | None, go_on: bool) -> None:
    """Refuse what is easy to see; `train_run` refuses it too, and whatever else does not do.

    Args:
        config: What is to be trained.
        out: The run folder, if one is named.
        go_on: Whether it may hold the run already.

    Raises:
        ZerosumError: Code or pictures are not where they should be, or the folder is not free.

    Example:
        >>> from zerosum.recipes import recipe
        >>> refuse_at_once(recipe("dcgan-digits"), out=Path("new"), go_on=False)
        >>> refuse_at_once(change(recipe("dcgan-digits"), {"data": "no"}), out=None, go_on=False)
        Traceback (most recent call last):
        ...
        zerosum.errors.DataError: no data set and no file is called 'no'. Known data sets: ...
    """
    config = unambiguous(config)
    for source in config.sources.values():
        if source:
            require_there(source)
    if out is not None and not (go_on and is_run(out)):
        Run(out).check_free(config)


def unambiguous(config: RunConfig) -> RunConfig:
    """The run as `resume` will read it: through JSON, with code and sources as they are now.

    Raises:
        ConfigError: It does not survive that, names no pictures, or code is not where it should
            be.
    """
    config.require_sources()
    return from_json(to_json(hashed(findable(config))))


def findable(config: RunConfig) -> RunConfig:
    """The run with its sources named so that they are found from any folder."""
    current = {field: absolute(data) for field, data in config.sources.items() if data}
    return change(config, current)
