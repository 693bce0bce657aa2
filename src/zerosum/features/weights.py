"""Files of weights: found or fetched, checked, and read as data that cannot run code."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError
from urllib.request import urlopen
from warnings import catch_warnings, simplefilter
from zipfile import ZipFile, is_zipfile

import rich.progress
import torch
from rich.console import Console
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.explaining import explain, explained
from zerosum.files import ANOTHER_CACHE, replace_atomically

__all__ = [
    "Download",
    "fetch",
    "fill",
    "find_or_fetch",
    "hash_of_file",
    "hash_of_state",
    "mismatch_explained",
    "read_state",
]

_SECONDS_OF_SILENCE = 30.0


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file of weights on the internet.

    Attributes:
        url: Where it is.
        hash_prefix: What the hexadecimal SHA-256 of the right file begins with.
        names: The names it goes by on disk; a download gets the first.

    Example:
        >>> Download(url="https://here/net-0a1b2c3d.pth", hash_prefix="0a1b2c3d", names=("n.pth",))
        Download(url='https://here/net-0a1b2c3d.pth', hash_prefix='0a1b2c3d', names=('n.pth',))
    """

    url: str
    hash_prefix: str
    names: tuple[str, ...]


def find_or_fetch(download: Download, cache: Path, *, instead: str) -> Path:
    """Return the file from the cache, or from PyTorch's own; else download it into the cache.

    Args:
        download: Which file.
        cache: Our folder, with ``weights`` in it; PyTorch's is ``$TORCH_HOME/hub/checkpoints``.
        instead: What a user can do who cannot download it; ends the error message.

    Raises:
        ConfigError: If it is not there and cannot be fetched, or if a file of its name is another.
    """
    folders = (cache / "weights", Path(torch.hub.get_dir()) / "checkpoints")
    for path in (folder / name for folder in folders for name in download.names):
        if _is_file(path):
            _check_hash(path, download)
            return path
    target = folders[0] / download.names[0]
    try:
        fetch(download, target)
    except (URLError, TimeoutError, ConnectionError) as error:
        raise ConfigError(
            f"could not download {download.url} ({error}). Fetch it where there is a network, and "
            f"put it at {target}; or {instead}."
        ) from error
    except OSError as error:
        raise ConfigError(f"{explain(error, target)} {ANOTHER_CACHE}") from error
    return target


def fetch(download: Download, target: Path) -> None:
    """Download a file with a progress bar; it gets its name once it is whole and checked.

    Raises:
        ConfigError: If what came has the wrong hash.
        OSError: If nothing came (`URLError`, `TimeoutError`, `ConnectionError`), or it cannot be
            written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        replace_atomically(target) as temporary,
        urlopen(download.url, timeout=_SECONDS_OF_SILENCE) as response,
        temporary.open("wb") as file,
    ):
        shown = rich.progress.wrap_file(
            response,
            total=int(response.headers["Content-Length"] or 0),
            description=target.name,
            console=Console(stderr=True),
        )
        with shown as body:
            shutil.copyfileobj(body, file)
        file.flush()
        _check_hash(temporary, download)


def _is_file(path: Path) -> bool:
    """Whether a file is there that we may see: nobody has named these folders."""
    try:
        return path.is_file()
    except OSError:
        return False


def hash_of_file(path: Path) -> str:
    """The hexadecimal SHA-256 of a file.

    Raises:
        ConfigError: If there is no such file, or it may not be read.

    Example:
        >>> from zerosum.features.digits import weights_file
        >>> len(hash_of_file(weights_file()))
        64
    """
    with explained(path, "read", error=ConfigError), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def hash_of_state(module: nn.Module) -> str:
    """The hexadecimal SHA-256 of a network's names, types, shapes and numbers, in their order.

    Example:
        >>> hash_of_state(nn.Identity()) == hash_of_state(nn.ReLU())
        True
        >>> hash_of_state(nn.Linear(1, 1)) == hash_of_state(nn.Linear(1, 1))
        False
    """
    digest = sha256()
    for name, value in module.state_dict().items():
        digest.update(f"{name} {value.dtype} {tuple(value.shape)};".encode())
        digest.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()


def read_state(path: Path) -> dict[str, Tensor]:
    """Read a state dictionary that ``torch.save`` wrote, if it holds nothing but tensors.

    PyTorch's files are pickles, which can run code; PyTorch's restricted reader refuses those. It
    does not look at the checksums of the file's parts, which are compared here.

    Raises:
        ConfigError: If there is no such file, or it holds something else, or is damaged.
    """
    with explained(path, "read", error=ConfigError), path.open("rb") as file, catch_warnings():
        simplefilter("ignore")  # of kinds of files and tensors that are refused below
        try:
            _check_parts(file)
            state = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # Damaged bytes lead PyTorch's reader to errors of any kind.
            reason = str(error).partition("\n")[0] or type(error).__name__
            raise ConfigError(
                f"cannot read the weights {path} ({reason}): expected a file that torch.save made "
                "of a state dictionary, with tensors and nothing else."
            ) from error
    is_named = isinstance(state, Mapping) and all(isinstance(name, str) for name in state)
    if not is_named or not all(_is_plain(value) for value in state.values()):
        raise ConfigError(
            f"{path} should hold a state dictionary, names with plain tensors of real numbers, "
            f"and holds {type(state).__name__}; save `network.state_dict()`."
        )
    return dict(state)


def fill(module: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    """Load the state, from ``path``, into the network; names, shapes and kinds must agree.

    Floats of another precision are of the same kind; they become the network's.

    Raises:
        ConfigError: If they do not, or a weight is not finite.

    Example:
        >>> fill(nn.Linear(1, 1), {"weight": torch.ones(1, 1)}, Path("line.pth"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: the weights line.pth do not fit the network Linear: ...
    """
    with mismatch_explained(type(module).__name__, path):
        for name, own in module.state_dict().items():
            loaded = state.get(name, own)
            if own.is_floating_point() != loaded.is_floating_point():
                raise RuntimeError(f"\n{name} should be {own.dtype}, and is {loaded.dtype}")
        module.load_state_dict(state)
    if not all(bool(torch.isfinite(weight).all()) for weight in module.parameters()):
        raise ConfigError(f"the weights {path} are not all finite; fetch or make them again.")


def _check_parts(file: BinaryIO) -> None:
    """Compare the checksum of each part of a zip archive, which most such files are.

    Raises:
        ValueError: A part is damaged.
    """
    if is_zipfile(file):
        with ZipFile(file) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise ValueError(f"its part {damaged} is damaged")
    file.seek(0)


def _is_plain(value: object) -> bool:
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and not (value.is_meta or value.is_quantized or value.is_complex())
    )


@contextmanager
def mismatch_explained(network: str, path: Path) -> Iterator[None]:
    """Turn PyTorch's complaint about a state that does not fit into a short `ConfigError`.

    Args:
        network: What it was meant for.
        path: Where it came from.
    """
    try:
        yield
    except RuntimeError as error:
        reason = " ".join(line.strip()[:200] for line in str(error).splitlines()[1:3])
        raise ConfigError(
            f"the weights {path} do not fit the network {network}: {reason}"
        ) from error


def _check_hash(path: Path, download: Download) -> None:
    hash_found = hash_of_file(path)
    if not hash_found.startswith(download.hash_prefix):
        raise ConfigError(
            f"{path} is damaged or another file: its SHA-256 should begin with "
            f"{download.hash_prefix}, and begins with {hash_found[:8]}. Remove it, and fetch "
            f"{download.url} again."
        )
