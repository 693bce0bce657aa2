"""How often a classifier is right, by class, and what it takes for what."""

from typing import Any

from zerosum.evaluation.answers import Answers, DomainTest
from zerosum.metrics import Estimate
from zerosum.studio.examined import domain_of, examined
from zerosum.types import Progress

__all__ = ["run"]

_SQUARE = 40
"""Classes of which all pairs are shown in a square; of more, the pairs most often confused."""
_PAIRS = 60


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Have a classifier answer for all images that it is tested on.

    Args:
        arguments: ``network``.
        progress: Called with (images that were answered for, images in all).

    Returns:
        ``classes``, ``note``, ``images_seen``, ``stamp``, and ``domains``, each with ``domain``,
        ``about``, ``pictures``, ``known`` (whether the classes are), ``accuracy``, ``by_class``,
        ``said`` (how many are taken for each class), ``confusion``, ``confused``.
    """
    found = examined(arguments["network"])
    examination = found.examination
    sizes = {domain: len(test.images) for domain, test in examination.tests.items()}
    domains, before = [], 0
    for domain, size in sizes.items():

        def step(done: int, _: int, before: int = before) -> None:
            progress(before + done, sum(sizes.values()))

        domains.append({"domain": domain, **_about(*domain_of(examination, domain, step))})
        before += size
    return {
        "classes": list(examination.classes),
        "note": examination.note,
        "images_seen": found.images_seen,
        "stamp": found.stamp,
        "domains": domains,
    }


def _about(test: DomainTest, answers: Answers) -> dict[str, Any]:
    count = len(answers.classes)
    facts = {
        "about": dict(test.about),
        "pictures": len(answers),
        "known": answers.labels is not None,
        "said": answers.said.bincount(minlength=count).tolist(),
    }
    if answers.labels is None:
        return facts
    of_class = answers.labels.bincount(minlength=count).tolist()
    return {
        **facts,
        "accuracy": _plain(answers.accuracy()),
        "by_class": [
            None if each is None else {**_plain(each), "pictures": pictures}
            for each, pictures in zip(answers.by_class(), of_class, strict=True)
        ],
        "confusion": answers.confusion().tolist() if count <= _SQUARE else None,
        "confused": [
            {"true": each.true, "said": each.said, "count": each.count}
            for each in answers.confused(_PAIRS)
        ],
    }


def _plain(estimate: Estimate) -> dict[str, float]:
    return {"value": estimate.value, "error": estimate.error}
