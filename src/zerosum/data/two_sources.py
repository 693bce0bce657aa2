"""From which sources two sets of images, A and B, may come; no file is read here."""

from pathlib import Path

from zerosum.errors import ConfigError, DataError

__all__ = ["SAME", "WAYS", "require_two_sources"]

WAYS = "--data FOLDER with trainA and trainB in it, or --data-a SOURCE --data-b SOURCE"
SAME = "expected two sets of pictures, found one: {}; name another source for A or for B."


def require_two_sources(
    data: str, data_a: str | None, data_b: str | None, *, pairing: str = "none"
) -> None:
    """Require that two sets of images are named, in one way.

    Args:
        data: A source that holds both; empty, if there are two.
        data_a: That of domain A.
        data_b: That of domain B.
        pairing: How images belong together: ``none``, ``names`` or ``side-by-side``.

    Raises:
        ConfigError: If nothing is named, or only one domain, or both in two ways.
        DataError: The domains are one and the same, or look swapped.

    Example:
        >>> require_two_sources("", "horses", None)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected both domains, found only --data-a; name --data-b ...
    """
    if bool(data_a) != bool(data_b):
        named, missing = ("--data-a", "--data-b") if data_a else ("--data-b", "--data-a")
        raise ConfigError(f"expected both domains, found only {named}; name {missing} as well.")
    if pairing == "side-by-side" and (data_a or not data):
        raise ConfigError(
            "this recipe takes two pictures that stand side by side in one: expected --data "
            "SOURCE, whose pictures hold A in the left half and B in the right half, found "
            f"{'--data-a and --data-b' if data_a else 'none'}."
        )
    if data and data_a:
        raise ConfigError(
            "expected --data, or --data-a and --data-b, found all three; leave out the one or "
            "the two."
        )
    if not data and not data_a:
        raise ConfigError(f"this recipe translates between two sets of pictures: {WAYS}.")
    if data_a and data_b:
        _refuse_same_or_swapped(data_a, data_b)


def _refuse_same_or_swapped(data_a: str, data_b: str) -> None:
    if data_a == data_b:
        raise DataError(SAME.format(f"A and B are both {data_a}"))
    ends = Path(data_a).name, Path(data_b).name
    if ends[0] in ("trainB", "testB") and ends[1] in ("trainA", "testA"):
        raise DataError(
            f"the domains look swapped: --data-a is {data_a} and --data-b is {data_b}; exchange "
            "the two, or give the folders other names if this is meant."
        )
