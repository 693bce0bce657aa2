"""From which labels a run learns, and how others of its recipe do with more or fewer."""

from pathlib import Path
from typing import Any

from zerosum.data.sources.named import without_downloads
from zerosum.families import family_of
from zerosum.jobs.few_labels import accuracy_by_labels, labels_per_class
from zerosum.runs import Run
from zerosum.studio.opened import addresses_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Find the pictures with labels, and the accuracies.

    Args:
        arguments: ``network``; ``others``, folders of runs of its recipe; ``start`` and ``count``
            of the page of pictures.
        progress: Called once before it is begun.

    Returns:
        ``per_class``, the labels of each class that are learnt from (None: all); ``total``, of all
        classes; ``pictures``, each with ``true`` and ``url``, none where all labels are used;
        ``runs``, as `zerosum.jobs.few_labels.LabelCount` tells them.
    """
    progress(0, 1)
    run = Run.open(Path(arguments["network"]["path"]))
    config = run.config()
    per_class = labels_per_class(config)
    runs = accuracy_by_labels(run.path, map(Path, arguments["others"]))
    told = {
        "per_class": per_class,
        "total": 0,
        "pictures": [],
        "runs": [
            {
                "run": each.run,
                "labels": each.labels,
                "value": each.accuracy.value,
                "error": each.accuracy.error,
                "images_seen": each.images_seen,
                "differs": list(each.differs),
            }
            for each in runs
        ],
    }
    if per_class is None:
        return told
    with without_downloads():
        learnt = family_of(config).learnt_labels(config, quiet=True)
    if learnt is None:
        return told
    start = arguments["start"]
    # By class, so that what belongs together is seen together.
    order = learnt.labels.argsort(kind="stable")[start : start + arguments["count"]]
    urls = addresses_of(learnt.images[order])
    pictures = [
        {"true": int(learnt.labels[number]), "url": url}
        for number, url in zip(order.tolist(), urls, strict=True)
    ]
    return {**told, "total": len(learnt), "pictures": pictures}
