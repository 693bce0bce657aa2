"""The five guidelines of DCGAN: which a network keeps, and what happens to one that does not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from zerosum.counting import part_of
from zerosum.errors import ConfigError
from zerosum.families.building import build_game
from zerosum.games.generating import DISCRIMINATOR, GENERATOR
from zerosum.lessons.base import Lesson, states
from zerosum.lessons.controls import Controls, Network, Number, RunFolder, Seed
from zerosum.lessons.figures import Axis, Gallery, Line, Plot
from zerosum.lessons.guideline_pairs import LATENTS, PAIRS
from zerosum.lessons.packaged import packaged_config
from zerosum.lessons.results import Results, Table, recorded_table
from zerosum.lessons.small_gans import (
    SHAPE,
    SmallGan,
    digits_distance,
    experiment_title,
    over_seeds,
    samples_of,
    train_small_gan,
)
from zerosum.networks.guidelines import GUIDELINES, Guideline, Report, Role, check_guidelines
from zerosum.networks.own_settings import OwnDiscriminatorConfig, OwnGeneratorConfig
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.types import Progress

__all__ = ["LESSON", "GuidelinesControls"]

_ROLES: Sequence[Role] = ("generator", "discriminator")
_SHOWN = 4
_LISTED = 3
"""Layers named in one cell."""


@dataclass(frozen=True, kw_only=True)
class GuidelinesControls(Controls):
    """Whose networks are read, and what is trained."""

    run: RunFolder = None
    """A run of a generator against a discriminator, whose two networks are read."""
    network: Network = None
    """A network to be read, made by a factory: its arguments are image_shape and latent_size, or
    image_shape and outputs."""
    role: Literal["generator", "discriminator"] = "discriminator"
    """What your network is."""
    side: Annotated[int, Number(4, 1024)] = 28
    """Height and width of the pictures of your network."""
    channels: Literal[1, 3] = 1
    """Channels of the pictures of your network."""
    ablation: Literal[
        "strided", "batch-norm", "not-dense", "relu", "leaky-relu", "all", "none"
    ] = "batch-norm"
    """The guideline that is broken in training, beside a pair that keeps all; ``none``: networks
    are read, and nothing is trained."""
    images: Annotated[int, Number(64, 2_000_000)] = 8_000
    """Real pictures that each pair is shown."""
    learning_rate: Annotated[float, Number(1e-5, 1e-2)] = 1e-3
    """Adam's, of both players; the paper's is 0.0002, too slow for a run of seconds."""
    seeds: Annotated[int, Number(1, 10)] = 1
    """How many pairs of each kind are trained."""
    scored: Annotated[int, Number(100, 10_000)] = 1_000
    """Generated pictures that are compared with the digits."""
    seed: Seed = 0
    """From which all random numbers follow."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.run is not None and self.network is not None:
            raise ConfigError("--run and --network both say whose networks are read: choose one.")


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """A network to be read, and a batch for it."""

    role: Role
    network: nn.Module
    inputs: Sequence[Tensor]


def compute(controls: GuidelinesControls, progress: Progress) -> Results:
    """Read the networks, and train pairs that break a guideline beside one that keeps all."""
    subjects = _subjects(controls)
    reports = {each.role: _report(each) for each in subjects}
    trained = _train(controls, progress)
    rows = [_row(name, gans, controls) for name, gans in trained.items()]
    measured = _measured(controls, rows)
    return Results(
        answer=_answer(reports, rows),
        numbers={
            "whose": _whose(controls),
            "remarks": "; ".join(remark for each in reports.values() for remark in each.remarks)
            or "nothing",
            "broken": {role: report.broken for role, report in reports.items()},
            "findings": [asdict(each) for report in reports.values() for each in report.findings],
            "layers": {
                each.role: [name for name, _ in each.network.named_modules()] for each in subjects
            },
            "rows": rows,
        },
        tables={
            "kept": _kept(reports),
            "findings": _findings(reports),
            "measured": measured,
            "recorded": recorded_table("guidelines") or measured,
        },
        figures={"costs": _costs_figure(trained), "samples": _gallery(trained, controls.seed)},
    )


def _subjects(controls: GuidelinesControls) -> list[_Subject]:
    """The networks of a run, of the reader's own, or those that come with zerosum.

    Raises:
        ConfigError: The run has no such players, or the factory makes no such network.
    """
    if controls.network is not None:
        return [_own(controls, controls.network)]
    config = packaged_config() if controls.run is None else Run.open(controls.run).config()
    # New ones: what they are made of is asked, and first weights tell more than trained ones.
    return _players(build_game(config, Engine(device=torch.device("cpu"))), str(controls.run))


def _own(controls: GuidelinesControls, factory: str) -> _Subject:
    shape = (controls.channels, controls.side, controls.side)
    if controls.role == "generator":
        settings = OwnGeneratorConfig(factory=factory)
        generator = settings.build(shape).inner
        return _Subject(
            role="generator", network=generator, inputs=[torch.zeros(2, settings.latent_size)]
        )
    discriminator = OwnDiscriminatorConfig(factory=factory).build(shape)
    return _Subject(role="discriminator", network=discriminator, inputs=[torch.zeros(2, *shape)])


def _players(game: Any, run: str = "") -> list[_Subject]:
    if not hasattr(game, "input_size") or DISCRIMINATOR not in game.players:
        raise ConfigError(
            f"expected a run whose generator makes pictures of latents, against a discriminator; "
            f"{run} is another game, of {' and '.join(game.players)}. For one network use "
            "--network FILE.py:FACTORY."
        )
    generator, discriminator = (game.players[name].network for name in (GENERATOR, DISCRIMINATOR))
    if game.conditional_on is not None:
        generator = generator.inner  # What embeds the class before it is none of its layers.
    latents = torch.zeros(2, generator.latent_size)
    with torch.no_grad():
        images = generator.eval()(latents)
    labels = [] if game.conditional_on is None else [torch.zeros(2, dtype=torch.long)]
    return [
        _Subject(role="generator", network=generator, inputs=[latents]),
        _Subject(role="discriminator", network=discriminator, inputs=[images, *labels]),
    ]


def _report(subject: _Subject) -> Report:
    return check_guidelines(subject.network, subject.role, *subject.inputs)


def _broken(name: str, role: Role) -> list[Guideline]:
    """The guidelines that a network of the experiment breaks, as it is before training."""
    with torch.random.fork_rng(devices=[]):
        network = PAIRS[name]()[_ROLES.index(role)]
    inputs = torch.zeros(2, LATENTS) if role == "generator" else torch.zeros(2, *SHAPE)
    return check_guidelines(network, role, inputs).broken


def _train(controls: GuidelinesControls, progress: Progress) -> dict[str, list[SmallGan]]:
    names = [
        name
        for name, pair in PAIRS.items()
        if controls.ablation == "all"
        or (controls.ablation != "none" and pair.breaks in (None, controls.ablation))
    ]
    count = len(names) * controls.seeds

    def train(number: int, name: str, index: int) -> SmallGan:
        return train_small_gan(
            PAIRS[name],
            images=controls.images,
            seed=controls.seed + index,
            learning_rate=controls.learning_rate,
            progress=part_of(progress, number * controls.seeds + index, count),
        )

    return {
        name: [train(number, name, index) for index in range(controls.seeds)]
        for number, name in enumerate(names)
    }


def _row(name: str, gans: Sequence[SmallGan], controls: GuidelinesControls) -> dict[str, Any]:
    """What was measured of pairs of one kind: arrays of one value for each seed."""
    drawn = [gan.draw(controls.scored, controls.seed + index) for index, gan in enumerate(gans)]
    return {
        "name": name,
        "broken": {role: _broken(name, role) for role in _ROLES},
        "greatest": np.array([float(each.abs().max()) for each in drawn]),
        "distance": np.array([digits_distance(each) for each in drawn]),
        **{
            player: np.array([_late(getattr(gan.costs, player)) for gan in gans])
            for player in _ROLES
        },
    }


def _late(costs: NDArray[np.float64]) -> float:
    """The mean of the second half."""
    return float(costs[len(costs) // 2 :].mean())


def _whose(controls: GuidelinesControls) -> str:
    if controls.network is not None:
        return f"{controls.network}, read as a {controls.role}"
    return "the pair that comes with zerosum" if controls.run is None else str(controls.run)


def _answer(reports: Mapping[Role, Report], rows: Sequence[Mapping[str, Any]]) -> str:
    kept = [
        f"The {role} keeps all guidelines that concern it."
        if not report.broken
        else f"The {role} departs from {len(report.broken)}: {', '.join(report.broken)}."
        for role, report in reports.items()
    ]
    trained = ", ".join(f"{row['name']} {row['distance'].mean():.1f}" for row in rows)
    if not rows:
        return " ".join(kept)
    return (
        f"{' '.join(kept)} FD-digits of the pairs that were trained (0 is best): {trained}. One "
        "seed proves little: see the table of three."
    )


def _kept(reports: Mapping[Role, Report]) -> Table:
    return Table(
        title="The guidelines, and where they are not kept",
        columns=("name", "guideline", *reports),
        rows=[
            (name, text, *(_cell(name, report) for report in reports.values()))
            for name, text in GUIDELINES.items()
        ],
    )


def _cell(name: Guideline, report: Report) -> str:
    if name == {"generator": "leaky-relu", "discriminator": "relu"}[report.role]:
        return "–"
    layers = list(
        dict.fromkeys(
            each.layer or "forward" for each in report.findings if each.guideline == name
        )
    )
    more = f" and {len(layers) - _LISTED} more" if len(layers) > _LISTED else ""
    return f"not at {', '.join(layers[:_LISTED])}{more}" if layers else "kept"


def _findings(reports: Mapping[Role, Report]) -> Table:
    """Every finding, and what could not be read."""
    rows: list[tuple[str, str, str, str]] = []
    for role, report in reports.items():
        rows += [
            (role, each.layer or "forward", each.expected, each.found) for each in report.findings
        ]
        rows += [
            (role, layer or "forward", "", f"{call}, whose meaning is not known")
            for layer, call in report.unknown
        ]
    return Table(
        title="What was read, layer by layer",
        columns=("network", "layer", "expected", "found"),
        rows=rows or [("both", "all", "", "as expected")],
    )


def _measured(controls: GuidelinesControls, rows: Sequence[Mapping[str, Any]]) -> Table:
    return Table(
        title=experiment_title(
            seeds=controls.seeds,
            images=controls.images,
            learning_rate=controls.learning_rate,
            scored=controls.scored,
        ),
        columns=("pair", "G breaks", "D breaks", "FD-digits", "D's cost", "G's cost"),
        rows=[
            (
                row["name"],
                *(", ".join(row["broken"][role]) or "none" for role in _ROLES),
                over_seeds(row["distance"], digits=1),
                over_seeds(row["discriminator"]),
                over_seeds(row["generator"]),
            )
            for row in rows
        ],
    )


def _costs_figure(trained: Mapping[str, Sequence[SmallGan]]) -> Plot:
    return Plot(
        title="The discriminator's cost",
        x=Axis(label="real pictures seen"),
        y=Axis(label="cost, mean of some rounds", limits=(0, 1.6)),
        marks=[
            Line(name=name, **gans[0].costs.curve("discriminator"))
            for name, gans in trained.items()
        ],
    )


def _gallery(trained: Mapping[str, Sequence[SmallGan]], seed: int) -> Gallery:
    if not trained:
        return Gallery(title="Nothing was trained", images=np.zeros((1, *SHAPE[1:]), np.uint8))
    first = [(name, gans[0]) for name, gans in trained.items()]
    return samples_of(first, "Pictures that each pair generates", shown=_SHOWN, seed=seed)


@states(
    "Each pair of the experiment departs from the guideline that it is there for, and from no "
    "other; the first keeps all."
)
def _each_pair_breaks_one_guideline(_: GuidelinesControls, results: Results) -> bool:
    apart = {"generator": "leaky-relu", "discriminator": "relu"}
    for row in results.numbers["rows"]:
        meant = PAIRS[row["name"]].breaks
        for role, broken in row["broken"].items():
            if broken != ([meant] if meant not in (None, apart[role]) else []):
                return False
    return True


@states("The pair that comes with zerosum keeps all guidelines.")
def _ours_keeps_all(controls: GuidelinesControls, results: Results) -> bool | None:
    if controls.run is not None or controls.network is not None:
        return None
    return not any(results.numbers["broken"].values())


@states("Every finding is at a layer that the network has.")
def _findings_are_at_layers(_: GuidelinesControls, results: Results) -> bool:
    layers = {name for names in results.numbers["layers"].values() for name in names}
    return all(each["layer"] in layers for each in results.numbers["findings"])


@states("A generator that ends in tanh gives values between −1 and 1.")
def _tanh_bounds_values(_: GuidelinesControls, results: Results) -> bool:
    rows = [row for row in results.numbers["rows"] if row["name"] != "no tanh"]
    return all(bool((row["greatest"] <= 1).all()) for row in rows)


LESSON = Lesson(
    controls=GuidelinesControls,
    compute=compute,
    claims=[
        _each_pair_breaks_one_guideline,
        _ours_keeps_all,
        _findings_are_at_layers,
        _tanh_bounds_values,
    ],
    full={"ablation": "all", "images": 20_000, "seeds": 3, "scored": 5_000},
)
