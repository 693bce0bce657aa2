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
        run: The run folder, or digits for the generator that comes with zerosum.
        file: FILE.onnx, FILE.pt2, FILE.safetensors, or FILE.html to look at.
        direction: From which domain into which, of a run that translates; by default its first.
        checkpoint: Which checkpoint; best is that of the best evaluation while training.
    """
    from zerosum.api import load
    from zerosum.export import check_export
    from zerosum.lessons.packaged import packaged_model

    check_export(file)  # Before a large checkpoint is read in vain.
    is_packaged = str(run) == "digits" and not run.exists()
    model = packaged_model() if is_packaged else load(run, device="cpu", checkpoint=checkpoint)
    model.export(file, direction=direction)
    print(printable(str(file)))


COMMAND = Command(
    name="zerosum export",
    function=_export,
    text="""\
Write what a run has trained as one file for programs that do not know zerosum, or for browsers.

Of a run that generates, the generator: latents (n, d) go in, pictures in [-1, 1] come out. Of one
that translates, a translator, for any height and width that are multiples of a small number. Of
one that classifies, the classifier: pictures in, logits (n, classes) out. Of one that misleads a
classifier, the perturber: pictures in, their changes out. All for any n. The metadata tell what
goes in and comes out, where the network comes from, and how the latents of a seed are drawn.

FILE.html is a page to be sent to anybody: it opens from disk and draws the pictures itself, with
seeds, sliders, classes and walks; only of runs that generate from latents.""",
    examples="""\
zerosum export runs/dcgan-digits digits.onnx
zerosum export runs/cyclegan b2a.pt2 --direction b2a
zerosum export digits player.html""",
    lists={
        "files": {
            "FILE.onnx": "for onnxruntime and many others; needs the packages onnx and onnxscript",
            "FILE.pt2": "a program for torch.export.load(FILE).module(); needs PyTorch only",
            "FILE.safetensors": "the weights, with the configuration as JSON in the metadata",
            "FILE.html": "a page that draws pictures of a generator; needs a browser only",
        }
    },
)
run, complete = COMMAND.run, COMMAND.complete
