"""What people type for options that are called otherwise, and what to answer."""

from collections.abc import Mapping, Sequence

from zerosum.config.options import Option
from zerosum.registry import RENAMED, near

__all__ = ["CALLS", "MEANT", "answer"]

MEANT: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("lr", "eta", "learning-rate"), ("optimizer.learning-rate",)),
    **dict.fromkeys(
        ("lr-g", "g-lr", "glr", "lrg", "gen-lr", "lr-gen"), ("generator-optimizer.learning-rate",)
    ),
    **dict.fromkeys(
        ("lr-d", "d-lr", "dlr", "lrd", "disc-lr", "lr-disc"),
        ("discriminator-optimizer.learning-rate",),
    ),
    **dict.fromkeys(("beta1", "b1", "beta2", "b2", "adam-betas"), ("betas",)),
    **dict.fromkeys(("batch", "bs", "b", "batchsize", "batch-gpu", "mini-batch"), ("batch-size",)),
    **dict.fromkeys(
        ("resolution", "res", "size", "img-size", "image-size", "imsize", "crop-size"),
        ("pictures.size", "size"),
    ),
    **dict.fromkeys(("nc", "in-channels"), ("pictures.channels",)),
    **dict.fromkeys(("mirror", "hflip", "horizontal-flip"), ("pictures.flip",)),
    **dict.fromkeys(
        ("output", "outdir", "out-dir", "output-dir", "o", "save-dir", "logdir", "name", "dest"),
        ("out",),
    ),
    **dict.fromkeys(
        ("dataset", "dataroot", "data-dir", "data-path", "train-dir", "d", "input", "path"),
        ("data", "inputs", "sources"),
    ),
    **dict.fromkeys(("random-seed", "manual-seed", "s"), ("seed",)),
    **dict.fromkeys(("nz", "z-dim", "latent-dim", "zdim", "noise-dim"), ("latent-size",)),
    "ngf": ("generator.base-channels",),
    "ndf": ("discriminator.base-channels",),
    **dict.fromkeys(("loss", "gan-mode", "criterion"), ("objective",)),
    **dict.fromkeys(("gamma", "r1", "r1-gamma"), ("penalties.r1.weight",)),
    **dict.fromkeys(("gp", "lambda-gp", "gp-weight"), ("penalties.gradient.weight",)),
    **dict.fromkeys(("n-critic", "ncritic", "d-steps", "critic-iters"), ("critic-turns",)),
    **dict.fromkeys(("g-steps", "n-gen", "gen-iters"), ("generator-turns",)),
    **dict.fromkeys(("aug", "ada"), ("adaptive-augmentation.images", "augmentation")),
    "diffaugment": ("augmentation",),
    **dict.fromkeys(("ema", "ema-decay", "ema-kimg"), ("ema-half-life",)),
    **dict.fromkeys(("cond", "class-conditional", "conditional"), ("game.conditional",)),
    **dict.fromkeys(("spectral", "sn"), ("spectral-norm",)),
    **dict.fromkeys(("save-every", "save-interval", "snap"), ("checkpoint-seconds",)),
    **dict.fromkeys(("eval-every", "eval-interval"), ("evaluate-every",)),
    **dict.fromkeys(("sample-interval", "vis-every"), ("sample-every",)),
    **dict.fromkeys(("log-interval", "print-every"), ("log-every",)),
    **dict.fromkeys(("verbose", "no-progress"), ("quiet",)),
    **dict.fromkeys(
        ("n", "num", "number", "n-samples", "num-samples", "num-images", "nimg"), ("count",)
    ),
    "seeds": ("seed",),
    **dict.fromkeys(("fps", "duration"), ("seconds",)),
    **dict.fromkeys(("trunc", "psi", "truncation-psi"), ("truncation",)),
    **dict.fromkeys(("label", "class-idx", "class-name", "y"), ("class",)),
    **dict.fromkeys(
        ("network", "model", "ckpt", "weights", "run-dir", "run"), ("run", "subject", "classifier")
    ),
    **dict.fromkeys(("real", "reference", "ref"), ("against",)),
    **dict.fromkeys(("metric",), ("metrics",)),
    **dict.fromkeys(("html", "page"), ("report", "page")),
    **dict.fromkeys(("eps",), ("epsilon",)),
    **dict.fromkeys(("target",), ("targeted", "target")),
}
"""What is typed elsewhere, and the ends of the names of the fields that are meant by it."""


CALLS: Mapping[str, str] = {
    **dict.fromkeys(("gpu", "cuda", "use-cuda", "use-gpu", "gpu-ids"), "--device cuda"),
    **dict.fromkeys(("cpu", "no-cuda", "no-gpu"), "--device cpu"),
    **dict.fromkeys(("fp16", "amp", "mixed-precision", "half", "bf16"), "--precision bf16"),
    **dict.fromkeys(("grayscale", "greyscale", "grey", "gray"), "--pictures.channels 1"),
}
"""What is typed elsewhere, and what says the same here, value and all."""


def answer(option_name: str, values: Sequence[str], options: Sequence[Option]) -> str:
    """How a message on an unknown option goes on: with the options that are meant, to be copied.

    Args:
        option_name: The option without its hyphens.
        values: The words behind it.
        options: What there is.

    Example:
        >>> from dataclasses import replace
        >>> field = "game.optimizer.learning-rate"
        >>> rate = Option(field=field, names=(f"--{field}",), value="NUMBER", text="Step size.")
        >>> answer("lr", ["0.1"], [rate])
        '; did you mean --game.optimizer.learning-rate 0.1?'
        >>> channels = replace(rate, field="game.base-channels", names=("--game.base-channels",))
        >>> answer("game.width", ["8"], [channels])
        ': it is now --game.base-channels 8.'
    """
    fields = {option.field: option for option in options}
    if CALLS.get(option_name, "").partition(" ")[0].lstrip("-") in fields:
        return f"; did you mean {CALLS[option_name]}?"
    meant = _meant(option_name, list(fields))
    if not meant:
        return "; --help lists what it knows."
    if fields[meant[0]].is_positional:
        return f": {fields[meant[0]].value} is given by its place, without an option."
    both = " " if option_name in MEANT else " or "  # A known word may mean several fields at once.
    calls = both.join(_call(fields[name], values) for name in meant)
    return (
        f": it is now {calls}." if _is_renamed(option_name, meant) else f"; did you mean {calls}?"
    )


def _meant(option_name: str, fields: Sequence[str]) -> list[str]:
    """The fields that a word means, or whose last part it is, or that it begins or resembles."""
    path, dot, last = option_name.rpartition(".")
    for end in MEANT.get(last, (last, _present(last))):
        end = f"{path}.{end.rpartition('.')[2]}" if dot else end
        result = [field for field in fields if _ends(field, end)]
        if result:
            return result
    return near(option_name, fields)


def _present(last: str) -> str:
    """The present name of a setting, where it has been renamed."""
    return RENAMED.get(last.replace("-", "_"), last).replace("_", "-")


def _is_renamed(option_name: str, meant: Sequence[str]) -> bool:
    """Whether a word is the former name of all fields that are meant."""
    last = option_name.rpartition(".")[2]
    return _present(last) != last and all(_ends(field, _present(last)) for field in meant)


def _ends(field: str, end: str) -> bool:
    """Whether the last parts of a dotted name are these; the first of them may be cut short."""
    return f".{field}".endswith(f".{end}") or ("." in end and field.endswith(f"-{end}"))


def _call(option: Option, values: Sequence[str]) -> str:
    if option.is_switch:
        return option.names[0]
    count = len(option.value.split())
    parts = list(values[:count]) or [option.value]
    if option.field.endswith("size") and count == 2 and len(parts) == 1:
        parts *= 2  # One side is meant for both.
    return " ".join([option.names[0], *parts])
