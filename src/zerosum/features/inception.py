"""The Inception network of 2015, whose features alone give the number called FID.

The network itself is torch-fidelity's (the extra ``inception``), the port that agrees with the
original TensorFlow graph; only its file of weights, 95 MB, has to be downloaded.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.features.base import STANDARD, ClassLogits, FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.features.weights import (
    Download,
    find_or_fetch,
    hash_of_file,
    mismatch_explained,
    read_state,
)
from zerosum.files import expanded
from zerosum.packages import installation
from zerosum.types import Features, Images

__all__ = ["DIMENSIONS", "SIDE", "VARIABLE", "WEIGHTS", "load_inception"]

SIDE = 299
"""Height and width of its input in pixels."""

DIMENSIONS = 2048
"""Numbers in the last layer but one."""

VARIABLE = "ZEROSUM_INCEPTION"
"""The environment variable that may name the file of weights."""

WEIGHTS = Download(
    url="https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
    hash_prefix="6726825d",
    names=(
        "weights-inception-2015-12-05-6726825d.pth",
        "pt_inception-2015-12-05-6726825d.pth",
    ),
)
"""The weights that make it the network of the literature; pytorch-fid names the file otherwise."""


class _Inception(nn.Module):
    """The layers of torch-fidelity's network, without its own resizing of bytes.

    It rounds images to bytes before it resizes, so antialiased ones cannot go through the front
    door. Its logits are those without the last layer's bias, from which the Inception score has
    been computed since the beginning.
    """

    def __init__(self, extractor: nn.Module) -> None:
        super().__init__()
        *layers, last = extractor.children()
        assert isinstance(last, nn.Linear)
        self.layers = nn.Sequential(*layers)
        self.last = last

    def forward(self, images: Images) -> tuple[Features, ClassLogits]:
        """Give features, and logits without bias."""
        features: Tensor = self.layers(images).flatten(1)
        return features, features @ self.last.weight.T


def load_inception(
    *, cache: Path, resize: Resize = "antialiased", weights: Path | None = None
) -> FeatureNetwork:
    """The standard Inception: 2,048 features and 1,008 probabilities.

    The file of weights is ``weights``; else what the variable ZEROSUM_INCEPTION names; else one in
    ``cache`` or where torch-fidelity keeps it; else it is downloaded into ``cache``. A file that
    you name may hold other weights, but then the network is not called "inception", and its
    scores not FID.

    Args:
        cache: The folder in whose ``weights`` downloads are kept.
        resize: ``antialiased``, or ``tf1`` for the numbers of the older literature.
        weights: A file of weights.

    Raises:
        ConfigError: If torch-fidelity is not installed, or the weights cannot be had or read.

    Paper:
        Szegedy et al. 2015, https://arxiv.org/abs/1512.00567; as a measure: Heusel et al. 2017,
        section 4, https://arxiv.org/abs/1706.08500

    Example:
        >>> load_inception(cache=Path("unused"), weights=Path("missing.pth"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: missing.pth cannot be read: No such file ...
    """
    extractor = _import_extractor()
    path = _find(cache, weights)
    digest = hash_of_file(path)
    genuine = digest.startswith(WEIGHTS.hash_prefix)
    return FeatureNetwork(
        name=STANDARD if genuine else f"{STANDARD}-{digest[:8]}",
        weights=digest[:16],
        dimensions=DIMENSIONS,
        body=_Inception(_build(extractor, path)).to(memory_format=torch.channels_last),
        prepare=Preparation(
            channels=3, size=(SIDE, SIDE), shift=(128.0,), spread=(128.0,), resize=resize
        ),
    )


def _find(cache: Path, weights: Path | None) -> Path:
    variable = os.environ.get(VARIABLE)
    if weights is not None or variable:
        return weights or expanded(str(variable))
    return find_or_fetch(
        WEIGHTS,
        cache,
        instead=f"name such a file, by {VARIABLE}=FILE or as the option for weights; or measure "
        "with another network, such as digits, pixels or efficientnet-lite0",
    )


def _build(extractor: Any, path: Path) -> nn.Module:
    """Build the network without its own way to read files, which would run code in them."""
    safe = BytesIO()
    torch.save(read_state(path), safe)
    safe.seek(0)
    with torch.random.fork_rng(devices=[]), mismatch_explained("Inception", path):
        network = extractor(
            "inception", ["2048", "logits_unbiased"], feature_extractor_weights_path=safe
        )
    assert isinstance(network, nn.Module)
    return network


def _import_extractor() -> Any:
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except ImportError as error:
        raise ConfigError(
            f"the Inception network needs torch-fidelity ({error}): {installation('inception')}."
        ) from error
    return FeatureExtractorInceptionV3
