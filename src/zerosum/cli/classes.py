"""The option ``--class`` of the commands that draw with a conditional run."""

from zerosum.models.generator import Generator

__all__ = ["of_classes", "split_classes"]


def of_classes(model: Generator, given: str | None) -> Generator:
    """The model, asked for the classes of an option.

    Raises:
        UnknownNameError: There is no such class.
        RunError: The run knows no classes.
    """
    classes = split_classes(given)
    return model.of_class(*classes) if classes else model


def split_classes(given: str | None) -> tuple[str, ...]:
    """The names between commas; none where there is no option.

    Example:
        >>> split_classes("cat, dog"), split_classes(None)
        (('cat', 'dog'), ())
    """
    return () if given is None else tuple(name.strip() for name in given.split(","))
