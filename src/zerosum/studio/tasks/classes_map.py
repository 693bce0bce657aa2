"""A classifier's features of images of all its domains, in the plane."""

from typing import Any

from zerosum.studio.examined import domain_of, examined
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Map features.

    Args:
        arguments: ``network``; ``method``, ``pca`` or ``t-sne``.
        progress: Called as it goes.

    Returns:
        ``method`` in words; ``classes``; ``stamp``; and ``domains``, each with ``domain`` and the
        columns ``numbers``, ``x``, ``y``, ``true`` (or None), ``said``.
    """
    found = examined(arguments["network"])
    seen = found.examination.map(arguments["method"], progress=progress)
    domains = []
    for domain, numbers in seen.numbers.items():
        _, answers = domain_of(found.examination, domain, progress)
        x, y = seen.points[domain].T.tolist()
        labels = answers.labels
        domains.append(
            {
                "domain": domain,
                "numbers": numbers,
                "x": x,
                "y": y,
                "true": None if labels is None else labels[numbers].tolist(),
                "said": answers.said[numbers].tolist(),
            }
        )
    classes = list(found.examination.classes)
    return {"method": seen.method, "classes": classes, "stamp": found.stamp, "domains": domains}
