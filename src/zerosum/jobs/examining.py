"""A classifier image by image: its answers, its mistakes, and its features in the plane."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from zerosum.counting import counting
from zerosum.data import build_store, default_settings, open_source
from zerosum.evaluation.answers import Answers, DomainTest
from zerosum.evaluation.extraction import ImageSubset, facts_on
from zerosum.families import family_of
from zerosum.families.preparation import describe
from zerosum.features import FeatureNetwork, load_features
from zerosum.files import cache_folder
from zerosum.models.classifier import Classifier
from zerosum.plots.features import principal_plane, to_plane
from zerosum.types import ClassLogits, Features, Images, PlanarPoints, Progress

__all__ = ["Examination", "FeatureMap", "Method", "examine", "examine_digits"]

_DIGITS = "digits"
_LEARNT = (
    "It has learnt from these very pictures, so this is not how often it is right on others: of "
    "MNIST's 10,000 test digits it knows 99.27 %."
)
_MAPPED = 400
"""Images of each domain on a map; more of them hide each other, and t-SNE is quadratic."""

Method = Literal["pca", "t-sne"]
"""How features come into the plane: principal components, or t-SNE where it is installed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureMap:
    """Features of images of all domains in one plane.

    Attributes:
        method: How they were brought there, in words.
        numbers: By domain, which images were taken.
        points: By domain their places, shape (n, 2).
    """

    method: str
    numbers: Mapping[str, list[int]]
    points: Mapping[str, PlanarPoints]


class Examination:
    """What a classifier says of the images that it is tested on; computed when it is asked for.

    Args:
        classes: The classes' names, by label.
        tests: What it is tested on, by domain; named ``""`` where there is one.
        note: What is to be known of the images, where that is something.

    Example:
        >>> digits = examine_digits()
        >>> test = digits.tests[""]
        >>> len(test.images), test.about["source"]
        (5000, 'digits')
        >>> digits.note.partition(",")[0]
        'It has learnt from these very pictures'
    """

    def __init__(
        self, classes: tuple[str, ...], tests: Mapping[str, DomainTest], *, note: str = ""
    ) -> None:
        self.classes = classes
        self.tests = tests
        self.note = note
        self._answers: dict[str, Answers] = {}
        self._maps: dict[Method, FeatureMap] = {}

    def answers(self, domain: str, *, progress: Progress | None = None) -> Answers:
        """The answers for all images of a domain.

        Args:
            domain: One of ``tests``.
            progress: Called as it goes; not where the answers are known.
        """
        if domain not in self._answers:
            self._answers[domain] = self.tests[domain].ask(self.classes, progress=progress)
        return self._answers[domain]

    def map(self, method: Method = "pca", *, progress: Progress | None = None) -> FeatureMap:
        """The features of some images of each domain, in one plane.

        Args:
            method: How they are brought there.
            progress: Called as it goes, for each domain anew.
        """
        if method not in self._maps:
            self._maps[method] = self._mapped(method, progress)
        return self._maps[method]

    def _mapped(self, method: Method, progress: Progress | None) -> FeatureMap:
        numbers = {domain: test.some(_MAPPED) for domain, test in self.tests.items()}
        features = [
            test.features(numbers[domain], progress=progress)
            for domain, test in self.tests.items()
        ]
        points, words = _plane(torch.cat(features), method)
        parts = torch.split(points, [len(each) for each in features])
        return FeatureMap(
            method=words, numbers=numbers, points=dict(zip(self.tests, parts, strict=True))
        )


def examine(model: Classifier, *, quiet: bool = False) -> Examination:
    """Examine a run's classifier on the images on which `zerosum evaluate` tests it.

    Args:
        model: The trained classifier.
        quiet: No progress bars.

    Raises:
        ZerosumError: The images are no longer there, or none of them can be tested on.
    """
    family = family_of(model.run.config())
    return Examination(model.classes, family.classifier_tests(model, quiet=quiet))


def examine_digits(*, quiet: bool = True) -> Examination:
    """Examine the digits classifier that is part of zerosum, on the digits that are part of it.

    It has learnt from them, and the note says so.

    Args:
        quiet: No progress bar.
    """
    source = open_source(_DIGITS)
    with counting("preparing digits", quiet=quiet) as progress:
        settings = default_settings(source)
        store = build_store(source, settings, cache=cache_folder(), progress=progress)
    network = load_features(_DIGITS, cache=cache_folder())
    test = DomainTest(
        images=ImageSubset(store.images),
        labels=np.array(store.labels),  # In memory: PyTorch warns of what cannot be written to.
        about={**describe(_DIGITS, "train"), **facts_on(store, len(store))},
        answer=lambda images: _see(network, images)[1],
        encode=lambda images: _see(network, images)[0],
    )
    return Examination(store.classes, {"": test}, note=_LEARNT)


@torch.no_grad()
def _see(network: FeatureNetwork, images: Images) -> tuple[Features, ClassLogits]:
    features, logits = network.body(network.prepare.of_floats(images.to(network.device)))
    return features, logits


def _plane(features: Tensor, method: Method) -> tuple[PlanarPoints, str]:
    if method == "t-sne":
        return to_plane(features)
    return principal_plane(features, 2), "principal components"
