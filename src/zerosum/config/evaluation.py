"""Settings of an evaluation."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.checks import require, require_between, require_sound
from zerosum.registry import Table
from zerosum.sizes import MOST_IMAGES, PIXEL_LIMIT

__all__ = ["METRICS", "EvaluateConfig"]

METRICS = Table(
    "metric",
    {
        "frechet": "Fréchet distance of Gaussians fitted to the features; FID by Inception",
        "kid": "kernel distance (unbiased MMD) of the features; KID by Inception",
        "is": "inception score: sure classes, and many of them",
        "prdc": "precision, recall, density and coverage",
        "swd": "sliced Wasserstein distance of small patches; needs no network",
        "parzen": "log-likelihood of real pictures by Gaussians around those under test",
        "memorisation": "share of pictures that are nearly copies of real ones",
        "modes": "classes that occur, and how their shares differ from the real ones",
        "stacked-modes": "of the 1,000 triples of digits in colour pictures, how many occur",
        "ppl": "perceptual path length: how unevenly pictures change with the latent, by features",
        "accuracy": "how often a classifier is right on pictures that it has not learnt from",
        "partner": "translations beside their true partners (of equal file name), and copies too",
    },
    also={
        "fid": "frechet",
        "fd": "frechet",
        "kd": "kid",
        "mmd": "kid",
        **dict.fromkeys(("precision", "recall", "density", "coverage"), "prdc"),
        "memorization": "memorisation",
    },
)
"""What can be measured, in words."""


@dataclass(frozen=True, kw_only=True)
class EvaluateConfig:
    """How to evaluate; the protocol of the scores follows from it.

    Example:
        >>> EvaluateConfig(metrics="frechet,prdc").metric_names
        ('frechet', 'prdc')
        >>> EvaluateConfig(metrics="fid")
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: ...
    """

    against: Annotated[str | None, tyro.conf.arg(metavar="SOURCE")] = None
    """Source of the real pictures; by default those that the run was trained on."""
    data: Annotated[str | None, tyro.conf.arg(metavar="SOURCE")] = None
    """Where the run's own pictures are now, if they have moved since; they must be the same."""
    data_a: Annotated[str | None, tyro.conf.arg(aliases=("--source",), metavar="SOURCE")] = None
    """Likewise for domain A, or the source of a run that adapts to another domain."""
    data_b: Annotated[str | None, tyro.conf.arg(aliases=("--target",), metavar="SOURCE")] = None
    """Likewise for domain B, or the target."""
    features: str = "auto"
    """Network that sees the pictures: digits, pixels, efficientnet-lite0, inception,
    torchvision:NAME, path/to/module.py:factory. auto: digits for data sets of digits, else
    pixels."""
    metrics: str = "auto"
    """Names between commas: frechet, kid, is, prdc, swd, parzen, memorisation, modes,
    stacked-modes, ppl, accuracy, partner. auto: accuracy for a run that classifies, the
    likelihood for one that knows it, else frechet,kid."""
    count: int = 10_000
    """Pictures to generate, or to take from the source under test; fewer if it has fewer."""
    real_count: int = 10_000
    """Real pictures to take; fewer if there are fewer."""
    seed: int = 0
    """From which latents, the choice of pictures and resamples follow."""
    checkpoint: Literal["latest", "best"] = "latest"
    """Which checkpoint of a run."""
    split: str | None = None
    """Part of the source under test, or of the pictures to be translated: train, test, ...; by
    default train, for a translator test if there is one."""
    against_split: str | None = None
    """Part of the real pictures; by default as for split."""
    direction: Literal["a2b", "b2a"] | None = None
    """For a translator, from which domain to which; by default all that it has learnt."""
    size: Annotated[tuple[int, int] | None, tyro.conf.arg(metavar="HEIGHT WIDTH")] = None
    """Height and width to bring both sources to, where their pictures differ in size."""
    pixel_limit: int = PIXEL_LIMIT
    """Pictures of two sources of more pixels are refused as decompression bombs; raise it for big
    pictures that you trust. A run has a limit of its own."""
    weights: Path | None = None
    """Local file with the network's weights."""
    resize: Literal["antialiased", "tf1"] = "antialiased"
    """How pictures are brought to the network's size; tf1: as the first FID code did."""
    picture: Path | None = None
    """PNG file for generated pictures beside their nearest real ones; of a run that adapts to
    another domain, for its features in two dimensions, before and after."""
    baseline: Path | None = None
    """Of a run that adapts to another domain: a run that learnt from the source alone
    (--game.weight 0), which is scored and probed too, and shown as before."""
    device: str = "auto"
    """auto, cpu, cuda or mps."""

    def __post_init__(self) -> None:
        require_sound(self)
        for name in self.metric_names:
            _ = METRICS[name]
        for name in ("count", "real_count"):
            require(
                getattr(self, name) >= 4,
                f"{name} must be at least 4, got {getattr(self, name)}: fewer pictures have no "
                "spread to compare.",
            )
        require_between("count", self.count, 4, MOST_IMAGES)
        require(self.pixel_limit > 0, f"pixel_limit must be above 0, got {self.pixel_limit}.")
        require(self.seed >= 0, f"seed must be 0 or more, got {self.seed}.")

    @property
    def moved(self) -> dict[str, str | None]:
        """Where the run's images are now, by field of its configuration."""
        return {"data": self.data, "data_a": self.data_a, "data_b": self.data_b}

    @property
    def asks_for_accuracy(self) -> bool:
        """Whether a run that classifies is to be tested for that."""
        return self.metrics == "auto" or self.metric_names == ("accuracy",)

    @property
    def metric_names(self) -> tuple[str, ...]:
        """The metrics' names; those of images, where none are named."""
        if self.metrics == "auto":
            return ("frechet", "kid")
        return tuple(name.strip() for name in self.metrics.split(","))
