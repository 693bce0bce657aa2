"""The classifier under attack: a network with logits as output, and the scaling of its input."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.types import ClassLogits, PerSample, Pixels

__all__ = ["PixelClassifier"]

_CHECKED = 2
_SUMS_TO_ONE = 1e-3


@dataclass(frozen=True, kw_only=True)
class PixelClassifier:
    """A network as a function from pixels in [0, 1] to logits of k classes.

    The network's input is (low + (high − low) x − mean) / std. So an attack works on the images
    x as they are saved, and its ε is in their unit, whatever the network was trained on.

    Attributes:
        network: From its input (n, c, h, w) to logits (n, k).
        bounds: (low, high): what the network's pixels are for black and white, before ``mean`` and
            ``std``; (0, 255) for one that was trained on bytes, (-1, 1) for zerosum's own.
        mean: What is subtracted, one number or one for each channel.
        std: What it is divided by, likewise.
        name: Its name in messages.

    Raises:
        ConfigError: If the bounds or a standard deviation are impossible.

    Example:
        >>> brightness = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> classifier = PixelClassifier(network=brightness, mean=(0.5,), std=(0.5,))
        >>> classifier(torch.zeros(3, 1, 2, 2)).shape
        torch.Size([3, 2])
    """

    network: nn.Module
    bounds: tuple[float, float] = (0.0, 1.0)
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    name: str = "the classifier"
    _known: dict[tuple[torch.Size, torch.dtype], int] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        low, high = self.bounds
        if not low < high:
            raise ConfigError(f"bounds are (black, white) with black < white, got {self.bounds}.")
        if not all(deviation > 0 for deviation in self.std):
            raise ConfigError(f"std must be greater than 0, got {self.std}.")

    def __call__(self, images: Pixels) -> ClassLogits:
        """Compute logits of images in [0, 1]."""
        logits: ClassLogits = self.network(self._scale(images))
        return logits

    def gradient(
        self, images: Pixels, gain: Callable[[ClassLogits], PerSample]
    ) -> tuple[Pixels, ClassLogits]:
        """Compute the gradient of a function of the logits with respect to the pixels; and logits.

        Args:
            images: Images in [0, 1].
            gain: From logits to one value per image.

        Raises:
            ConfigError: No gradient passes through the network.

        Example:
            >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
            >>> gradient, _ = PixelClassifier(network=linear).gradient(
            ...     torch.zeros(3, 1, 2, 2), lambda logits: logits[:, 0])
            >>> torch.equal(gradient[0].flatten(), linear[1].weight[0])
            True
        """
        leaf = images.detach().requires_grad_(True)
        with torch.enable_grad():
            logits = self(leaf)
            total = gain(logits).sum()
        if not total.requires_grad:
            raise ConfigError(
                f"{self.name} lets no gradient through (it detaches, rounds or leaves PyTorch); "
                "attacks that need none work: --attack square or --attack noise."
            )
        (gradient,) = torch.autograd.grad(total, leaf)
        return gradient, logits.detach()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Freeze the network within the context: evaluation mode, constant parameters.

        Afterwards every layer has its former mode, and nothing else has changed.
        """
        modes = [(module, module.training) for module in self.network.modules()]
        moved = [weight for weight in self.network.parameters() if weight.requires_grad]
        self.network.eval()
        for weight in moved:
            weight.requires_grad_(False)
        try:
            yield
        finally:
            for module, training in modes:
                module.training = training
            for weight in moved:
                weight.requires_grad_(True)

    def classes(self, images: Pixels) -> int:
        """Return the number of classes; a new shape or type of images is checked on two.

        Raises:
            ConfigError: As `check`.

        Example:
            >>> linear = nn.Sequential(nn.Flatten(), nn.Linear(4, 7))
            >>> PixelClassifier(network=linear).classes(torch.zeros(64, 1, 2, 2))
            7
        """
        kind = (images.shape[1:], images.dtype)
        if kind not in self._known:
            self._known[kind] = self.check(images[:_CHECKED]).shape[1]
        return self._known[kind]

    def check(self, images: Pixels) -> ClassLogits:
        """Compute logits of images, and make sure that they are logits.

        Raises:
            ConfigError: The network fails on images of this shape, or its output is something
                else than finite logits (n, k): probabilities, for instance.

        Example:
            >>> squashed = nn.Sequential(nn.Flatten(), nn.Linear(4, 2), nn.Softmax(dim=1))
            >>> PixelClassifier(network=squashed).check(torch.zeros(3, 1, 2, 2))
            Traceback (most recent call last):
            ...
            zerosum.errors.ConfigError: the classifier gives probabilities ...
        """
        try:
            with torch.no_grad():
                logits: ClassLogits = self.network(self._scale(images))
        except (RuntimeError, ValueError, TypeError, IndexError, AssertionError) as error:
            shape = " x ".join(map(str, images.shape[1:]))
            raise ConfigError(
                f"{self.name} fails on pictures of {shape} (channels x height x width) with "
                f"{type(error).__name__}: {error}. Give it the size and channels that it was "
                "trained on."
            ) from error
        self._check_logits(logits, len(images))
        return logits

    def _scale(self, images: Pixels) -> Pixels:
        low, high = self.bounds
        if (low, high) != (0.0, 1.0):
            images = low + (high - low) * images
        if self.mean != (0.0,) or self.std != (1.0,):
            images = (images - _column(self.mean, images)) / _column(self.std, images)
        return images

    def _check_logits(self, logits: object, count: int) -> None:
        expected = f"expected finite logits of shape ({count}, k) with k ≥ 2"
        if not isinstance(logits, Tensor):
            raise ConfigError(f"{self.name} gives {type(logits).__name__}; {expected}.")
        is_table = logits.ndim == 2 and len(logits) == count and logits.shape[1] > 1
        if not is_table or not logits.is_floating_point():
            came = f"{logits.dtype} of shape {tuple(logits.shape)}"
            raise ConfigError(f"{self.name} gives {came}; {expected}.")
        if not bool(torch.isfinite(logits).all()):
            raise ConfigError(f"{self.name} gives NaN or infinity; {expected}.")
        # Logits may be positive by chance, but then they do not sum to 1 in every row.
        off = (logits.sum(dim=1) - 1).abs().max() if count else logits.new_ones(())
        if bool((logits >= 0).all()) and float(off) < _SUMS_TO_ONE:
            raise ConfigError(
                f"{self.name} gives probabilities (each row is at least 0 and sums to 1), whose "
                "gradients vanish where it is sure, so it would only seem robust; return logits "
                "before the softmax. If there are none, the logarithms are logits as well."
            )


def _column(numbers: tuple[float, ...], images: Pixels) -> Tensor:
    return images.new_tensor(numbers).view(1, -1, 1, 1)
