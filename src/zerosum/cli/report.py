"""What the command line says of a job: before it, and at its end."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

from zerosum.cli import speaks
from zerosum.cli.layout import columns
from zerosum.cli.output import print_json
from zerosum.config import RunConfig, to_json
from zerosum.config.json import flatten
from zerosum.config.lengths import notes_on_length, spent
from zerosum.errors import printable
from zerosum.evaluation.comparing import compare
from zerosum.evaluation.records import read_scores
from zerosum.jobs.estimating import Estimate
from zerosum.jobs.playing import TrainingResult
from zerosum.jobs.trying import try_run, warnings_of
from zerosum.recipes import recipe
from zerosum.sizes import in_pixels

__all__ = ["report_dry_run", "report_outcome", "report_outlasting"]


def report_outcome(outcome: TrainingResult) -> None:
    """Where everything is, and what to do next."""
    path = outcome.run.path
    if not outcome.is_complete:
        if outcome.is_main:
            _say(
                f"stopped after {outcome.images_seen:,} of {outcome.total_images:,} images; "
                "all is saved."
            )
            _say(f"  go on:        zerosum resume {path}")
        sys.exit(130)  # What a shell gives a command that was interrupted.
    if not outcome.is_main:
        return
    _say(f"done: {outcome.images_seen:,} images seen.")
    if grids := sorted((path / "samples").glob("*.png")):
        _say(f"  samples:      {grids[-1]}")
        _say(f"  as they grew: {path / 'samples.gif'}")
    _say(f"  curves:       {path / 'curves.png'}  (or: tensorboard --logdir {path})")
    _say(f"  checkpoint:   {outcome.run.checkpoint_path}")
    _print_scores(outcome)
    _say("next:")
    config = outcome.run.config()
    for what, command in config.next_steps(path):
        _say(f"  {what + ':':<16} {command}")
    stretch = " --stretch" if spent(replace(config, total_images=2 * outcome.total_images)) else ""
    _say(f"  train longer:    zerosum resume {path} --images {2 * outcome.total_images}{stretch}")
    if config.data == "digits":
        other = config.recipe_for_own_images
        _say(f"  your pictures:   zerosum train {other} --data FOLDER")


def _print_scores(outcome: TrainingResult) -> None:
    """The leading score before training, at the end, and at its best; and what the alarm saw."""
    evaluations = [
        scores
        for scores in read_scores(outcome.run.scores_path)
        if scores.subject.get("while") == "training"
    ]
    if evaluations:
        name = evaluations[0].leading
        before, after = evaluations[0].scores[name], evaluations[-1].scores[name]
        best = compare({"run": evaluations}).best("run")
        _say(f"  {name + ':':<13} {before} before training, {after} after; ", end="")
        _say(f"at its best {best.scores[name]}, at {best.images_seen:,} images")
        _say(f"  that one:     {outcome.run.best_path}  (--checkpoint best)")
        for other in ("target accuracy", "source accuracy"):
            if other in evaluations[0].scores:
                ends = [str(scores.scores[other]) for scores in (evaluations[0], evaluations[-1])]
                _say(f"  {other + ':':<13} {ends[0]} before training, {ends[1]} after")
    alarms = outcome.run.alarms_path
    if alarms.exists():
        _say(f"  alarms:       {alarms}")


def _say(text: str, *, end: str = "\n") -> None:
    """Print a line without what a terminal would obey: paths may hold anything."""
    print(printable(text), end=end)


def _say_columns(rows: Iterable[tuple[str, str]]) -> None:
    for line in columns(rows, left=48).splitlines():
        _say(line)


def report_outlasting(config: RunConfig) -> None:
    """What would go on after the run's end, or end long before; once for all of a job."""
    for note in notes_on_length(config):
        if speaks():
            print(f"note: {note}", file=sys.stderr)


def report_dry_run(config: RunConfig, *, as_json: bool) -> None:
    """The run as it would be: pictures, networks, time and memory, and the settings that matter.

    Args:
        config: The run.
        as_json: For a program: everything, on standard output.
    """
    found = try_run(config, quiet=as_json, say=_say_aloud)
    config, costs, counts = found.config, found.costs, found.pictures
    where = f"{found.device}, {config.precision}, {found.processes} process(es)"
    if not speaks():
        return
    if as_json:
        print_json({"pictures": counts, "estimate": asdict(costs), "config": to_json(config)})
        return
    _say_columns(_description(config, costs, counts, where))
    _say("settings:")
    _say_columns(_settings(config))
    for warning in warnings_of(config, costs):
        _say(f"note: {warning}")
    _say("nothing was trained: --dry-run; all settings: --dry-run --json")


def _say_aloud(text: str) -> None:
    if speaks():
        print(text, file=sys.stderr)


def _description(
    config: RunConfig, costs: Estimate, counts: Sequence[int], where: str
) -> list[tuple[str, str]]:
    pictures = " + ".join(f"{count:,}" for count in counts)
    rounds = -(-config.total_images // config.batch_size)
    epochs = config.total_images / counts[0]
    return [
        ("pictures", f"{pictures} of {_shape(config)}"),
        (
            "run",
            f"{config.total_images:,} images = {rounds:,} rounds of {config.batch_size} = "
            f"{epochs:.1f} epochs, on {where}",
        ),
        *(
            (name, f"{kind}, {count:,} parameters")
            for name, (kind, count) in costs.players.items()
        ),
        ("time", f"about {costs.duration}, by a few rounds of {costs.batch_size} images"),
        (
            "memory",
            f"about {_bytes(costs.memory)} in a round; {_bytes(costs.free)} are free",
        ),
        ("disk", f"at most {_bytes(costs.disk)} in the run folder"),
    ]


def _shape(config: RunConfig) -> str:
    return f"{in_pixels(config.pictures.size)}, {config.pictures.channels} channel(s)"


def _bytes(number: int) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def _settings(config: RunConfig) -> list[tuple[str, str]]:
    """Those that most runs differ in, and those that this one was told."""
    values = flatten(to_json(config))
    usual = flatten(to_json(recipe(config.recipe)))
    told = {name for name in values if values[name] != usual.get(name, values[name])}
    shown = [name for name in values if name in told or (name in _SETTINGS and values[name])]
    others = {name: usual.get(name) for name in told}
    return [
        (name, f"{values[name]}" + (f"  (recipe: {others[name]})" if others.get(name) else ""))
        for name in shown
    ]


_SETTINGS = (
    *("data", "data_a", "data_b", "seed", "evaluate_features", "game.objective"),
    *("game.generator.kind", "game.generator.base_channels", "game.discriminator.kind"),
    *("game.discriminator.base_channels", "game.network.kind", "game.network.base_channels"),
    *("game.optimizer.learning_rate", "game.generator_optimizer.learning_rate"),
    *("game.discriminator_optimizer.learning_rate", "game.ema_half_life"),
    *("game.augmentation", "game.victim", "game.epsilon"),
    *(f"game.{role}.factory" for role in ("generator", "discriminator", "network", "objective")),
)
"""Of any kind of game."""
