"""Maps of a trained classifier through which gradients go: what is drawn, not how.

Two images have the same content where these maps are alike. Feature networks for scores take
bytes and have no gradients; these take images in [-1, 1].
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from zerosum import features
from zerosum.errors import ConfigError
from zerosum.own import is_code
from zerosum.registry import Table
from zerosum.sizes import in_pixels
from zerosum.types import Images, ImageShape

__all__ = ["CONTENTS", "Content", "load_content"]

_MODULE = "FILE.py:FUNCTION"
_UP_TO_CONV4_4 = 26
_UP_TO_STRIDE_8 = 5


class Content(nn.Module):
    """The first layers of a trained classifier, which stand still.

    Args:
        layers: From images as the classifier was trained on them to maps.
        shift: What is subtracted of pixels in [0, 255], one number or one for each channel.
        spread: What they are divided by.

    Example:
        >>> same = Content(layers=nn.Identity(), shift=(0.0,), spread=(255.0,))
        >>> same(torch.ones(1, 1, 2, 2)).shape, same(torch.ones(1, 1, 2, 2)).max()
        (torch.Size([1, 3, 2, 2]), tensor(1.))
    """

    shift: Tensor
    spread: Tensor

    def __init__(
        self, *, layers: nn.Module, shift: tuple[float, ...], spread: tuple[float, ...]
    ) -> None:
        super().__init__()
        self.layers = layers
        self.register_buffer("shift", torch.tensor(shift).view(-1, 1, 1))
        self.register_buffer("spread", torch.tensor(spread).view(-1, 1, 1))
        self.eval().requires_grad_(False)

    def forward(self, images: Images) -> Tensor:
        """The maps (n, k, rows, columns) of images in [-1, 1]; grey ones repeated."""
        pixels = 127.5 * (images.expand(-1, 3, -1, -1) + 1.0)
        maps: Tensor = self.layers((pixels - self.shift) / self.spread)
        return maps


def _vgg19(name: str, cache: Path) -> Content:
    """Up to conv4_4, as in CartoonGAN: 512 maps of an eighth of the size."""
    network = features.load_torchvision(name.partition(":")[2], cache=cache)
    layers = network.body.get_submodule("network.features")
    assert isinstance(layers, nn.Sequential)
    prepare = network.prepare
    return Content(layers=layers[:_UP_TO_CONV4_4], shift=prepare.shift, spread=prepare.spread)


def _efficientnet(name: str, cache: Path) -> Content:
    """Up to the fifth block: 40 maps of an eighth of the size."""
    network = features.load_efficientnet()
    body = network.body.get_submodule("network")
    stem = [body.get_submodule(part) for part in ("_conv_stem", "_bn0", "_swish")]
    blocks = list(body.get_submodule("_blocks").children())[:_UP_TO_STRIDE_8]
    prepare = network.prepare
    return Content(
        layers=nn.Sequential(*stem, *blocks), shift=prepare.shift, spread=prepare.spread
    )


def _own(name: str, cache: Path) -> Content:
    """What the user's file makes, given the pixels that it states."""
    network = features.load_module(name)
    own = getattr(network.body, "made", None)
    if not isinstance(own, nn.Module):
        raise ConfigError(
            f"{name} returned no torch.nn.Module; expected one that makes maps (n, k, h, w) of "
            "pictures (n, 3, h, w)."
        )
    prepare = network.prepare
    return Content(layers=own, shift=prepare.shift, spread=prepare.spread)


CONTENTS: Table[Callable[[str, Path], Content]] = Table(
    "network of content",
    {"torchvision:vgg19": _vgg19, "efficientnet-lite0": _efficientnet, _MODULE: _own},
)
"""The networks by name; capitals stand for a name that you choose."""


def load_content(name: str, shape: ImageShape, *, cache: Path) -> Content:
    """Load the maps that tell the content of images of that shape.

    Args:
        name: ``torchvision:vgg19``, ``efficientnet-lite0`` or ``path/to/file.py:function``.
        shape: (channels, height, width) of the images.
        cache: The folder in whose ``weights`` downloads are kept.

    Raises:
        ConfigError: If the name is unknown, what it needs is missing, the images have an alpha
            channel, or they are too small for the network.

    Example:
        >>> load_content("vgg91", (3, 64, 64), cache=Path("unused"))
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown network of content 'vgg91'. Known: ...
    """
    if shape[0] not in (1, 3):
        raise ConfigError(
            f"{name} sees grey or RGB, got {shape[0]} channels: set pictures.channels."
        )
    content = CONTENTS[_MODULE if is_code(name) else name](name, cache)
    try:
        with torch.no_grad():
            maps = content(torch.zeros(1, *shape))
    except RuntimeError as error:
        raise ConfigError(
            f"{name} cannot see pictures of {in_pixels(shape[1:])}: {error}"
        ) from error
    if maps.ndim != 4:
        raise ConfigError(f"{name} gives {tuple(maps.shape)}; expected maps (n, k, h, w).")
    return content
