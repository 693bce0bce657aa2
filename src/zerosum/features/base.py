"""What a feature network is: bytes in, features and perhaps probabilities out, and its facts.

Only the standard Inception gives numbers called FID, KID and IS: see `score_name`.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.features.preparation import Preparation
from zerosum.types import Bytes, ClassLogits, Features, Images, Probabilities

__all__ = [
    "NO_WEIGHTS",
    "STANDARD",
    "ClassLogits",
    "ExtractionResult",
    "FeatureNetwork",
    "score_name",
]

NO_WEIGHTS = "none"
"""What stands for the hash of a network without weights."""

STANDARD = "inception"
"""The network with which scores are published."""

_NAMES = {"frechet": ("FID", "FD"), "kernel": ("KID", "KD"), "inception": ("IS", "IS")}


@dataclass(frozen=True, kw_only=True)
class ExtractionResult:
    """What a network sees in n images.

    Attributes:
        features: 32-bit floats of shape (n, d).
        probabilities: Of k classes, 32-bit floats of shape (n, k), rows summing to 1; None where
            the network is no classifier.

    Example:
        >>> ExtractionResult(features=torch.zeros(2, 3), probabilities=None).features.shape
        torch.Size([2, 3])
    """

    features: Features
    probabilities: Probabilities | None


@dataclass(frozen=True, kw_only=True)
class FeatureNetwork:
    """A fixed network that turns images into features, in whose space images are compared.

    It runs in evaluation mode and without gradients, so that what it sees in an image does not
    depend on the others in the batch, except for the last digits of floating point.

    Attributes:
        name: What it is called in scores: ``"digits"``, ``"torchvision:resnet18"``.
        weights: The first 16 hexadecimal digits of the SHA-256 of its weights; "none" if it has
            none.
        dimensions: d, or None if it is known only when images come.
        body: From prepared images to features (n, d) and logits (n, k) or None.
        prepare: How bytes become prepared images.
        device: Where it is; change it with `to`.

    Raises:
        ConfigError: On a call, if the body gives anything but finite floats of the right shape.

    Example:
        >>> from zerosum.features import load_features
        >>> from pathlib import Path
        >>> network = load_features("pixels", cache=Path("unused"))
        >>> network(torch.zeros(2, 3, 64, 64, dtype=torch.uint8)).features.shape
        torch.Size([2, 768])
        >>> network.facts["input"]
        '16x16'
    """

    name: str
    weights: str
    dimensions: int | None
    body: nn.Module
    prepare: Preparation
    device: torch.device = torch.device("cpu")  # noqa: RUF009 - it cannot be changed

    def __post_init__(self) -> None:
        self.body.eval().requires_grad_(False)

    @torch.no_grad()
    def __call__(self, images: Bytes) -> ExtractionResult:
        """See one batch, as large as the caller chose.

        Args:
            images: Bytes, shape (n, c, h, w) with c of 1, 3 or 4; on any device.

        Raises:
            DataError: If they are not bytes, or have another number of channels.
            ConfigError: If what the network makes of them is unusable.
        """
        features, logits = self.body(self.prepare(images.to(self.device)))
        self._check("features", features, len(images))
        if logits is None:
            return ExtractionResult(features=features.float(), probabilities=None)
        self._check("logits", logits, len(images))
        return ExtractionResult(
            features=features.float(), probabilities=logits.float().softmax(dim=1)
        )

    def extract(self, images: Images) -> Features:
        """The features of images in [-1, 1], not rounded to bytes, so that gradients go through.

        Example:
            >>> from zerosum.features import load_features
            >>> from pathlib import Path
            >>> network = load_features("pixels", cache=Path("unused"))
            >>> images = torch.zeros(1, 1, 16, 16, requires_grad=True)
            >>> network.extract(images).sum().backward()
            >>> images.grad.unique()
            tensor([0.5000])
        """
        features, _ = self.body(self.prepare.of_floats(images.to(self.device)))
        self._check("features", features, len(images))
        seen: Features = features.float()
        return seen

    def to(self, device: torch.device | str) -> "FeatureNetwork":
        """The network on a device; its weights move there, so this one is of no more use."""
        return replace(self, body=self.body.to(device), device=torch.device(device))

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) that images are brought to; None if they keep their own."""
        return self.prepare.size

    @property
    def resize(self) -> str:
        """What is done to the size, in words."""
        return self.prepare.resize_text

    @property
    def colour(self) -> str:
        """What is done to the colours, in words."""
        return self.prepare.colour_text

    @property
    def facts(self) -> dict[str, str]:
        """What must agree before two scores may be compared."""
        return {
            "network": self.name,
            "weights": self.weights,
            "input": "own size" if self.size is None else f"{self.size[0]}x{self.size[1]}",
            "resize": self.resize,
            "colour": self.colour,
        }

    def _check(self, what: str, output: object, count: int) -> None:
        """Refuse what is no table of finite floats with one row for each image."""
        if not isinstance(output, Tensor):
            came = f"{type(output).__name__}"
        elif not output.is_floating_point() or output.ndim != 2 or len(output) != count:
            came = f"{output.dtype} of shape {tuple(output.shape)}"
        elif not bool(torch.isfinite(output).all()):
            came = f"NaN or infinity in {int((~torch.isfinite(output)).any(1).sum())} of them"
        else:
            return
        raise ConfigError(
            f"the feature network {self.name!r} should give {what} of {count} pictures as finite "
            f"floats of shape ({count}, d), and gave {came}; its function must return a tensor "
            "(n, d), or the pair of features (n, d) and logits (n, k)."
        )


def score_name(network: FeatureNetwork, metric: str) -> str:
    """What a score by a network is called: FID by the standard Inception, else FD-name.

    An Inception with other weights carries their hash in its name, and is one of the others.

    Args:
        network: Whose features, or probabilities, are measured.
        metric: ``frechet``, ``kernel``, ``inception``, or what else the score is called.

    Example:
        >>> from zerosum.features.pixels import load_pixels
        >>> score_name(load_pixels(), "frechet"), score_name(load_pixels(), "recall")
        ('FD-pixels', 'recall-pixels')
    """
    standard, general = _NAMES.get(metric, (metric, metric))
    return standard if network.name == STANDARD else f"{general}-{network.name}"
