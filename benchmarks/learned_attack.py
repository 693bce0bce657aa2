"""What learns to attack, beside attacks that climb; and what learning from attacks is worth.

    python benchmarks/learned_attack.py [--epsilon 0.1] [--images 24000]
        [--generator-images 45000] [--folder runs/learned] [--picture learned.png]

On the digits that come with zerosum. 4,500 of them are learnt from, and everything is tested on
the 500 that no classifier and no generator has seen. It trains a plain classifier and two by
adversarial training (1 step and 7), and against the plain one AdvGAN and one change for all.
Success counts among the pictures that a classifier has right, accuracy among all. What is in the
folder already is not trained again. The picture shows ten of the held-out digits, spread evenly
over them, where the plain classifier has them right: clean, AdvGAN's change, both together, and
with noise of the same size; and what the classifier says of them.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from zerosum.allocator import keep_freed_memory
from zerosum.config import change
from zerosum.config.commands.attack import AttackConfig
from zerosum.families.labels import held_out
from zerosum.families.preparation import prepare_store
from zerosum.jobs import train_run
from zerosum.jobs.attack import attack
from zerosum.recipes import recipe

CLASSIFIERS = {"plain": 0, "hardened-1": 1, "hardened-7": 7}
"""Runs, and the steps of the attack that each learns from."""

GENERATORS = ("advgan", "gap")
"""Recipes: a change for each picture, and one for all."""

_SHOWN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epsilon", type=float, default=0.1)
    parser.add_argument("--images", type=int, default=24_000)
    parser.add_argument("--generator-images", type=int, default=45_000)
    parser.add_argument("--folder", type=Path, default=Path("runs/learned"))
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    keep_freed_memory()
    folder, epsilon, images = options.folder, options.epsilon, options.images
    for name, steps in CLASSIFIERS.items():
        hard = {"epsilon": epsilon if steps else 0.0, "steps": max(steps, 1)}
        fields = {f"game.adversarial_training.{key}": value for key, value in hard.items()}
        decay = {"game.optimizer.decay": (images // 3, images)}
        _train("classifier", folder / name, images, fields | decay)
    for name in GENERATORS:
        fields = {"game.victim": str(folder / "plain"), "game.epsilon": epsilon}
        _train(name, folder / name, options.generator_images, fields)
    held = _held_out(folder)
    if options.picture is not None:
        _draw(folder, held, epsilon, options.picture)
    learned = tuple(str(folder / name) for name in GENERATORS)
    _report("plain", folder, held, epsilon, ("fgsm", "pgd", "universal", *learned))
    for name in CLASSIFIERS:
        if name != "plain":
            _report(name, folder, held, epsilon, ("fgsm", "pgd", *learned))


def _train(name: str, out: Path, images: int, fields: dict[str, Any]) -> None:
    if (out / "curves.png").exists():
        return
    shared = {"images": images, "device": "cpu", "evaluate_every": images // 4}
    began = time.process_time()
    train_run(change(recipe(name), shared | fields), out=out, quiet=True)
    print(f"{out.name}: trained in {time.process_time() - began:.0f} s of processor time")


def _held_out(folder: Path) -> Path:
    """The pictures that nobody learns from, as a source of their own."""
    config: Any = change(recipe("classifier"), {"game.classes": tuple("0123456789")})
    store = prepare_store(config, quiet=True)
    _, numbers = held_out(config, store)
    assert store.labels is not None
    path = folder / "held_out.npz"
    np.savez(path, images=store.images[numbers], labels=store.labels[numbers])
    return path


def _report(name: str, folder: Path, held: Path, epsilon: float, attacks: tuple[str, ...]) -> None:
    options = AttackConfig(attacks=attacks, epsilon=epsilon, count=500, device="cpu")
    found = attack(str(folder / name), str(held), options, quiet=True)
    share = found.right / found.num_images
    print(f"\n{name}: {found.right} of {found.num_images} right ({share:.1%})\n")
    print("| attack | success | accuracy left | ms a picture |\n|---|---|---|---|")
    for each, tried in found.outcomes.items():
        left, milliseconds = found.robust(each), 1000 * tried.seconds
        print(f"| {each} | {tried.success:.1%} | {left:.1%} | {milliseconds:.1f} |")


def _draw(folder: Path, held: Path, epsilon: float, out: Path) -> None:
    options = AttackConfig(
        attacks=(str(folder / "advgan"),), epsilon=epsilon, count=_SHOWN, device="cpu"
    )
    found = attack(str(folder / "plain"), str(held), options, quiet=True)
    count = len(found.images)
    figure = Figure(figsize=(count, 4.9))
    axes = figure.subplots(4, count)
    changed, noisy = (found.outcomes[name].outcome for name in ("advgan", "noise"))
    change = 0.5 + (changed.images - found.images) / (2 * epsilon)
    clean = (found.clean.argmax(dim=1), found.clean.softmax(dim=1).amax(dim=1))
    rows = (
        (found.images, clean),
        (change, None),
        (changed.images, (changed.predictions, changed.confidences)),
        (noisy.images, (noisy.predictions, noisy.confidences)),
    )
    for row, (images, said) in zip(axes, rows, strict=True):
        for place, (axis, image) in enumerate(zip(row, images, strict=True)):
            axis.imshow(image[0].numpy(), cmap="gray", vmin=0, vmax=1)
            axis.set(xticks=[], yticks=[])
            if said is not None:
                name = found.class_name(int(said[0][place]))
                axis.set_title(f"{name}  {float(said[1][place]):.0%}", fontsize=9, pad=2)
    for axis, text in zip(axes[:, 0], ("clean", "change", "attacked", "noise"), strict=True):
        axis.set_ylabel(text)
    figure.tight_layout(pad=0.4)
    figure.savefig(out, dpi=80)


if __name__ == "__main__":
    main()
