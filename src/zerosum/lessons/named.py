"""The lessons by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from zerosum.registry import Table

if TYPE_CHECKING:  # Who lists the lessons computes none.
    from zerosum.lessons.base import Lesson

__all__ = ["CHAPTERS", "LESSONS", "Entry", "lesson", "text_of"]

CHAPTERS: Mapping[str, str] = {
    "A": "Networks and gradients",
    "B": "One GAN step",
    "C": "Games and equilibria",
    "D": "Losses and tips",
    "E": "Convolutions",
    "F": "Batch normalisation",
    "G": "GANs at work",
}
"""The chapters by letter."""


@dataclass(frozen=True)
class Entry:
    """What is known of a lesson before it is imported.

    Attributes:
        chapter: The letter of its chapter.
        title: The heading.
        question: The one question that it answers.
        module: The module of `zerosum.lessons` that holds it; its text lies beside it.
        takes_run: The control that takes a run of the reader's; empty: none does.

    Example:
        >>> LESSONS["losses"].chapter
        'D'
    """

    chapter: str
    title: str
    question: str
    module: str
    takes_run: str = ""


LESSONS: Table[Entry] = Table(
    "lesson",
    {
        "network": Entry(
            "A",
            "A network and its gradients",
            "What does it mean that a loss is carried back to the weights, and to the picture?",
            "network",
            takes_run="network",
        ),
        "activations": Entry(
            "A",
            "Activations, and units that die",
            "Why is it ReLU in hidden layers, and why leaky ReLU in a discriminator?",
            "activations",
        ),
        "step": Entry(
            "B",
            "One GAN step",
            "What happens, in numbers, when both networks learn from one batch?",
            "step",
            takes_run="run",
        ),
        "missing": Entry(
            "B",
            "A GAN without one of its parts",
            "What does the discriminator need: real pictures, and to keep learning?",
            "missing",
        ),
        "distributions": Entry(
            "B",
            "A game of distributions",
            "How do generated points come to lie where real ones do, and why do they collapse?",
            "distributions",
        ),
        "2014": Entry(
            "B",
            "The first GAN, and the number that judged it",
            "What does a Parzen window's log-likelihood measure?",
            "gan_2014",
            takes_run="run",
        ),
        "equilibrium": Entry(
            "C",
            "Equilibria of games",
            "What can two players settle on, and is it good for them?",
            "equilibrium",
        ),
        "saddle": Entry(
            "C",
            "Gradient steps of two players",
            "Do two players who follow gradients arrive at the equilibrium?",
            "saddle",
        ),
        "checkpoint": Entry(
            "C",
            "A checkpoint and its equilibrium",
            "Is this run at an equilibrium?",
            "checkpoint",
            takes_run="run",
        ),
        "losses": Entry(
            "D",
            "What the generator is paid for",
            "How large is the generator's gradient when the discriminator is sure?",
            "losses",
        ),
        "scaling": Entry(
            "D",
            "The forgotten scaling",
            "What happens if real pictures are not brought into the range of tanh?",
            "scaling",
        ),
        "guidelines": Entry(
            "D",
            "The guidelines of DCGAN",
            "Which of the five guidelines does a network keep, and what if it breaks one?",
            "guidelines",
            takes_run="run",
        ),
        "convolution": Entry(
            "E",
            "Convolutions, channel by channel",
            "What does a convolutional layer make of a picture?",
            "convolution",
            takes_run="run",
        ),
        "shapes": Entry(
            "E",
            "Sizes, strides and paddings",
            "Which size comes out of a convolution, and which filter gives a wanted one?",
            "shapes",
        ),
        "transpose": Entry(
            "E",
            "The transposed convolution",
            "How does a layer make large maps of small ones, and does it undo a convolution?",
            "transpose",
        ),
        "planner": Entry(
            "E",
            "From 4x4 to any size",
            "Which layers lead from z to pictures of a given size, and what do they cost?",
            "planner",
        ),
        "checkerboard": Entry(
            "E",
            "Checkerboards",
            "Where do the checkerboards in generated pictures come from, and what removes them?",
            "checkerboard",
            takes_run="run",
        ),
        "batchnorm": Entry(
            "F",
            "Batch normalisation, step by step",
            "What does batch normalisation compute, and what becomes of gradients in it?",
            "batchnorm",
        ),
        "train-or-eval": Entry(
            "F",
            "Training mode or evaluation mode",
            "Why does a good classifier give all digits one answer?",
            "train_or_eval",
            takes_run="run",
        ),
        "shift": Entry(
            "F",
            "Inputs that shift",
            "Does batch normalisation help because it keeps the inputs of layers still?",
            "shift",
        ),
        "benefits": Entry(
            "F",
            "What batch normalisation is good for",
            "Which of the benefits that are claimed of batch normalisation can be measured?",
            "benefits",
        ),
        "panda": Entry(
            "G",
            "The panda, and noise of the same size",
            "Does a little noise make a classifier wrong?",
            "panda",
            takes_run="network",
        ),
        "invariance": Entry(
            "G",
            "Features that do not show where they are from",
            "Can a second classifier make the first one forget a domain, or a group?",
            "invariance",
        ),
        "labels": Entry(
            "G",
            "Few labels and many pictures",
            "What does a classifier learn from pictures without labels, and what is G for?",
            "labels",
        ),
        "metrics": Entry(
            "G",
            "What FID, KID and the Inception score measure",
            "What does a score say where the answer is known, and when may two be compared?",
            "gan_metrics",
        ),
        "mirror": Entry(
            "G",
            "A generator and what it was shown",
            "Does a generator make as many of each kind as it was shown?",
            "mirror",
            takes_run="run",
        ),
        "pixels": Entry(
            "G",
            "Pixel by pixel",
            "What does a model know that draws one pixel at a time, and what does a GAN gain?",
            "pixels",
        ),
    },
)
"""All lessons, in the order of the chapters."""


def lesson(name: str) -> "Lesson[Any]":
    """The lesson of that name.

    Raises:
        UnknownNameError: There is none; names the nearest.

    Example:
        >>> lesson("losses").controls.__name__
        'LossesControls'
    """
    found: Lesson[Any] = import_module(f"zerosum.lessons.{LESSONS[name].module}").LESSON
    return found


def text_of(name: str) -> str:
    """The lesson's text: Markdown with formulas between ``$``, and places for results.

    Example:
        >>> "{{" in text_of("losses")
        True
    """
    file = files("zerosum.lessons") / f"{LESSONS[name].module}.md"
    return file.read_text(encoding="utf-8")
