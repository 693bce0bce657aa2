"""The panda: a change that nobody sees, and noise of the same size beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from math import pi, sqrt
from typing import Annotated, Any

import numpy as np
import torch
import tyro
from torch import Tensor, nn

from zerosum.attacks import Attack, Goal, LInf, Noise, PixelClassifier, attack_images, fgsm
from zerosum.checks import require
from zerosum.data import unscale
from zerosum.families.victims import Victim, load_victim
from zerosum.jobs.labelled_images import show
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Picture, RunFolder, Seed
from zerosum.lessons.packaged import picture_for
from zerosum.lessons.panda_figures import (
    curve_figure,
    linear_figure,
    pair_table,
    quoted,
    slopes_table,
    sum_figure,
)
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.metrics.shares import share
from zerosum.types import Pixels, Progress

__all__ = ["LESSON", "PandaControls"]

_NORM = LInf()
_SIGN: Attack = fgsm(_NORM)
_NOISE: Attack = Noise(norm=_NORM)
_EPSILONS = (0.001, 0.0015, 0.003, 0.005, 0.007, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Of the curves."""
_TRIED = (0.001, 0.003, 0.007, 0.02, 0.05, 0.1, 0.2)
"""Of the table of many pictures."""
_DRAWS = 8
"""Of random signs, for the curve."""
_SIDES = (4, 8, 16, 32, 64, 128)
"""Of the square pictures of the linear classifiers."""
_MANY = 64
"""Of random signs, for a linear classifier."""
_HALF_LEVEL = 0.5 / 255
_AT_ONCE = 64
_PANDA = 224 * 224 * 3
"""Numbers in the picture of the panda."""


@dataclass(frozen=True, kw_only=True)
class PandaControls(Controls):
    """How large the change is, and whose opinion of which picture it changes."""

    epsilon: Annotated[float, Number(0.0, 0.5)] = 0.1
    """How far each pixel may move, black being 0 and white 1; the panda's moved by 0.007."""
    seed: Seed = 0
    """Of the random signs, and of which digit is shown."""
    network: Annotated[str, tyro.conf.arg(metavar="CLASSIFIER")] = "digits"
    """Who is asked: ``digits``, ``efficientnet-lite0``, ``torchvision:NAME``, or a classifier of
    your own, FILE.py:FACTORY."""
    run: RunFolder = None
    """A run that classifies, to be asked in the place of network."""
    picture: Picture = None
    """The picture; by default a digit for a classifier of grey pictures, else a photograph."""
    data: Annotated[str, tyro.conf.arg(metavar="SOURCE")] = ""
    """A folder, archive or named set of pictures, of which the share is measured whose class
    changes; by default digits, and the network that knows them."""
    count: Annotated[int, Number(1, 5000)] = 200
    """How many of these pictures are tried."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            self.run is None or self.network == "digits",
            "expected a run or a network, got both: leave one of them out.",
        )


@dataclass(frozen=True)
class _Subject:
    """A classifier, and what it is asked about; equal where weights and pixels are."""

    identity: str
    victim: Victim = field(compare=False)
    pixels: Pixels = field(compare=False)

    @classmethod
    def of(cls, victim: Victim, pixels: Pixels) -> "_Subject":
        seen = sha256(unscale(2 * pixels - 1).numpy().tobytes()).hexdigest()
        return cls(f"{victim.name} {victim.weights} {tuple(pixels.shape)} {seen}", victim, pixels)

    @property
    def label(self) -> Tensor:
        """What the classifier says of each picture."""
        return _logits(self.victim, self.pixels).argmax(dim=1)


def compute(controls: PandaControls, progress: Progress) -> Results:
    """The picture with both changes, the curves, many pictures, and the linear classifiers."""
    victim = load_victim(str(controls.run or controls.network), device=torch.device("cpu"))
    one = _Subject.of(victim, picture_for(victim, controls.picture, number=controls.seed))
    pair = _pair(one, controls)
    progress(1, 4)
    curve = _curve(one, controls.seed)
    progress(2, 4)
    measured = _measured(controls, victim)
    progress(3, 4)
    linear = _linear(controls.seed)
    progress(4, 4)
    return Results(
        answer=_answer(controls, pair),
        numbers={
            **{name: value for name, value in pair.items() if name != "shown"},
            "curve": curve,
            "linear": linear,
            "shares": measured[1],
            "panda_ratio": sqrt(2 * _PANDA / pi),
        },
        tables={
            "pair": pair_table(controls.epsilon, pair),
            "slopes": slopes_table(pair),
            "measured": measured[0],
            "recorded": recorded_table("panda") or measured[0],
        },
        figures={
            "sum": sum_figure(controls.epsilon, pair),
            "curve": curve_figure(controls.epsilon, _EPSILONS, curve, pair["said"], _DRAWS),
            "linear": linear_figure(linear, _MANY),
        },
    )


def _pair(one: _Subject, controls: PandaControls) -> dict[str, Any]:
    """The picture, moved along the sign of the gradient and at random, and what is said of it."""
    victim, pixels, label = one.victim, one.pixels, one.label
    goal = Goal(labels=label)
    with victim.classifier.frozen():
        gradient, before = victim.classifier.gradient(pixels, goal.odds)
    signs = _NORM.steepest(gradient)
    by_sign, by_noise = (
        attack_images(
            each, victim.classifier, pixels, label, epsilon=controls.epsilon, seed=controls.seed
        )
        for each in (_SIGN, _NOISE)
    )
    names = victim.classes or victim.titles
    told = {
        "before": before,
        "sign": by_sign.logits,
        "noise": by_noise.logits,
        "alone": _logits(victim, signs / 2 + 0.5),
        "rounded": _logits(victim, _rounded(by_sign.images)),
    }
    changes = {"sign": by_sign.images - pixels, "noise": by_noise.images - pixels}
    return {
        "said": {name: _said(logits, label, names) for name, logits in told.items()},
        "rises": {name: float(goal.odds(told[name]) - goal.odds(before)) for name in changes},
        "first_order": {name: float((gradient * each).sum()) for name, each in changes.items()},
        "lengths": (float(gradient.abs().sum()), float(gradient.square().sum().sqrt())),
        "by_hand": float(
            (by_sign.images - (pixels + controls.epsilon * gradient.sign()).clamp(0, 1))
            .abs()
            .max()
        ),
        "sizes": {name: float(each.abs().max()) for name, each in changes.items()},
        "levels": float(255 * (_rounded(by_sign.images) - _rounded(pixels)).abs().max()),
        "shown": (pixels, signs, by_sign.images, changes["noise"].sign(), by_noise.images),
    }


def _said(logits: Tensor, label: Tensor, names: Sequence[str]) -> dict[str, Any]:
    """The class that is named with its probability, and that of the first class."""
    probabilities = logits.softmax(dim=1)[0]
    named = int(probabilities.argmax())
    return {
        "class": names[named] if names else f"class {named}",
        "confidence": float(probabilities[named]),
        "first": float(probabilities[int(label)]),
    }


def _logits(victim: Victim, images: Pixels) -> Tensor:
    with victim.classifier.frozen(), torch.no_grad():
        return torch.cat([victim.classifier(part) for part in torch.split(images, _AT_ONCE)])


def _rounded(images: Pixels) -> Pixels:
    """As they would be saved, in bytes."""
    return unscale(2 * images - 1).float() / 255


@lru_cache(maxsize=4)
def _curve(one: _Subject, seed: int) -> dict[str, list[float]]:
    """The probability of the first class by ε, and the largest change that rounding leaves."""
    classifier, label = one.victim.classifier, one.label
    many, labels = one.pixels.expand(_DRAWS, -1, -1, -1), label.expand(_DRAWS)
    found: dict[str, list[float]] = {name: [] for name in ("sign", "noise", "rounded", "levels")}
    for epsilon in _EPSILONS:
        moved = attack_images(_SIGN, classifier, one.pixels, label, epsilon=epsilon)
        noisy = attack_images(_NOISE, classifier, many, labels, epsilon=epsilon, seed=seed)
        rounded = _rounded(moved.images)
        found["sign"].append(_kept(moved.logits, label))
        found["noise"].append(_kept(noisy.logits, labels))
        found["rounded"].append(_kept(_logits(one.victim, rounded), label))
        found["levels"].append(float(255 * (rounded - _rounded(one.pixels)).abs().max()))
    return found


def _kept(logits: Tensor, labels: Tensor) -> float:
    """The mean probability of these classes."""
    return float(logits.softmax(dim=1).gather(1, labels[:, None]).mean())


def _measured(
    controls: PandaControls, victim: Victim
) -> tuple[Table, dict[float, tuple[float, float]]]:
    """How often many pictures change their class: the reader's, or digits for their network."""
    asked = victim if controls.data else load_victim("digits", device=victim.device)
    images = show(controls.data or "digits", asked, count=controls.count, quiet=True).images
    return _shares(_Subject.of(asked, images), controls.seed)


@lru_cache(maxsize=4)
def _shares(many: _Subject, seed: int) -> tuple[Table, dict[float, tuple[float, float]]]:
    classifier, labels = many.victim.classifier, many.label
    rows, shares, lengths = [], {}, _lengths(many).mean(dim=0)
    for epsilon in _TRIED:
        sign, noise = (
            attack_images(each, classifier, many.pixels, labels, epsilon=epsilon, seed=seed)
            for each in (_SIGN, _NOISE)
        )
        rounded = _logits(many.victim, _rounded(sign.images))
        changed = [
            share(each.argmax(dim=1) != labels) for each in (sign.logits, noise.logits, rounded)
        ]
        shares[epsilon] = changed[0].value, changed[1].value
        rows.append(
            (
                f"{epsilon:g}",
                *(f"{100 * each.value:.1f} ± {100 * each.error:.1f}" for each in changed),
                *(100 * _kept(each.logits, labels) for each in (sign, noise)),
                *(epsilon * float(each) for each in lengths),
            )
        )
    clean = _kept(_logits(many.victim, many.pixels), labels)
    return _shares_table(many, rows, 100 * clean), shares


def _lengths(many: _Subject) -> Tensor:
    """‖g‖₁ and ‖g‖₂ of each picture's gradient, shape (n, 2)."""
    classifier, pieces = many.victim.classifier, []
    with classifier.frozen():
        for pixels, labels in zip(
            *(torch.split(each, _AT_ONCE) for each in (many.pixels, many.label)), strict=True
        ):
            gradient, _ = classifier.gradient(pixels, Goal(labels=labels).odds)
            flat = gradient.flatten(1)
            pieces.append(torch.stack([flat.abs().sum(dim=1), flat.norm(dim=1)], dim=1))
    return torch.cat(pieces)


def _shares_table(many: _Subject, rows: Sequence[Sequence[Any]], clean: float) -> Table:
    return Table(
        title=(
            f"{len(many.pixels):,} pictures, network {many.victim.name}, before on average "
            f"{clean:.1f} % sure: how many change their class, in % ± standard error"
        ),
        columns=(
            "ε",
            "by the sign of the gradient",
            "by random signs",
            "by the sign, rounded to bytes",
            "probability of the first class after the sign, %",
            "after random signs, %",
            "ε ‖g‖₁, mean",
            "ε ‖g‖₂, mean",
        ),
        rows=rows,
    )


def _linear(seed: int) -> dict[str, list[float]]:
    """How far the log-odds of linear classifiers move, by the number of their weights."""
    random = torch.Generator().manual_seed(seed)
    found: dict[str, list[float]] = {name: [] for name in ("d", "l1", "sign", "noise")}
    epsilon = 0.1
    for side in _SIDES:
        weights = torch.randn(side * side, generator=random)
        layer = nn.Linear(side * side, 2, bias=False)
        with torch.no_grad():
            layer.weight.copy_(torch.stack([weights, 0 * weights]) / weights.norm())
        classifier = PixelClassifier(network=nn.Sequential(nn.Flatten(), layer))
        grey = torch.full((_MANY, 1, side, side), 0.5)
        labels = torch.zeros(_MANY, dtype=torch.int64)
        logits = [
            attack_images(each, classifier, grey, labels, epsilon=epsilon, seed=seed).logits
            for each in (_SIGN, _NOISE)
        ]
        # Of two classes the log-odds against the first are the difference of the logits.
        rises = [(each - classifier(grey).detach()) @ torch.tensor([-1.0, 1.0]) for each in logits]
        found["d"].append(side * side)
        found["l1"].append(float((weights / weights.norm()).abs().sum()))
        found["sign"].append(float(rises[0].mean()) / epsilon)
        found["noise"].append(float(rises[1].square().mean().sqrt()) / epsilon)
    return found


def _answer(controls: PandaControls, pair: dict[str, Any]) -> str:
    before, sign, noise = (pair["said"][name] for name in ("before", "sign", "noise"))
    return (
        f"The network takes the picture for {quoted(before)}. Moved by {controls.epsilon:g} along "
        f"the sign of the gradient it is taken for {quoted(sign)}; moved as far in random "
        f"directions, for {quoted(noise)}."
    )


@states(
    "The attack's picture is X + ε · sign(g), cut to [0, 1]; neither it nor that of the random "
    "signs moves a pixel by more than ε."
)
def _it_is_the_sign(controls: PandaControls, results: Results) -> bool:
    sizes = results.numbers["sizes"].values()
    return bool(results.numbers["by_hand"] < 1e-6 and max(sizes) <= controls.epsilon + 1e-6)


@states(
    "To first order the log-odds against the first class do not fall along the sign, and rise by "
    "at most ε ‖g‖₁."
)
def _the_first_order_is_bounded(controls: PandaControls, results: Results) -> bool:
    rise, bound = results.numbers["first_order"]["sign"], results.numbers["lengths"][0]
    return bool(-1e-6 <= rise <= controls.epsilon * bound * 1.001 + 1e-6)


@states(
    "For a linear classifier the log-odds rise by exactly ε ‖w‖₁ along the sign, whatever the "
    "dimension."
)
def _a_linear_classifier_gives_the_l1_norm(_: PandaControls, results: Results) -> bool:
    linear = results.numbers["linear"]
    return bool(np.allclose(linear["sign"], linear["l1"], rtol=1e-3))


@states(
    "By random signs as large they change by ε ‖w‖₂, as root mean square of 64 draws (to 40 %)."
)
def _noise_gives_the_l2_norm(_: PandaControls, results: Results) -> bool:
    found = np.array(results.numbers["linear"]["noise"])
    return bool(((found > 0.6) & (found < 1.4)).all())


@states(
    "With random weights of one length, ‖w‖₁ grows as √(2d/π) (to 5 % from a thousand numbers on)."
)
def _the_l1_norm_grows_with_the_dimension(_: PandaControls, results: Results) -> bool:
    linear = results.numbers["linear"]
    d, l1 = np.array(linear["d"]), np.array(linear["l1"])
    large = d >= 1000
    return bool(np.allclose(l1[large], np.sqrt(2 * d[large] / pi), rtol=0.05))


@states(
    "Changes of less than half a grey level, ε < 1/510, are gone when the picture is saved in "
    "bytes; of larger ones a whole number of grey levels is left, at most 255 ε rounded."
)
def _rounding_leaves_whole_levels(controls: PandaControls, results: Results) -> bool:
    curve = results.numbers["curve"]["levels"]
    pairs = [*zip(_EPSILONS, curve, strict=True), (controls.epsilon, results.numbers["levels"])]
    gone = all(levels < 0.01 for epsilon, levels in pairs if epsilon < _HALF_LEVEL - 1e-6)
    return gone and all(levels < 255 * epsilon + 0.51 for epsilon, levels in pairs)


@states("Of many digits, ε = 0.05 along the sign makes more change their class than random signs.")
def _the_sign_does_more_than_noise(controls: PandaControls, results: Results) -> bool | None:
    if controls.data or controls.count < 100:
        return None
    sign, noise = results.numbers["shares"][0.05]
    return bool(sign > noise)


LESSON = Lesson(
    controls=PandaControls,
    compute=compute,
    claims=[
        _it_is_the_sign,
        _the_first_order_is_bounded,
        _a_linear_classifier_gives_the_l1_norm,
        _noise_gives_the_l2_norm,
        _the_l1_norm_grows_with_the_dimension,
        _rounding_leaves_whole_levels,
        _the_sign_does_more_than_noise,
    ],
    held={"epsilon": (0.007, 0.05, 0.1)},
    full={"count": 2000},
)
