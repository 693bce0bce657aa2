"""What the command line says of a job: before it, and at its end."""

import json
import sys
from dataclasses import replace

from rich.console import Console
from rich.table import Table

from zerosum.cli import speaks
from zerosum.config import PerturbationConfig, RunConfig, change, to_json
from zerosum.config.build import build_game
from zerosum.config.lengths import outlasting, spent
from zerosum.data import Domains
from zerosum.errors import printable
from zerosum.evaluation.comparing import compare
from zerosum.evaluation.records import read_scores
from zerosum.jobs import Outcome, prepare_pictures, with_classes
from zerosum.jobs.labels import find_classes
from zerosum.jobs.perturbing import aim
from zerosum.nn import count_parameters
from zerosum.sizes import in_pixels
from zerosum.training.engine import choose_device, start_engine

__all__ = ["report_dry_run", "report_outcome", "report_outlasting"]


def report_outcome(outcome: Outcome) -> None:
    """Where everything is, and what to do next."""
    path = outcome.run.path
    if not outcome.is_complete:
        if outcome.is_main:
            _say(f"stopped after {outcome.images:,} of {outcome.wanted:,} images; all is saved.")
            _say(f"  go on:        zerosum resume {path}")
        sys.exit(130)  # What a shell gives a command that was interrupted.
    if not outcome.is_main:
        return
    _say(f"done: {outcome.images:,} images seen.")
    if grids := sorted((path / "samples").glob("*.png")):
        _say(f"  samples:      {grids[-1]}")
        _say(f"  as they grew: {path / 'samples.gif'}")
    _say(f"  curves:       {path / 'curves.png'}  (or: tensorboard --logdir {path})")
    _say(f"  checkpoint:   {outcome.run.checkpoint_path}")
    _print_scores(outcome)
    _say("next:")
    config = outcome.run.config()
    if config.is_classification:
        _say(f"  classify:        zerosum classify {path} PICTURE...")
        _say(f"  class by class:  zerosum evaluate {path}")
    if config.is_adaptation:
        _say(f"  what is to see:  zerosum evaluate {path} --picture {path}.png")
    if config.is_translation:
        _say(f"  translate:       zerosum translate {path} PICTURE... --page {path}.html")
    elif isinstance(config.game, PerturbationConfig):
        attack = f"zerosum attack {config.game.victim} --data {config.data} --attack pgd {path}"
        _say(f"  beside pgd:      {attack} --epsilon {config.game.epsilon:g} --report {path}.html")
    elif grids:
        _say(f"  more pictures:   zerosum sample {path} --count 64 --seed 1 --grid more.png")
    if grids and not isinstance(config.game, PerturbationConfig):
        _say(f"  more scores:     zerosum evaluate {path} --metrics frechet,kid,prdc")
    stretch = " --stretch" if spent(replace(config, images=2 * outcome.wanted)) else ""
    _say(f"  train longer:    zerosum resume {path} --images {2 * outcome.wanted}{stretch}")
    if config.data == "digits":
        _say(f"  your pictures:   zerosum train {_general(config)} --data FOLDER")


def _general(config: RunConfig) -> str:
    """A recipe of the same kind that is not for digits alone."""
    if isinstance(config.game, PerturbationConfig):
        return f"{config.recipe} --victim CLASSIFIER"
    return config.recipe if config.is_classification else "dcgan-faces"


def _print_scores(outcome: Outcome) -> None:
    """The leading score before training, at the end, and at its best; and what the alarm saw."""
    found = [
        scores
        for scores in read_scores(outcome.run.scores_path)
        if scores.subject.get("while") == "training"
    ]
    if found:
        name = found[0].leading
        before, after = found[0].scores[name], found[-1].scores[name]
        best = compare({"run": found}).best("run")
        _say(f"  {name + ':':<13} {before} before training, {after} after; ", end="")
        _say(f"at its best {best.scores[name]}, at {best.images:,} images")
        _say(f"  that one:     {outcome.run.best_path}  (--checkpoint best)")
        for other in ("target accuracy", "source accuracy"):
            if other in found[0].scores:
                ends = [str(scores.scores[other]) for scores in (found[0], found[-1])]
                _say(f"  {other + ':':<13} {ends[0]} before training, {ends[1]} after")
    alarms = outcome.run.alarms_path
    if alarms.exists():
        _say(f"  alarms:       {alarms}")


def _say(text: str, *, end: str = "\n") -> None:
    """Print a line without what a terminal would obey: paths may hold anything."""
    print(printable(text), end=end)


def report_outlasting(config: RunConfig) -> None:
    """What would go on after the run's end, or end long before; once for all of a job."""
    texts = {
        "the run ends after {images:,} images, and these settings were made for a longer one: "
        "{ends}. Change them too, if you do not mean to resume it.": outlasting(config),
        "the run ends after {images:,} images, and these learning rates fall to 0 before: {ends}. "
        "What comes after changes no weight; make them longer too.": spent(config),
    }
    for text, found in texts.items():
        if found and speaks():
            ends = ", ".join(f"game.{name} {images:,}" for name, images in found.items())
            print(f"note: {text.format(images=config.images, ends=ends)}", file=sys.stderr)


def report_dry_run(config: RunConfig) -> None:
    """The run as it would be: the data, the networks, the length."""
    console = Console()
    config = find_classes(config)
    config, _ = aim(config, choose_device(config.device))
    store = prepare_pictures(config)
    config = with_classes(config, store)
    table = Table("player", "network", "parameters", box=None, pad_edge=False)
    with start_engine(
        device=config.device, precision=config.precision, compile=config.compile
    ) as engine:
        game = build_game(config, engine)
        for name, player in game.players.items():
            size = f"{count_parameters(player.network):,}"
            table.add_row(name, type(player.network).__name__, size)
        config = change(config, {"precision": engine.precision})
        where = f"{engine.device}, {config.precision}, {engine.processes} process(es)"
    console.print_json(json.dumps(to_json(config)))
    stores = (store.a, store.b) if isinstance(store, Domains) else (store,)
    count = " + ".join(f"{len(each):,}" for each in stores)
    channels = config.pictures.channels
    console.print(f"{count} pictures of {in_pixels(config.pictures.size)}, {channels} channel(s)")
    console.print(table)
    rounds = -(-config.images // config.batch_size)
    console.print(
        f"{config.images:,} images = {rounds:,} rounds of {config.batch_size} "
        f"= {config.images / len(stores[0]):.1f} epochs, on {where}"
    )
    console.print("nothing was trained: --dry-run")
