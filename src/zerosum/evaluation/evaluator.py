"""The one way to a score, for training and for the command line alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zerosum.data import Store
from zerosum.evaluation.measures import FEW, MEASURES, Task
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.evaluation.seeing import Pictures, Progress, Sight, see, see_store
from zerosum.features import FeatureNetwork
from zerosum.metrics import diversity_ratio

if TYPE_CHECKING:  # Who has no latents needs nothing of their spaces.
    from zerosum.latent import LatentSpace

__all__ = ["Evaluator"]


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """Real pictures, a network to see them with, and what to measure.

    Attributes:
        network: Whose features are compared.
        real: The real pictures as the network sees them.
        about: Facts on the real pictures for the protocol.
        measures: Names of measures, of `MEASURES`.
        seed: From which all that is drawn follows.

    Example:
        >>> import numpy as np
        >>> from zerosum.features import load_features
        >>> pixels = load_features("pixels", cache=Path("unused"))
        >>> noise = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 1), dtype=np.uint8)
        >>> evaluator = Evaluator(
        ...     network=pixels,
        ...     real=see(Pictures(noise[:32]), pixels),
        ...     about={"source": "noise"},
        ...     measures=("kid",),
        ... )
        >>> found = evaluator.score(evaluator.see(Pictures(noise[32:])), subject={"images": 0})
        >>> found.leading, found.protocol.generated
        ('KD-pixels', 32)
    """

    network: FeatureNetwork
    real: Sight
    about: Mapping[str, Any]
    measures: Sequence[str]
    seed: int = 0

    @classmethod
    def of(
        cls,
        store: Store,
        network: FeatureNetwork,
        *,
        about: Mapping[str, Any],
        measures: Sequence[str],
        count: int,
        seed: int,
        cache: Path,
        progress: Progress | None = None,
    ) -> "Evaluator":
        """An evaluator against the pictures of a store.

        Args:
            store: The real pictures.
            network: Whose features are compared.
            about: Facts on the store for the protocol: source, split, settings.
            measures: What to measure.
            count: Real pictures to take; all if there are fewer.
            seed: From which all that is drawn follows.
            cache: The folder in which what was seen is kept.
            progress: Called while the network looks.
        """
        for name in measures:
            _ = MEASURES[name]
        real = see_store(store, network, count=count, seed=seed, cache=cache, progress=progress)
        channels, height, width = store.shape
        facts = {
            **about,
            "identity": store.identity,
            "pictures": len(real),
            "size": f"{height}x{width}",
            "channels": channels,
        }
        return cls(network=network, real=real, about=facts, measures=tuple(measures), seed=seed)

    def see(self, pictures: Pictures, *, progress: Progress | None = None) -> Sight:
        """Show the network pictures under test, of the same shape as the real ones."""
        return see(pictures, self.network, progress=progress)

    def score(
        self,
        fake: Sight,
        *,
        subject: Mapping[str, Any],
        vitals: Mapping[str, float] | None = None,
        partners: tuple[Pictures, Pictures] | None = None,
        space: "LatentSpace | None" = None,
    ) -> Scores:
        """Compare what the network saw in pictures under test with what it saw in real ones.

        How much the pictures differ from each other, against how much the real ones do, comes
        with it as the vital sign ``diversity``.

        Args:
            fake: The pictures under test.
            subject: Whose they are.
            vitals: Other signs of health, to be recorded with the scores.
            partners: What the pictures under test were made of, and what they should have become.
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
        found: dict[str, Score] = {}
        for name in self._in_order(len(fake)):
            found |= MEASURES[name](task)
        spread = diversity_ratio(fake.features, self.real.features).value
        return Scores(
            subject=subject,
            protocol=Protocol(
                network=self.network.facts,
                real=self.about,
                generated=len(fake),
                seed=self.seed,
            ),
            scores=found,
            vitals={"diversity": spread, **(vitals or {})},
        )

    def _in_order(self, generated: int) -> list[str]:
        """The measures, the kernel distance first where there are few pictures."""
        few = min(generated, len(self.real)) < FEW
        return sorted(self.measures, key=lambda name: not (few and name == "kid"))
