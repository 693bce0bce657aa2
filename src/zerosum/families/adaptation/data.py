"""What a classifier that adapts to another domain learns from, and what it is tested on."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zerosum.data import AdaptationBatches, Batches, Domains, Store
from zerosum.errors import DataError
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.adaptation import LabelledDomains
from zerosum.evaluation.extraction import ImageSubset, choose_images
from zerosum.families.adaptation.settings import AdaptationRunConfig
from zerosum.families.labels import held_out, labelled_batches, open_labelled_set
from zerosum.families.preparation import describe
from zerosum.randomness import derive_seed

__all__ = ["adaptation_batches", "of_domain", "open_domain_sets"]

_UNLABELLED = 2_000
"""Images of a target without labels that the answers are looked at of."""


def adaptation_batches(
    config: AdaptationRunConfig, domains: Domains, **how: Any
) -> AdaptationBatches:
    """Batches of both domains, without what is held out; the target's labels only if asked for.

    Args:
        config: The run.
        domains: Its images.
        how: What `Batches` takes besides.

    Raises:
        ConfigError: A batch is impossible.
        DataError: Labels are missing, or the domains have unlike classes.
    """
    game = config.game
    numbers = _renumbered(config, domains.b)
    if game.target_labels and numbers is None:
        raise DataError(
            f"game.target_labels asks for the labels of the target, but {config.data_b} has none; "
            "leave it out, or label its pictures."
        )
    source = labelled_batches(of_domain(config, "a"), domains.a, **how)
    kept = None if numbers is None else held_out(of_domain(config, "b"), domains.b)[0]
    how = {**how, "seed": derive_seed(how["seed"], "domain b")}
    target = Batches(domains.b, only=kept, **how)
    return AdaptationBatches(source, target, renumbered=numbers if game.target_labels else None)


def open_domain_sets(
    config: AdaptationRunConfig, domains: Domains, *, count: int | None = None, quiet: bool = False
) -> LabelledDomains:
    """Images of both domains to test the run's classifier on.

    They are those of the split for tests, or what was held out. Of a target without labels they
    are images that were adapted to, and nobody knows what they are.

    Args:
        config: The run.
        domains: Its images to learn from.
        count: The most images of each domain; None: all.
        quiet: No progress bar.

    Raises:
        DataError: There is nothing to test the source on, or the classes are unlike.
    """
    source = open_labelled_set(of_domain(config, "a"), count=count, quiet=quiet)
    _require(source, config.data_a)
    # Without labels nothing is held out of the target: images that were adapted to are scored.
    if _renumbered(config, domains.b) is None:
        images = ImageSubset(
            domains.b.images, choose_images(len(domains.b), count or _UNLABELLED, 0)
        )
        about = {**describe(config.data_b or "", "train"), "pictures": len(images)}
        labels = None
    else:
        target = open_labelled_set(of_domain(config, "b"), count=count, quiet=quiet)
        _require(target, config.data_b)
        images, labels, about = target.images, target.labels, dict(target.about)
    named = {"source": source.about, "target": about}
    return LabelledDomains(
        source=source,
        target=images,
        target_labels=labels,
        about={
            f"{domain} {name}" if name != "source" else f"{domain} domain": value
            for domain, facts in named.items()
            for name, value in facts.items()
        },
    )


def of_domain(config: AdaptationRunConfig, domain: Literal["a", "b"]) -> AdaptationRunConfig:
    """The run as if it had one domain only."""
    data = config.data_a if domain == "a" else config.data_b
    return replace(config, data=data or "", data_a=None, data_b=None)


def _renumbered(config: AdaptationRunConfig, target: Store) -> NDArray[np.int64] | None:
    """Which class of the source each class of the target is; None where it has no labels.

    Raises:
        DataError: They do not have the same classes.
    """
    if target.labels is None or len(target.classes) < 2:
        return None
    ours, theirs = config.game.classes, target.classes
    if set(ours) != set(theirs):
        only = [
            f"{domain} alone has {', '.join(map(repr, sorted(names)[:5]))}"
            for domain, names in (
                ("the source", set(ours) - set(theirs)),
                ("the target", set(theirs) - set(ours)),
            )
            if names
        ]
        raise DataError(
            f"the source has {len(ours)} classes and the target {len(theirs)}, and they must be "
            f"the same ones, by name: {'; '.join(only)}. Rename or remove folders; if the "
            "target's folders are no classes at all, put its pictures into one."
        )
    return np.array([ours.index(name) for name in theirs], dtype=np.int64)


def _require(labelled: LabelledSet, data: str | None) -> None:
    if not len(labelled):
        raise DataError(
            f"{data} has no split test, and game.held_out is 0, so that there is nothing to test "
            "on; hold some pictures out, or set evaluate_every to 0."
        )
