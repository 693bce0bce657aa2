"""What scores the images of a run against real ones while it trains."""

from zerosum.config.run import RunConfig
from zerosum.counting import counting
from zerosum.data import Store
from zerosum.evaluation.named import FEW
from zerosum.evaluation.scorer import ImageScorer
from zerosum.features.base import FeatureNetwork
from zerosum.features.loading import load_features
from zerosum.files import cache_folder
from zerosum.training.engine import Engine

__all__ = ["choose_features", "load_feature_network", "require_feature_network", "scorer_of"]

_REAL_IMAGES = 10_000
_DIGITS = ("digits", "mnist", "usps")


def load_feature_network(config: RunConfig, engine: Engine) -> FeatureNetwork:
    """The network that sees a run's images while it trains."""
    return load_features(_features(config), cache=cache_folder()).to(engine.device)


def require_feature_network(config: RunConfig) -> None:
    """Load the network that is to see a run's images, and forget it.

    Raises:
        ConfigError: Something is missing.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> require_feature_network(change(recipe("dcgan-digits"), {"evaluate_features": "digit"}))
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown feature network 'digit'; did you mean ...
    """
    if config.evaluate_every:
        load_features(_features(config), cache=cache_folder())


def _features(config: RunConfig) -> str:
    """The feature network by name, or chosen by the data; of two domains by the second."""
    named = config.evaluate_features
    sources = config.sources
    return choose_features(sources.get("data_b") or config.data) if named == "auto" else named


def scorer_of(
    config: RunConfig, store: Store, network: FeatureNetwork, about: dict[str, str], *, quiet: bool
) -> ImageScorer:
    """What is measured of a run's images while it trains, against those of a store.

    Args:
        config: The run.
        store: The real images.
        network: Whose features are compared.
        about: Facts on the store for the protocol.
        quiet: No progress bar.
    """
    with counting(f"{network.name} looks at real pictures", quiet=quiet) as progress:
        return ImageScorer.of(
            store,
            network,
            about=about,
            metrics=_cheap_metrics(min(config.evaluate_count, len(store))),
            count=_REAL_IMAGES,
            seed=0,
            cache=cache_folder(),
            progress=progress,
        )


def _cheap_metrics(images: int) -> tuple[str, ...]:
    """What to measure while training: the Fréchet distance, the kernel distance first if few.

    Of many images the kernel distance takes longer than all the networks together.
    """
    return ("frechet",) if images >= FEW else ("kid", "frechet")


def choose_features(data: str) -> str:
    """The network for a source where none is named: ``digits`` for digits, else ``pixels``.

    Example:
        >>> choose_features("mnist"), choose_features("mnist:/data"), choose_features("faces.zip")
        ('digits', 'digits', 'pixels')
    """
    return "digits" if data.partition(":")[0] in _DIGITS else "pixels"
