"""What to say of lengths, devices and the like that `zerosum train` counts otherwise."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from zerosum.config import RunConfig

__all__ = ["train_answers"]

_SIZES = {
    "digits": 5_000,
    "mnist": 60_000,
    "fashion-mnist": 60_000,
    "kmnist": 60_000,
    "svhn": 73_257,
    "cifar10": 50_000,
    "celeba": 162_770,
}
"""Pictures of the split train, so that nothing need be downloaded to answer a question."""


def train_answers(config: RunConfig, words: Sequence[str]) -> Mapping[str, Callable[[str], str]]:
    """What to say of words that need more than another option's name, given their value.

    Args:
        config: The recipe.
        words: The whole call, in which data and batch size may be told.

    Example:
        >>> from zerosum.recipes import recipe
        >>> answers = train_answers(recipe("dcgan-digits"), ["--epochs", "10"])
        >>> answers["epochs"]("10")
        'zerosum counts images: --images N; 10 epochs of digits are --images 50000.'
        >>> answers["steps"]("1000")
        'zerosum counts images: --images N; 1000 batches of 32 are --images 32000.'
    """
    data = _told("--data", words) or _told("--data-a", words) or _told("--source", words)
    data = data or config.data
    batch = _number(_told("--batch-size", words) or "") or config.batch_size

    def epochs(value: str) -> str:
        count, size = _number(value), _pictures(data)
        if count is None or size is None:
            return f"{_COUNTS} as many as there are pictures are one epoch."
        return f"{_COUNTS} {value} epochs of {data} are --images {round(count * size)}."

    def steps(value: str) -> str:
        count = _number(value)
        if count is None:
            return f"{_COUNTS} a batch is --batch-size of them, {batch:g} here."
        return f"{_COUNTS} {value} batches of {batch:g} are --images {round(count * batch)}."

    def thousands(value: str) -> str:
        count = _number(value)
        return f"{_COUNTS} {value} thousand are --images {round(1000 * (count or 1))}."

    return {
        **dict.fromkeys(("epochs", "epoch", "n-epochs", "num-epochs", "niter", "e"), epochs),
        **dict.fromkeys(("steps", "iterations", "iters", "max-steps", "total-steps"), steps),
        **dict.fromkeys(("kimg", "total-kimg"), thousands),
        **dict.fromkeys(("workers", "num-workers", "n-cpu", "j"), _workers),
        **dict.fromkeys(("gpus", "num-gpus", "ngpu", "n-gpus", "devices"), _processes(config)),
        **dict.fromkeys(("resume", "checkpoint", "load", "pretrained"), _resume),
        "kind": lambda value: "the kinds of networks belong to the recipe; choose another recipe.",
    }


_COUNTS = "zerosum counts images: --images N;"


def _workers(value: str) -> str:
    return (
        "there are none to set. Pictures are decoded once, by all cores, and read from one file "
        "after that."
    )


def _processes(config: RunConfig) -> Callable[[str], str]:
    return lambda value: (
        "--device cuda takes the first one, CUDA_VISIBLE_DEVICES says which that is; on "
        f"several: torchrun --nproc-per-node {value} -m zerosum train {config.recipe} ..."
    )


def _resume(value: str) -> str:
    run = "RUN" if value == "N" else value
    return f"train begins a new run; `zerosum resume {run}` goes on with one."


def _told(name: str, words: Sequence[str]) -> str | None:
    """The value of an option in a call."""
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if word == name:
            return after
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _number(value: str) -> float | None:
    with suppress(ValueError):
        return float(value)
    return None


def _pictures(data: str) -> int | None:
    """How many pictures there are to train on, if that is known without a download."""
    if data in _SIZES or not data or not Path(data).exists():
        return _SIZES.get(data)
    from zerosum.data import open_source
    from zerosum.errors import DataError

    for split in ("train", "trainA"):
        with suppress(DataError):
            return len(open_source(data, split=split))
    return None
