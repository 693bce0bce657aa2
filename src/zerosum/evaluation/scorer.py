"""The scoring of images, for training and for the command line alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zerosum.data import Store
from zerosum.evaluation.extraction import (
    ExtractedFeatures,
    ImageSubset,
    extract,
    extract_from_store,
    facts_on,
)
from zerosum.evaluation.named import FEW, METRIC_FUNCTIONS, Task
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.features import FeatureNetwork
from zerosum.metrics import diversity_ratio

if TYPE_CHECKING:  # Who has no latents needs nothing of their spaces.
    from zerosum.latent import LatentSpace
from zerosum.types import Progress

__all__ = ["ImageScorer"]


@dataclass(frozen=True, kw_only=True)
class ImageScorer:
    """Scores images against real ones: their features, a network, and metrics.

    Attributes:
        network: Whose features are compared.
        real: The real images as the network sees them.
        about: Facts on the real images for the protocol.
        metrics: Names of metrics, of `METRIC_FUNCTIONS`.
        seed: From which all that is drawn follows.

    Example:
        >>> import numpy as np
        >>> from zerosum.features import load_features
        >>> pixels = load_features("pixels", cache=Path("unused"))
        >>> noise = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 1), dtype=np.uint8)
        >>> scorer = ImageScorer(
        ...     network=pixels,
        ...     real=extract(ImageSubset(noise[:32]), pixels),
        ...     about={"source": "noise"},
        ...     metrics=("kid",),
        ... )
        >>> fake = scorer.extract(ImageSubset(noise[32:]))
        >>> scores = scorer.score(fake, subject={"images": 0})
        >>> scores.leading, scores.protocol.generated
        ('KD-pixels', 32)
    """

    network: FeatureNetwork
    real: ExtractedFeatures
    about: Mapping[str, Any]
    metrics: Sequence[str]
    seed: int = 0

    @classmethod
    def of(
        cls,
        store: Store,
        network: FeatureNetwork,
        *,
        about: Mapping[str, Any],
        metrics: Sequence[str],
        count: int,
        seed: int,
        cache: Path,
        progress: Progress | None = None,
    ) -> "ImageScorer":
        """A scorer against the images of a store.

        Args:
            store: The real images.
            network: Whose features are compared.
            about: Facts on the store for the protocol: source, split, settings.
            metrics: What to measure.
            count: Real images to take; all if there are fewer.
            seed: From which all that is drawn follows.
            cache: The folder in which what was seen is kept.
            progress: Called while the network looks.
        """
        for name in metrics:
            _ = METRIC_FUNCTIONS[name]
        real = extract_from_store(
            store, network, count=count, seed=seed, cache=cache, progress=progress
        )
        facts = {**about, **facts_on(store, len(real))}
        return cls(network=network, real=real, about=facts, metrics=tuple(metrics), seed=seed)

    def extract(
        self, images: ImageSubset, *, progress: Progress | None = None
    ) -> ExtractedFeatures:
        """Extract the features of images under test, of the same shape as the real ones."""
        return extract(images, self.network, progress=progress)

    def score(
        self,
        fake: ExtractedFeatures,
        *,
        subject: Mapping[str, Any],
        diagnostics: Mapping[str, float] | None = None,
        partners: tuple[ImageSubset, ImageSubset] | None = None,
        space: "LatentSpace | None" = None,
    ) -> Scores:
        """Score the features of images under test against those of real ones.

        How much the images differ from each other, against how much the real ones do, comes
        with it as the diagnostic ``diversity``.

        Args:
            fake: The images under test.
            subject: Whose they are.
            diagnostics: Other signs of health, to be recorded with the scores.
            partners: What the images under test were made of, and what they should have become.
            space: The latent space that they were drawn from.
        """
        task = Task(
            real=self.real,
            fake=fake,
            network=self.network,
            seed=self.seed,
            partners=partners,
            space=space,
        )
        scores: dict[str, Score] = {}
        for name in self._in_order(len(fake)):
            scores |= METRIC_FUNCTIONS[name](task)
        # The collapse alarm needs it, whatever the metrics are.
        spread = diversity_ratio(fake.features, self.real.features).value
        return Scores(
            subject=subject,
            protocol=Protocol(
                network=self.network.facts,
                real=self.about,
                generated=len(fake),
                seed=self.seed,
            ),
            scores=scores,
            diagnostics={"diversity": spread, **(diagnostics or {})},
        )

    def _in_order(self, generated: int) -> list[str]:
        """The metrics, the kernel distance first where there are few images."""
        few = min(generated, len(self.real)) < FEW
        return sorted(self.metrics, key=lambda name: not (few and name == "kid"))
