"""Your own network: ``path/to/file.py:function``, whose function returns it.

The function takes nothing and returns a ``torch.nn.Module``, or anything else that can be called,
that makes features (n, d) of prepared images (n, c, h, w), or the pair of features and logits
(n, k). What it returns may have these attributes, which say what it wants to be given:

- ``input_size``: height and width, or one number for both; without it, the images' own size;
- ``channels``: 1 or 3; without it, grey or RGB as the images come;
- ``mean`` and ``std``: one number or one for each channel; images come as (x − mean) / std, with
  x in [0, 1]; without them, as x.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from torch import nn

from zerosum.errors import ConfigError
from zerosum.features.base import FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.features.weights import hash_of_state
from zerosum.own import Code, read_code
from zerosum.types import Images

__all__ = ["load_module"]


class _Own(nn.Module):
    """What the user made, which may give logits or not."""

    def __init__(self, made: Callable[..., Any]) -> None:
        super().__init__()
        self.made = made

    def forward(self, images: Images) -> tuple[Any, Any]:
        """Give features and logits, or features and None; whoever calls checks them."""
        outcome = self.made(images)
        if isinstance(outcome, tuple | list) and len(outcome) == 2:
            return outcome[0], outcome[1]
        return outcome, None


def load_module(spec: str, *, resize: Resize = "antialiased") -> FeatureNetwork:
    """A network that the user's own file makes.

    Its hash is over the file and, if it is a ``torch.nn.Module``, the state dictionary: scores
    stop being comparable when either changes.

    Args:
        spec: ``path/to/file.py:function``.
        resize: The filter, if the network states an ``input_size``.

    Raises:
        ConfigError: If there is no such file or function, if either fails, or if what it returns
            cannot be called or states nonsense about its input.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "mine.py"
        ...     _ = file.write_text("def mean(): return lambda images: images.mean((2, 3))")
        ...     network = load_module(f"{file}:mean")
        >>> network(torch.full((2, 1, 8, 8), 255, dtype=torch.uint8)).features
        tensor([[1.], [1.]])
    """
    code = read_code(spec)
    made = _make(code)
    digest = sha256(code.source)
    body = _Own(made)
    digest.update(hash_of_state(body).encode())
    return FeatureNetwork(
        name=f"{code.path.name}:{code.name}",
        weights=digest.hexdigest()[:16],
        dimensions=None,
        body=body,
        prepare=_preparation(spec, made, resize),
    )


def _make(code: Code) -> Any:
    made = code.call("a network")
    if not callable(made):
        raise ConfigError(
            f"{code.path}:{code.name} returned {type(made).__name__}; expected a torch.nn.Module "
            "or a function from pictures (n, c, h, w) to features (n, d)."
        )
    return made


def _preparation(spec: str, made: Any, resize: Resize) -> Preparation:
    size, channels = getattr(made, "input_size", None), getattr(made, "channels", None)
    height_width = (size, size) if isinstance(size, int) else size and tuple(size)
    if height_width is not None and not _is_size(height_width):
        raise ConfigError(
            f"{spec} states input_size {size!r}; expected (height, width) in pixels, or one "
            "number for both."
        )
    if channels not in (None, 1, 3):
        raise ConfigError(f"{spec} states channels {channels!r}; expected 1 (grey) or 3 (RGB).")
    return Preparation(
        channels=channels,
        size=height_width,
        shift=_bytes(spec, "mean", getattr(made, "mean", 0.0), channels),
        spread=_bytes(spec, "std", getattr(made, "std", 1.0), channels),
        resize=resize,
    )


def _is_size(value: tuple[object, ...]) -> bool:
    return len(value) == 2 and all(isinstance(side, int) and side > 0 for side in value)


def _bytes(spec: str, what: str, stated: Any, channels: int | None) -> tuple[float, ...]:
    """One number, or one for each channel, of [0, 1], in units of bytes."""
    numbers = tuple(stated) if isinstance(stated, Sequence) else (stated,)
    if len(numbers) not in (1, channels or 3):
        raise ConfigError(
            f"{spec} states {what} {stated!r}; expected one number, or one for each channel."
        )
    return tuple(255.0 * float(number) for number in numbers)
