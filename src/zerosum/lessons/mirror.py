"""Does a generator make as many of each kind as it was shown? Digits of which one kind is rare."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from zerosum.config.commands.shares import SharesConfig
from zerosum.data import Batches, unscale
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.features.digits import CLASSES, load_digits
from zerosum.games.adversarial import AdversarialGame
from zerosum.jobs.shares import audit_shares
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, RunFolder, Seed
from zerosum.lessons.figures import Gallery
from zerosum.lessons.mirror_counting import (
    count_weakly,
    digit_labels,
    unbalanced,
    weights_of,
)
from zerosum.lessons.mirror_figures import bars, in_percent, leak_figure, rounded, weak_table
from zerosum.lessons.packaged import packaged_game
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_gans import digits_store, fast_settings, over_seeds
from zerosum.metrics import (
    ClassShares,
    SharesCompared,
    class_shares,
    compare_shares,
)
from zerosum.randomness import Randomness, derive_seed
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Images, Progress

__all__ = ["LESSON", "MirrorControls"]

Counts = Int[Tensor, " k"]

_DIGITS = tuple(map(str, range(CLASSES)))
_AT_ONCE = 250
_SHOWN = 12
_SURE = 0.9


@dataclass(frozen=True, kw_only=True)
class MirrorControls(Controls):
    """Which digit is rare and how rare, and how long a GAN is trained on that."""

    digit: Annotated[int, Number(0, 9)] = 1
    """The digit that is rare."""
    share: Annotated[float, Number(0.005, 0.1)] = 0.02
    """Its share of the real digits; the other nine have equal shares of the rest."""
    images: Annotated[int, Number(160, 200_000)] = 6_400
    """Real digits that the GAN is shown."""
    repeats: Annotated[int, Number(1, 10)] = 1
    """GANs that are trained, from other first weights."""
    counted: Annotated[int, Number(200, 10_000)] = 2_000
    """Generated digits of each that are counted."""
    learnt: Annotated[int, Number(100, 1_000)] = 300
    """Digits that the weak classifier learns from."""
    seed: Seed = 0
    """From which all random numbers follow."""
    run: RunFolder = None
    """A run of digits to be audited in place of the packaged GAN."""


@dataclass(frozen=True, kw_only=True)
class _Made:
    """What a generator makes, as the classifier of digits sees it.

    Attributes:
        counts: Digits of each class.
        sure: Those of which it is at least 90 % sure.
        examples: Some of them, bytes (n, 28, 28).
    """

    counts: Counts
    sure: Counts
    examples: NDArray[np.uint8]


def compute(controls: MirrorControls, progress: Progress) -> Results:
    """Audit an unbalanced set of digits, GANs trained on it, and one that is ready."""
    ready = _ready(controls)  # A run that will not do is refused before anything takes long.
    chosen = unbalanced(digit_labels(), controls.digit, controls.share)
    data = class_shares(digit_labels()[chosen].bincount(minlength=CLASSES))
    made = []
    for repeat in range(controls.repeats):
        tell = _part(progress, repeat, controls.repeats)
        made.append(_train_and_look(controls, chosen, controls.seed + repeat, tell))
    compared = [compare_shares(data, class_shares(each.counts)) for each in made]
    weak = count_weakly(
        digit=controls.digit, share=controls.share, learnt=controls.learnt, seed=controls.seed
    )
    halves = _halves(chosen, controls.seed)
    measured = _measured(controls, data, made, compared)
    progress(1, 1)
    return Results(
        answer=_answer(controls, data, made, ready["compared"]),
        numbers={
            "data": _shares(data),
            "counts": made[-1].counts,
            "made": _shares(class_shares(made[-1].counts)),
            "compared": _differences(compared[-1]),
            "ready": {name: _shares(ready[name]) for name in ("real", "made")},
            "ready_compared": None if ready["own"] else _differences(ready["compared"]),
            "weak": {name: _shares(weak[name]) for name in ("truth", "counted", "corrected")},
            "halves": _differences(halves),
            "weights": weights_of(data, class_shares(made[-1].counts)),
            **_spoken(controls, data, made, compared, ready, weak),
        },
        tables={
            "measured": measured,
            "recorded": recorded_table("mirror") or measured,
            "weak": weak_table(weak),
        },
        figures={
            "shares": bars(
                f"Real digits, and those of a GAN after {controls.images:,}",
                [("real", data), ("generated", class_shares(made[-1].counts))],
            ),
            "examples": Gallery(
                title=f"What is counted: some of the digits after {controls.images:,}",
                images=made[-1].examples,
                columns=_SHOWN,
            ),
            "ready": bars(ready["title"], [("real", ready["real"]), ("generated", ready["made"])]),
            "leak": leak_figure(controls.digit, weak),
        },
    )


def _shares(shares: ClassShares) -> dict[str, Tensor]:
    return {"values": shares.values, "errors": shares.errors}


def _differences(compared: SharesCompared) -> dict[str, Any]:
    return {
        "values": np.array([each.value for each in compared.differences]),
        "errors": np.array([each.error for each in compared.differences]),
        "total_variation": compared.total_variation,
        "p": compared.p,
    }


def _part(progress: Progress, index: int, count: int) -> Progress:
    return lambda done, total: progress(index * total + done, count * total)


class _Tell:
    """A hook that tells how far a training is."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total

    def started(self, loop: Loop[Any]) -> None: ...

    def played(self, loop: Loop[Any], record: Any) -> None:
        self._progress(min(loop.images_seen, self._total), self._total)

    def stopped(self, loop: Loop[Any]) -> None: ...


def _train_and_look(
    controls: MirrorControls, chosen: NDArray[np.int64], seed: int, progress: Progress
) -> _Made:
    """Train a GAN on some digits, and see what it makes."""
    settings, engine = fast_settings(seed), Engine(device=torch.device("cpu"))
    game = cast("AdversarialGame", build_game(settings, engine))
    batches = Batches(digits_store(), batch_size=settings.batch_size, seed=seed, only=chosen)
    hooks = [_Tell(progress, controls.images)]
    loop = Loop(game=game, batches=batches, engine=engine, seed=seed, hooks=hooks)
    loop.run(until=controls.images)
    return _look(_drawn(game, controls.counted, seed))


def _drawn(game: AdversarialGame, count: int, seed: int) -> Images:
    """Images by a generator in evaluation mode."""
    random = Randomness(seed=derive_seed(seed, "mirror"))
    latents = torch.split(random.normal(count, game.latent_size), _AT_ONCE)
    return torch.cat([game.draw(each) for each in latents])


def _look(images: Images) -> _Made:
    network = load_digits()
    pixels = unscale(images)
    seen = [network(each).probabilities for each in torch.split(pixels, _AT_ONCE)]
    best, taken = torch.cat([each for each in seen if each is not None]).max(dim=1)
    return _Made(
        counts=taken.bincount(minlength=CLASSES),
        sure=taken[best >= _SURE].bincount(minlength=CLASSES),
        examples=pixels[:_SHOWN, 0].numpy(),
    )


def _ready(controls: MirrorControls) -> dict[str, Any]:
    """The packaged GAN, which was shown as many of each digit; or the reader's run."""
    if controls.run is not None:
        return _of_run(controls.run, controls)
    counts = _packaged_counts(controls.counted, controls.seed)
    real = class_shares(digit_labels().bincount(minlength=CLASSES))
    made = class_shares(counts)
    return {
        "title": "500 real digits of each kind, and what the packaged GAN makes of them",
        "real": real,
        "made": made,
        "compared": compare_shares(real, made),
        "own": False,
        "shown": "500 digits of each kind, and a million pictures in all",
    }


@cache
def _packaged_counts(count: int, seed: int) -> Counts:
    return _look(_drawn(packaged_game(), count, seed)).counts


def _of_run(path: Path, controls: MirrorControls) -> dict[str, Any]:
    run = Run.open(path)
    data = run.config().data
    options = SharesConfig(
        classifier="digits", against=str(path), count=controls.counted, seed=controls.seed
    )
    found = audit_shares(data, options, quiet=True)
    if found.data.by != "labels" or found.against is None:
        raise ConfigError(
            f"this lesson counts digits, and {path} was trained on {data}, whose labels are none. "
            f"For other pictures: zerosum data inspect {data} --classifier RUN --against {path}"
        )
    return {
        "title": f"Real digits, and those that {run.name} makes",
        "real": found.data.shares,
        "made": found.against.shares,
        "compared": compare_shares(found.data.shares, found.against.shares),
        "own": True,
        "shown": f"the digits of {run.name}",
    }


def _halves(chosen: NDArray[np.int64], seed: int) -> SharesCompared:
    """The real digits beside themselves: two halves of them, by chance."""
    order = np.random.default_rng(derive_seed(seed, "halves")).permutation(chosen)
    middle = len(order) // 2
    halves = (
        class_shares(digit_labels()[each].bincount(minlength=CLASSES))
        for each in (order[:middle], order[middle:])
    )
    return compare_shares(*halves)


def _spoken(
    controls: MirrorControls,
    data: ClassShares,
    made: Sequence[_Made],
    compared: Sequence[SharesCompared],
    ready: dict[str, Any],
    weak: dict[str, Any],
) -> dict[str, Any]:
    """Numbers for the text, in percent where they are shares."""
    digit, last = controls.digit, class_shares(made[-1].counts)
    weights = weights_of(ready["real"], ready["made"])
    return {
        "rare": digit,
        "data_rare": rounded(data.values[digit]),
        "made_rare": str(in_percent(last, digit)),
        "unsure": rounded(1 - made[-1].sure.sum() / made[-1].counts.sum()),
        "total_variation": rounded(compared[-1].total_variation),
        "by_chance": rounded(compared[-1].by_chance),
        "ready_shown": ready["shown"],
        "ready_total_variation": rounded(ready["compared"].total_variation),
        "ready_by_chance": rounded(ready["compared"].by_chance),
        "ready_more": _named(ready["compared"], 1),
        "ready_fewer": _named(ready["compared"], -1),
        "ready_left": rounded(weights["left"]),
        "weak_accuracy": rounded(weak["accuracy"]),
        "weak_truth": rounded(weak["truth"].values[digit]),
        "weak_counted": str(in_percent(weak["counted"], digit)),
        "weak_corrected": str(in_percent(weak["corrected"], digit)),
    }


def _named(compared: SharesCompared, sign: int) -> str:
    signs = zip(_DIGITS, compared.beyond_chance, strict=True)
    return ", ".join(name for name, each in signs if each == sign) or "none"


def _answer(
    controls: MirrorControls, data: ClassShares, made: Sequence[_Made], ready: SharesCompared
) -> str:
    rare = [100 * float(class_shares(each.counts).values[controls.digit]) for each in made]
    return (
        f"Not exactly. Of real digits {100 * float(data.values[controls.digit]):.2g} % are a "
        f"{controls.digit}; of those of a GAN after {controls.images:,} of them "
        f"{over_seeds(np.array(rare))} %. The GAN that is ready was shown its digits for longer, "
        f"and {ready.total_variation:.0%} of its own would have to be others to have the shares "
        f"of what it saw (chance: {ready.by_chance:.0%})."
    )


def _measured(
    controls: MirrorControls,
    data: ClassShares,
    made: Sequence[_Made],
    compared: Sequence[SharesCompared],
) -> Table:
    digit = controls.digit
    counted = np.array([100 * float(class_shares(each.counts).values[digit]) for each in made])
    sure = np.array(
        [100 * float(each.sure[digit] / each.sure.sum().clamp(min=1)) for each in made]
    )
    others = np.array([100 * each.total_variation for each in compared])
    doubt = np.array([100 * (1 - float(each.sure.sum() / each.counts.sum())) for each in made])
    named = sum(each.beyond_chance[digit] < 0 for each in compared)
    times = "one GAN" if len(made) == 1 else f"{len(made)} GANs, mean ± standard deviation"
    return Table(
        title=f"After {controls.images:,} real digits, {controls.counted:,} counted; {times}",
        columns=(
            "rare digit",
            "real, %",
            "generated, %",
            "of those the classifier is sure of, %",
            "it is not sure of, %",
            "total variation of all, %",
            "GANs with fewer than chance",
        ),
        rows=[
            (
                str(digit),
                100 * float(data.values[digit]),
                over_seeds(counted),
                over_seeds(sure),
                over_seeds(doubt, digits=0),
                over_seeds(others, digits=1),
                f"{named} of {len(made)}",
            )
        ],
    )


@states("All shares sum to 1: those by labels, those that are counted, and those corrected.")
def _shares_sum_to_one(_: MirrorControls, results: Results) -> bool:
    numbers = results.numbers
    every = [numbers["data"], numbers["ready"]["real"], numbers["ready"]["made"]]
    every += [numbers["weak"][name] for name in ("truth", "counted", "corrected")]
    return all(abs(float(each["values"].sum()) - 1) < 1e-9 for each in every)


@states(
    "The standard error of a share p that is counted among n digits is √(p(1 − p)/n), but for "
    "the four digits that are added lest it be 0."
)
def _errors_are_binomial(controls: MirrorControls, results: Results) -> bool:
    counts = results.numbers["counts"].double()
    total = counts.sum() + 4
    p = (counts + 0.4) / total
    return torch.allclose(results.numbers["made"]["errors"], (p * (1 - p) / total).sqrt())


@states(
    "The total variation is the greatest difference that any set of digits has: of all 1,024 "
    "sets none has a greater one, and one has just this."
)
def _total_variation_is_the_greatest(_: MirrorControls, results: Results) -> bool:
    compared = results.numbers["compared"]
    sets = (np.arange(1 << CLASSES)[:, None] >> np.arange(CLASSES)) & 1
    greatest = np.abs(sets @ compared["values"]).max()
    return bool(np.isclose(greatest, compared["total_variation"]))


@states("Two halves of the real digits, by chance, do not differ beyond chance.")
def _equals_are_equal(_: MirrorControls, results: Results) -> bool:
    halves = results.numbers["halves"]
    largest = np.abs(halves["values"] / halves["errors"]).max()
    return bool(halves["p"] > 1e-5 and largest < 5)


@states(
    "The packaged GAN was shown as many of each digit, and does not make as many: its shares "
    "differ from equal ones by more than chance."
)
def _the_mirror_is_not_flat(_: MirrorControls, results: Results) -> bool | None:
    compared = results.numbers["ready_compared"]
    if compared is None:
        return None
    return bool(compared["p"] < 1e-3 and compared["total_variation"] > 0.1)


@states(
    "Counted by the weak classifier, some share of real digits is more than three standard errors "
    "from that by labels; corrected by its mistakes on other digits, none is."
)
def _correction_finds_the_truth(_: MirrorControls, results: Results) -> bool:
    weak = results.numbers["weak"]
    far = {
        name: (weak[name]["values"] - weak["truth"]["values"]).abs() / weak[name]["errors"]
        for name in ("counted", "corrected")
    }
    return bool(far["counted"].max() > 3 > far["corrected"].max())


@states("A correction has its price: the errors of corrected shares are larger.")
def _correction_has_its_price(_: MirrorControls, results: Results) -> bool:
    weak = results.numbers["weak"]
    return bool(weak["corrected"]["errors"].sum() > 1.1 * weak["counted"]["errors"].sum())


@states(
    "Weights p/q by class give generated digits the shares of the real ones, as far as each is "
    "made at all, and cost a part of their worth."
)
def _weights_mend_shares(_: MirrorControls, results: Results) -> bool:
    numbers = results.numbers
    counts, found = numbers["counts"], numbers["weights"]
    each = found["weights"].repeat_interleave(counts)  # Digit by digit, as they would be used.
    labels = torch.arange(CLASSES).repeat_interleave(counts)
    reached = torch.zeros(CLASSES, dtype=torch.float64).index_add(0, labels, each) / len(each)
    data = torch.where(counts > 0, numbers["data"]["values"], 0.0)
    worth = float(each.sum() ** 2 / each.square().sum() / len(each))
    return (
        torch.allclose(reached, data)
        and abs(worth - found["left"]) < 1e-9
        and worth <= 1 + 1e-9
        and abs(found["reached"] - float(data.sum())) < 1e-9
    )


LESSON = Lesson(
    controls=MirrorControls,
    compute=compute,
    claims=[
        _shares_sum_to_one,
        _errors_are_binomial,
        _total_variation_is_the_greatest,
        _equals_are_equal,
        _the_mirror_is_not_flat,
        _correction_finds_the_truth,
        _correction_has_its_price,
        _weights_mend_shares,
    ],
    full={"repeats": 5, "images": 51_200},
)
