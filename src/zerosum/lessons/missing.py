"""A GAN without one of its parts: a discriminator that sees no real images, or stands still."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from statistics import mean, stdev
from typing import Annotated, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import softplus

from zerosum.data import scale, unscale
from zerosum.families.building import build_game
from zerosum.features import FeatureNetwork
from zerosum.features.digits import load_digits
from zerosum.games.adversarial import AdversarialGame
from zerosum.games.base import Game, Round, Turn, evaluating
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Number, Seed
from zerosum.lessons.figures import Axis, Gallery, Line, Plot
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_gans import FAST_BATCH, FAST_LATENTS, digits_store, fast_settings
from zerosum.metrics import kernel_distance
from zerosum.randomness import Randomness
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.types import Batch, Images, Labels, Progress

__all__ = ["LESSON", "MissingControls", "OnlyFakes", "StandsStill"]

_TRAINING, _HELD_OUT = slice(0, 4_000), slice(4_000, 4_300)
"""Which of zerosum's digits are trained on, and which are never shown to a player."""
_LOOKS = 6
_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class MissingControls(Controls):
    """How long both phases last, and how often all is repeated."""

    images: Annotated[int, Number(960, 6_400)] = 6_400
    """Real pictures that both players learn from, and then as many again without a part."""
    repeats: Annotated[int, Number(1, 5)] = 1
    """Runs from other first weights."""
    seed: Seed = 0
    """From which first weights and all other random numbers follow."""


class StandsStill(AdversarialGame):
    """The game whose discriminator does not move."""

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """Generate, and let the generator move."""
        real = self.prepare(batch.images, now)
        fake = self.generate(len(real), now.random)
        yield self.generator_turn(real, fake, None, now, real.new_zeros(()), ())


class OnlyFakes(AdversarialGame):
    """The game whose discriminator learns from generated images alone."""

    def discriminator_turn(
        self, real: Images, fake: Images, labels: Labels | None, now: Round
    ) -> Turn:
        """Pay −log(1 − D(G(z))), and nothing for real images."""
        cost = softplus(self.logits(fake)).mean()
        return Turn(player=DISCRIMINATOR, cost=cost, scores={"real": cost.new_zeros(())})


_DISCRIMINATORS = ("learns", "stands still", "sees only fakes")
"""What becomes of the discriminator."""


def _game_of(name: str) -> type[AdversarialGame]:
    games = {"learns": AdversarialGame, "stands still": StandsStill, "sees only fakes": OnlyFakes}
    return games[name]


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What a discriminator says of images that it has not seen, at some moment.

    Attributes:
        images: Real images seen since the ways parted.
        known: Share of real ones that it calls real.
        caught: Share of its generator's that it calls generated.
        ranked: Share of pairs of a real and a generated one whose real one has the greater logit.
        belief: Mean probability that it gives its generator's to be real.
    """

    images: int
    known: float
    caught: float
    ranked: float
    belief: float


@dataclass(frozen=True, kw_only=True)
class _Course:
    """One game from where the ways part.

    Attributes:
        looks: From the beginning to the end.
        distance: The kernel distance of its last digits from real ones, by features.
        moved: Whether any weight of the discriminator changed.
        first: Some of its digits where the ways part, bytes (n, 28, 28).
        samples: Some of its last ones.
    """

    looks: Sequence[_Look]
    distance: float
    moved: bool
    first: NDArray[np.uint8]
    samples: NDArray[np.uint8]

    def mean_of(self, name: str) -> float:
        """The mean of a number over the second half, in which an ordinary game swings."""
        half = self.looks[len(self.looks) // 2 :]
        return float(mean(getattr(each, name) for each in half))


def compute(controls: MissingControls, progress: Progress) -> Results:
    """Play the three games, perhaps several times."""
    runs = []
    for repeat in range(controls.repeats):
        courses = {}
        for number, name in enumerate(_DISCRIMINATORS):
            progress(
                repeat * len(_DISCRIMINATORS) + number, controls.repeats * len(_DISCRIMINATORS)
            )
            courses[name] = _course(_game_of(name), controls.images, controls.seed + repeat)
        runs.append(courses)
    progress(1, 1)
    last = runs[-1]
    measured = _table(runs, controls)
    return Results(
        answer=_answer(runs),
        numbers={
            "images": controls.images,
            "begun": vars(last["learns"].looks[0]),
            "runs": [
                {name: _numbers(course) for name, course in courses.items()} for courses in runs
            ],
            **_spoken(runs),
        },
        tables={"measured": measured, "recorded": recorded_table("missing") or measured},
        figures={
            "samples": _samples_figure(last),
            "belief": _figure(last, "belief", "D's mean probability that its fakes are real"),
            "known": _figure(last, "known", "share of unseen real digits that D calls real"),
        },
    )


@cache
def _digits() -> Tensor:
    """The digits that are part of zerosum, in [-1, 1], shape (5000, 1, 28, 28)."""
    return scale(torch.from_numpy(np.array(digits_store().images)).permute(0, 3, 1, 2))


class _Batches:
    """Random batches of the training images."""

    def size_at(self, position: int) -> int:
        return FAST_BATCH

    def at(self, position: int) -> Batch:
        random = torch.Generator().manual_seed(position)
        images = _digits()[_TRAINING]
        which = torch.randint(len(images), (FAST_BATCH,), generator=random)
        return Batch(images=images[which])


@cache
def _parted(images: int, seed: int) -> Game[Any]:
    """The ordinary game after so many images, of which every way goes on."""
    game = build_game(fast_settings(seed), _engine())
    _loop(game, seed).run(until=images)
    return game


def _engine() -> Engine:
    return Engine(device=torch.device("cpu"))


def _loop(game: Game[Any], seed: int) -> Loop[Any]:
    return Loop(game=game, batches=_Batches(), engine=_engine(), seed=seed)


def _course(form: type[AdversarialGame], images: int, seed: int) -> _Course:
    parted = cast("AdversarialGame", deepcopy(_parted(images, seed)))
    players = {name: parted.players[name] for name in (GENERATOR, DISCRIMINATOR)}
    game = form(
        parted.settings, generator=players[GENERATOR], discriminator=players[DISCRIMINATOR]
    )
    before = [weight.clone() for weight in players[DISCRIMINATOR].parameters]
    first = _shown(_generated(game))
    loop = _loop(game, seed + 1)
    looks = [_look(game, 0)]
    for number in range(1, _LOOKS + 1):
        loop.run(until=images * number // _LOOKS)
        looks.append(_look(game, loop.images_seen))
    fake = _generated(game)
    after = players[DISCRIMINATOR].parameters
    return _Course(
        looks=looks,
        distance=_distance(fake),
        moved=any(not torch.equal(*pair) for pair in zip(before, after, strict=True)),
        first=first,
        samples=_shown(fake),
    )


def _shown(images: Tensor) -> NDArray[np.uint8]:
    return unscale(images[:_SHOWN])[:, 0].numpy()


def _look(game: AdversarialGame, images: int) -> _Look:
    with evaluating(game.players[DISCRIMINATOR].network) as discriminator:
        real = discriminator(_digits()[_HELD_OUT])
        fake = discriminator(_generated(game))
    return _Look(
        images=images,
        known=(real > 0).float().mean().item(),
        caught=(fake < 0).float().mean().item(),
        ranked=(real[:, None] > fake).float().mean().item(),
        belief=torch.sigmoid(fake).mean().item(),
    )


def _generated(game: AdversarialGame) -> Tensor:
    """As many generated images as there are real ones held out, of the same latents each time."""
    count = _HELD_OUT.stop - _HELD_OUT.start
    return game.draw(Randomness(seed=0, stream="looks").normal(count, FAST_LATENTS))


@cache
def _network() -> tuple[FeatureNetwork, Tensor]:
    """The network that knows digits, and its features of the real ones held out."""
    network = load_digits()
    return network, network(unscale(_digits()[_HELD_OUT])).features


def _distance(fake: Tensor) -> float:
    network, real = _network()
    return kernel_distance(real, network(unscale(fake)).features, subsets=20).value


def _numbers(course: _Course) -> dict[str, Any]:
    return {
        "known": course.mean_of("known"),
        "caught": course.mean_of("caught"),
        "ranked": course.mean_of("ranked"),
        "belief": course.mean_of("belief"),
        "distance": course.distance,
        "moved": course.moved,
        "first": vars(course.looks[0]),
        "last": vars(course.looks[-1]),
    }


def _spoken(runs: Sequence[Mapping[str, _Course]]) -> dict[str, float]:
    """Numbers for the text, in percent where they are shares; of the mean over all runs."""
    short = {"learns": "learning", "stands still": "still", "sees only fakes": "only"}
    return {
        f"{short[name]}_{what}": mean(100 * run[name].mean_of(what) for run in runs)
        for name in _DISCRIMINATORS
        for what in ("known", "caught", "ranked", "belief")
    } | {
        f"{short[name]}_distance": mean(run[name].distance for run in runs)
        for name in _DISCRIMINATORS
    }


def _answer(runs: Sequence[Mapping[str, _Course]]) -> str:
    found = _spoken(runs)
    return (
        "Both. A discriminator that sees only fakes knows "
        f"{found['only_known']:.0f} % of unseen real digits, and one that stands still catches "
        f"{found['still_caught']:.0f} % of the garbage that its generator finds. Against one that "
        f"learns from both the digits stay near real ones (KD-digits "
        f"{found['learning_distance']:.1f}, for {found['only_distance']:.0f} and "
        f"{found['still_distance']:.0f})."
    )


def _table(runs: Sequence[Mapping[str, _Course]], controls: MissingControls) -> Table:
    rows = []
    for name in _DISCRIMINATORS:
        cells = [
            _spread([100 * run[name].mean_of(what) for run in runs])
            for what in ("known", "caught", "ranked", "belief")
        ]
        rows.append((name, *cells, _spread([run[name].distance for run in runs])))
    times = "one run" if len(runs) == 1 else f"{len(runs)} runs, mean ± standard deviation"
    return Table(
        title=f"After {controls.images:,} and {controls.images:,} real pictures; {times}",
        columns=(
            "the discriminator",
            "unseen real digits it knows, %",
            "fakes it catches, %",
            "pairs it ranks right, %",
            "its belief in fakes, %",
            "KD-digits of the fakes",
        ),
        rows=rows,
    )


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3g}"
    return f"{mean(values):.3g} ± {stdev(values):.2g}"


def _samples_figure(courses: Mapping[str, _Course]) -> Gallery:
    rows = {"as they part": courses["learns"].first}
    rows |= {f"D {name}": course.samples for name, course in courses.items()}
    return Gallery(
        title="What one generator draws, and the three that become of it",
        images=np.concatenate(list(rows.values())),
        captions=[name for name in rows for _ in range(_SHOWN)],
        columns=_SHOWN,
    )


def _figure(courses: Mapping[str, _Course], what: str, label: str) -> Plot:
    return Plot(
        title=f"{label[0].upper()}{label[1:]}, from where the ways part",
        x=Axis(label="real pictures of the round"),
        y=Axis(label="share", limits=(-0.02, 1.02)),
        marks=[
            Line(
                name=f"D {name}",
                x=[each.images for each in course.looks],
                y=[getattr(each, what) for each in course.looks],
            )
            for name, course in courses.items()
        ],
    )


def _in_all(results: Results, holds: Any) -> bool:
    return all(bool(holds(run)) for run in results.numbers["runs"])


@states("A discriminator that sees only fakes ends by calling unseen real digits generated, too.")
def _without_real_pictures_it_forgets_them(_: MissingControls, results: Results) -> bool:
    return _in_all(
        results,
        lambda run: (
            run["sees only fakes"]["last"]["known"] < 0.2
            and run["sees only fakes"]["last"]["caught"] > 0.95
        ),
    )


@states(
    "One that stands still keeps every weight, and says of real digits what all three said at "
    "first; the others change."
)
def _standing_still_is_standing_still(_: MissingControls, results: Results) -> bool:
    def holds(run: Mapping[str, Any]) -> bool:
        still, *others = (run[name] for name in ("stands still", "learns", "sees only fakes"))
        same = still["first"]["known"] == still["last"]["known"]
        same = same and all(each["first"] == still["first"] for each in others)
        moved = [each["moved"] for each in run.values()]
        return same and moved == [True, False, True]

    return _in_all(results, holds)


@states(
    "Its generator learns to fool it: it ends by catching fewer than a fifth of the fakes, and by "
    "ranking most of them above real digits."
)
def _who_stands_still_is_fooled(_: MissingControls, results: Results) -> bool:
    def holds(run: Mapping[str, Any]) -> bool:
        last = run["stands still"]["last"]
        return bool(last["caught"] < 0.2 and last["ranked"] < 0.5)

    return _in_all(results, holds)


@states(
    "What fools it are no digits: by features they are farther from real ones than those of the "
    "ordinary game, and so are those made against a discriminator that sees only fakes."
)
def _what_fools_it_is_garbage(_: MissingControls, results: Results) -> bool:
    def holds(run: Mapping[str, Any]) -> bool:
        found = {name: each["distance"] for name, each in run.items()}
        return bool(found["learns"] < min(found["stands still"], found["sees only fakes"]))

    return _in_all(results, holds)


LESSON = Lesson(
    controls=MissingControls,
    compute=compute,
    claims=[
        _without_real_pictures_it_forgets_them,
        _standing_still_is_standing_still,
        _who_stands_still_is_fooled,
        _what_fools_it_is_garbage,
    ],
    full={"repeats": 5},
)
