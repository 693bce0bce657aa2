"""What one GAN step looks like: the pictures of its moves, and what is said of them."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.lessons.figures import Animation, Arrows, Axis, Bars, Dots, Frame, Gallery, Plot
from zerosum.training.loop import Loop
from zerosum.training.tracing import Move, Pass, RoundTrace

__all__ = ["animation_of", "gradient_figure", "judged_again", "latent_figure"]

_SHOWN = 8
"""Images of a gallery."""
_JUDGED = 40
"""Images whose logits are shown."""
_COLOURS = {"real": 0, "generated": 1}
_STAGES = {
    DISCRIMINATOR: (
        "1. z → G → X; 2. X → D → L: the ",
        "3. ∂L/∂W: ",
        "3. new D: the ",
    ),
    GENERATOR: ("4. X → D → L: the ", "4. ∂L/∂X: ", "4. new G: the "),
}
"""Which of the four pictures a move shows, before it, at its gradient, and after it."""


def latent_figure(made: Pass) -> Plot:
    """The first of what a network was given: z, where it is a generator."""
    values = made.arguments[0][0].detach().flatten()[:100].double().numpy()
    return Plot(
        title="The first row of what goes in: z, where the network is a generator",
        x=Axis(label="number"),
        y=Axis(label="value"),
        marks=[Bars(name="z", x=np.arange(len(values)), y=values)],
    )


def gradient_figure(trace: RoundTrace) -> Gallery:
    """Images that a move made, what its cost would rather have, and what it made of them."""
    for index, _ in reversed(list(enumerate(trace.moves))):
        for made in trace.passes:
            if index in made.gradients and _is_images(made.output) and made.again is not None:
                shown = (made.output, _magnified(-made.gradients[index]), made.again)
                return Gallery(
                    title="Pictures before the move, −∂L/∂X, and after the move",
                    images=_bytes(torch.cat([each.detach()[:4].float() for each in shown])),
                    columns=4,
                )
    return _gallery("What is judged", _judged_images(trace.passes))


def _magnified(gradient: Tensor) -> Tensor:
    """The largest number as black or white, 0 as grey."""
    return gradient / gradient.abs().amax().clamp(min=1e-30)


def animation_of(loop: Loop[Any], trace: RoundTrace) -> Animation:
    """The round, each move in three frames."""
    frames = [
        frame
        for index, move in enumerate(trace.moves)
        for frame in _frames(loop, trace, index, move)
    ]
    return Animation(title="The round, move by move", frames=frames)


def _frames(loop: Loop[Any], trace: RoundTrace, index: int, move: Move) -> list[Frame]:
    """A move in three frames: as it is, the gradient of the cost, and after the move."""
    involved = [each for each in trace.passes if index in each.gradients]
    own = [each for each in involved if each.player == move.player]
    made = next((each for each in own if _is_images(each.output)), None)
    judged = [each for each in involved if not _is_images(each.output)]
    seen = made.output if made else _judged_images(judged)
    after = made.again if made and made.again is not None else seen
    moved = [judged_again(loop, each, made) for each in judged]
    who = move.player
    stages = _STAGES.get(who, ("", "", ""))
    return [
        Frame(
            caption=f"{stages[0]}{who} at a cost of {move.cost:.4g}",
            panels=(_gallery(f"What the {who} makes or judges", seen), _logits(trace, judged)),
        ),
        Frame(
            caption=f"{stages[1]}the gradient of that cost, turned downhill",
            panels=(
                _gallery("−∂L/∂X, magnified", -made.gradients[index], magnify=True)
                if made
                else _gallery(f"What the {who} makes or judges", seen),
                _logits(trace, judged, arrows=index),
            ),
        ),
        Frame(
            caption=f"{stages[2]}{who} after the move, {_by(move)}",
            panels=(_gallery(f"What the new {who} makes or judges", after), _logits(trace, moved)),
        ),
    ]


def _by(move: Move) -> str:
    largest = max(move.weights, key=lambda step: step.change / (step.size or 1.0))
    share = largest.change / (largest.size or 1.0)
    return f"in which {largest.name} changed most, by {share:.2%} of its size"


def _is_images(output: Tensor) -> bool:
    return output.ndim == 4 and min(output.shape[2:]) > 1 and output.shape[1] in (1, 3, 4)


def _judged_images(judged: Sequence[Pass]) -> Tensor:
    """The first images of each judgement, real and generated."""
    half = _SHOWN // max(1, len(judged)) or 1
    images = [each.arguments[0][:half] for each in judged if each.arguments[0].ndim == 4]
    shape = images[0].shape[1:] if images else (1, 8, 8)
    alike = [each for each in images if each.shape[1:] == shape]
    return torch.cat(alike) if alike else torch.zeros(1, 1, 8, 8)


def judged_again(loop: Loop[Any], judged: Pass, made: Pass | None) -> Pass:
    """The judgement after the move: by the moved judge, or of what the moved maker makes."""
    again = judged.again
    if again is None and made is not None and made.again is not None:
        judge = loop.game.players[judged.player].network
        if made.again.shape == judged.arguments[0].shape and judged.player == DISCRIMINATOR:
            copy = deepcopy(judge)
            with torch.random.fork_rng(), torch.no_grad():
                again = copy(made.again, *judged.arguments[1:])
    return Pass(
        player=judged.player,
        part=judged.part,
        arguments=judged.arguments,
        output=judged.output if again is None else again,
        gradients=judged.gradients,
    )


def _gallery(title: str, images: Tensor, *, magnify: bool = False) -> Gallery:
    """The first images as bytes; gradients about grey, the largest of them black or white."""
    shown = images.detach()[:_SHOWN].float()
    shown = _magnified(shown) if magnify else shown
    return Gallery(title=title, images=_bytes(shown), columns=4)


def _bytes(images: Tensor) -> NDArray[np.uint8]:
    scaled = ((images.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    array: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).numpy()[..., :3]
    return array[..., 0] if array.shape[-1] == 1 else array


def _logits(trace: RoundTrace, passes: Sequence[Pass], arrows: int | None = None) -> Plot:
    """One dot for each judged image: the mean of what the network says of it."""
    marks: list[Dots | Arrows] = []
    for number, each in enumerate(passes):
        values = _means(each.output)
        x, name = np.arange(len(values)), _name(trace, each, number)
        colour = _COLOURS.get(name, number)
        marks.append(Dots(name=name, x=x, y=values, size=5, colour=colour))
        if arrows is not None:
            push = -_means(each.gradients[arrows]) * len(each.output)
            marks.append(
                Arrows(name="", x=x, y=values, dx=np.zeros(len(x)), dy=push, colour=colour)
            )
    return Plot(
        title="What is said of each picture",
        x=Axis(label="picture"),
        y=Axis(label="logit, or mean output"),
        marks=marks,
    )


def _name(trace: RoundTrace, judged: Pass, index: int) -> str:
    part = f" {judged.part}" if judged.part else ""
    label = f"{judged.player}{part}"
    if judged.player == DISCRIMINATOR and isinstance(getattr(trace.batch, "images", None), Tensor):
        real = judged.arguments[0].shape == trace.batch.images.shape and torch.equal(
            judged.arguments[0].detach(), trace.batch.images
        )
        return "real" if real else "generated"
    return f"{label}, {index + 1}"


def _means(output: Tensor) -> NDArray[np.float64]:
    rows = output.detach()[:_JUDGED].double()
    values: NDArray[np.float64] = (
        rows.flatten(1).mean(dim=1).numpy() if rows.ndim > 1 else rows.numpy()
    )
    return values
