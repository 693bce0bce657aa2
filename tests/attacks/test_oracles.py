"""Success as often as that of foolbox and torchattacks, with the same settings and budget.

They are no dependencies of zerosum: pip install foolbox torchattacks, and what they need.
"""

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from zerosum.attacks import (
    L2,
    NORMS,
    Ascent,
    Attack,
    CarliniWagner,
    DeepFool,
    LInf,
    PixelClassifier,
    Square,
    attack_images,
    bim,
    fgsm,
)

Right = tuple[Tensor, Tensor]
POINT = 0.0101
"""One point, and rounding."""


@pytest.fixture(scope="module")
def foolbox() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("foolbox")


def by_foolbox(
    foolbox: Any, made: Any, victim: PixelClassifier, right: Right, epsilons: list[float]
) -> tuple[Tensor, Tensor]:
    """Success by ε, and the perturbed pictures of the last."""
    torch.manual_seed(0)
    model = foolbox.PyTorchModel(victim.network, bounds=(0, 1))
    _, found, success = made(model, *right, epsilons=epsilons)
    return success.float().mean(dim=1), found[-1]


def ours(attack: Attack, victim: PixelClassifier, right: Right, epsilons: list[float]) -> Tensor:
    if attack.minimal:
        found = attack_images(attack, victim, *right, batch_size=200)
        shares = [(found.fooled & (found.sizes <= epsilon)) for epsilon in epsilons]
    else:
        shares = [
            attack_images(attack, victim, *right, epsilon=epsilon, batch_size=200).fooled
            for epsilon in epsilons
        ]
    return torch.stack(shares).float().mean(dim=1)


CASES: dict[str, tuple[Attack, Callable[[Any], Any], list[float]]] = {
    "fgsm linf": (
        fgsm(LInf()),
        lambda attacks: attacks.LinfFastGradientAttack(),
        [0.05, 0.1, 0.2],
    ),
    "fgsm l2": (fgsm(L2()), lambda attacks: attacks.L2FastGradientAttack(), [1.0, 2.0]),
    "bim linf": (bim(LInf()), lambda attacks: attacks.LinfBasicIterativeAttack(), [0.1, 0.2]),
    "pgd linf": (
        Ascent(norm=LInf(), steps=20, step=0.125, restarts=1),
        lambda attacks: attacks.LinfPGD(steps=20, rel_stepsize=0.125),
        [0.05, 0.1, 0.2],
    ),
    "pgd l2": (
        Ascent(norm=L2(), steps=20, step=0.125, restarts=1),
        lambda attacks: attacks.L2PGD(steps=20, rel_stepsize=0.125),
        [1.0, 2.0],
    ),
    "deepfool linf": (
        DeepFool(norm=LInf()),
        lambda attacks: attacks.LinfDeepFoolAttack(loss="logits"),
        [0.05, 0.1, 0.2],
    ),
    "deepfool l2": (
        DeepFool(norm=L2()),
        lambda attacks: attacks.L2DeepFoolAttack(loss="logits"),
        [0.5, 1.0, 2.0],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_foolbox(case: str, foolbox: Any, victim: PixelClassifier, right: Right) -> None:
    attack, theirs, epsilons = CASES[case]
    expected, _ = by_foolbox(foolbox, theirs(foolbox.attacks), victim, right, epsilons)
    found = ours(attack, victim, right, epsilons)
    assert 0.02 < expected.max() <= 1
    assert torch.allclose(found, expected, atol=POINT), (found, expected)


def test_foolbox_by_carlini_and_wagner(
    foolbox: Any, victim: PixelClassifier, right: Right
) -> None:
    """As many successes, and ours no larger: there pixels at black and white hardly move."""
    few = right[0][:30], right[1][:30]
    settings = {"steps": 60, "binary_search_steps": 5, "initial_const": 1.0, "stepsize": 0.05}
    made = foolbox.attacks.L2CarliniWagnerAttack(**settings)
    expected, pictures = by_foolbox(foolbox, made, victim, few, [28.0])
    attack = CarliniWagner(steps=60, searches=5, first=1.0, rate=0.05)
    found = attack_images(attack, victim, *few)
    assert abs(float(found.fooled.float().mean()) - float(expected[-1])) < POINT
    assert found.sizes.mean() <= L2().size(pictures - few[0]).mean() * 1.01


@pytest.fixture(scope="module")
def torchattacks() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("torchattacks")


def test_torchattacks(torchattacks: Any, victim: PixelClassifier, right: Right) -> None:
    images, labels = right
    for epsilon in (0.1, 0.2):
        made = torchattacks.FGSM(victim.network, eps=epsilon)
        success = victim(made(images, labels)).argmax(dim=1) != labels
        found = attack_images(fgsm(LInf()), victim, images, labels, epsilon=epsilon)
        assert abs(float(found.fooled.float().mean() - success.float().mean())) < POINT


@pytest.mark.parametrize(("norm", "epsilon"), [("Linf", 0.1), ("L2", 1.5)])
def test_torchattacks_by_squares(
    norm: str, epsilon: float, torchattacks: Any, victim: PixelClassifier, right: Right
) -> None:
    """As often, but for chance, which theirs draws once for all pictures."""
    images, labels = right
    made = [
        torchattacks.Square(victim.network, norm=norm, eps=epsilon, n_queries=60, seed=seed)
        for seed in range(3)
    ]
    torch.manual_seed(0)
    success = torch.stack([victim(attack(images, labels)).argmax(1) != labels for attack in made])
    attack = Square(norm=NORMS[norm.lower()], queries=60)
    found = torch.stack(
        [
            attack_images(attack, victim, *right, epsilon=epsilon, seed=seed).fooled
            for seed in range(3)
        ]
    )
    assert found.float().mean() > success.float().mean() - 0.02
