"""Pictures that a classifier was tested on, with what it says of them, a page at a time."""

from typing import Any

import numpy as np

from zerosum.errors import ConfigError
from zerosum.evaluation.answers import Answers
from zerosum.studio.examined import domain_of, examined
from zerosum.studio.opened import addresses_of
from zerosum.types import Progress

__all__ = ["run"]

_PROBABLE = 5


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Find pictures, those with the surest answers first.

    Args:
        arguments: ``network``; ``domain``; and either ``numbers`` of the pictures, or ``true`` and
            ``said`` (classes, or None for all), ``right`` (instead of mistakes), ``start`` and
            ``count`` of the page.
        progress: Called as answers are computed, where they are not known.

    Returns:
        ``total``, how many there are; ``stamp``; and ``pictures``, each with ``number``, ``true``,
        ``said``, ``confidence``, ``probable`` (pairs of class and probability), ``url``.
    """
    found = examined(arguments["network"])
    test, answers = domain_of(found.examination, arguments["domain"], progress)
    numbers = arguments.get("numbers")
    if numbers is None:
        every = answers.find(
            true=_class(arguments["true"], answers),
            said=_class(arguments["said"], answers),
            right=arguments["right"],
        )
        start = arguments["start"]
        total, numbers = len(every), every[start : start + arguments["count"]]
    else:
        total = len(numbers)
        _require_numbers(numbers, len(answers))
    urls = addresses_of(test.images[np.array(numbers, dtype=np.int64)])
    pictures = [
        {**_told(answers, number), "url": url} for number, url in zip(numbers, urls, strict=True)
    ]
    return {"total": total, "stamp": found.stamp, "pictures": pictures}


def _told(answers: Answers, number: int) -> dict[str, Any]:
    probable = answers.most_probable(number, _PROBABLE)
    return {
        "number": number,
        "true": None if answers.labels is None else int(answers.labels[number]),
        "said": probable[0][0],
        "confidence": probable[0][1],
        "probable": probable,
    }


def _class(label: int | None, answers: Answers) -> int | None:
    if label is not None and not 0 <= label < len(answers.classes):
        raise ConfigError(
            f"class number {label} is not known: there are {len(answers.classes)}, from 0."
        )
    return label


def _require_numbers(numbers: list[int], count: int) -> None:
    for number in numbers:
        if not 0 <= number < count:
            raise ConfigError(f"there is no picture {number}: there are {count:,}, from 0.")
