"""``zerosum export RUN FILE``: a trained network for other programs."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from zerosum.cli.command import Command
from zerosum.errors import printable

__all__ = ["complete", "run"]


def _export(
    run: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")],
    file: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FILE")],
    *,
    direction: Literal["a2b", "b2a"] | None = None,
    checkpoint: Literal["latest", "best"] = "latest",
) -> None:
    """Export.

    Args:
        run: The run folder.
        file: FILE.onnx, FILE.pt2 or FILE.safetensors.
        direction: From which domain into which, of a run that translates; by default its first.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
    """
    from zerosum.api import load

    load(run, device="cpu", checkpoint=checkpoint).export(file, direction=direction)
    print(printable(str(file)))


COMMAND = Command(
    name="zerosum export",
    function=_export,
    text="""\
Write the generator of a run, or a translator, as one file for programs that do not know zerosum.

Latents (n, d) or pictures (n, c, h, w) in [-1, 1] go in, pictures in [-1, 1] come out, for any n;
translators take any height and width that are multiples of a small number. The metadata tell where
the network comes from, and how the latents of a seed are drawn.""",
    examples="""\
zerosum export runs/dcgan-digits digits.onnx
zerosum export runs/cyclegan b2a.pt2 --direction b2a""",
    lists={
        "files": {
            "FILE.onnx": "for onnxruntime and many others; needs the packages onnx and onnxscript",
            "FILE.pt2": "a program for torch.export.load(FILE).module(); needs PyTorch only",
            "FILE.safetensors": "the weights, with the configuration as JSON in the metadata",
        }
    },
)
run, complete = COMMAND.run, COMMAND.complete
