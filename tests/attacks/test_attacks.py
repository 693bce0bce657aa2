"""What holds for every attack, in every norm."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from helpers.victims import linear, two_classes
from zerosum.attacks import (
    ATTACKS,
    L2,
    NORMS,
    Attack,
    AttackResult,
    CarliniWagner,
    Learned,
    LInf,
    PixelClassifier,
    attack_images,
)
from zerosum.errors import ConfigError, DataError

PAIRS = [
    *((name, norm) for name in ATTACKS for norm in NORMS if (name, norm) != ("cw", "linf")),
    ("learned", "linf"),
]
EPSILONS = {"linf": 0.15, "l2": 2.0}
Victim = PixelClassifier
Right = tuple[Tensor, Tensor]

every = pytest.mark.parametrize(("name", "norm"), PAIRS)


def make(name: str, norm: str) -> Attack:
    """An attack with fewer steps, to be quick."""
    if name == "learned":
        return Learned(network=Inverted())
    attack = ATTACKS[name](NORMS[norm])
    short: dict[str, dict[str, float]] = {
        "square": {"queries": 50},
        "pgd": {"steps": 10, "step": 0.25},
        "deepfool": {"steps": 10},
        "universal": {"passes": 6, "step": 0.5, "batch_size": 8},
    }
    if name == "cw":
        return CarliniWagner(steps=30, searches=2, first=3.0, rate=0.1)
    return replace(attack, **short.get(name, {}))  # type: ignore[type-var]


def run(
    attack: Attack,
    victim: PixelClassifier,
    right: Right,
    count: int = 20,
    *,
    epsilon: float | None = None,
    seed: int = 0,
    batch_size: int = 64,
) -> AttackResult:
    images, labels = right
    epsilon = EPSILONS[attack.norm.name] if epsilon is None else epsilon
    return attack_images(
        attack,
        victim,
        images[:count],
        labels[:count],
        epsilon=epsilon,
        seed=seed,
        batch_size=batch_size,
    )


@every
def test_it_stays_in_its_ball_and_in_range(
    name: str, norm: str, victim: Victim, right: Right
) -> None:
    epsilon = EPSILONS[norm]
    outcome = run(make(name, norm), victim, right)
    assert outcome.sizes.max() <= epsilon * (1 + 1e-6) + 1e-6
    assert outcome.images.min() >= 0
    assert outcome.images.max() <= 1
    assert outcome.images.dtype == right[0].dtype
    assert outcome.sizes.max() > epsilon / 2  # And it did something.


@every
@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    share=st.floats(0, 1),
    shape=st.sampled_from([(1, 3, 3), (3, 8, 5), (1, 7, 12), (2, 6, 6)]),
)
def test_it_stays_there_whatever_the_pictures(
    name: str, norm: str, seed: int, share: float, shape: tuple[int, int, int]
) -> None:
    stream = torch.Generator().manual_seed(seed)
    # Many pixels are exactly black or white.
    images = (torch.rand(4, *shape, generator=stream) * 3 - 1).clamp(0, 1)
    weight = torch.randn(3, images[0].numel(), generator=stream)
    labels = torch.randint(0, 3, (4,), generator=stream)
    attack = make(name, norm)
    if name == "cw":
        attack = CarliniWagner(steps=5, searches=2, first=1.0)
    elif name == "square":
        attack = replace(attack, queries=12)  # type: ignore[type-var]
    epsilon = share * (1.0 if norm == "linf" else sqrt(images[0].numel()))
    outcome = attack_images(attack, linear(weight), images, labels, epsilon=epsilon)
    assert outcome.sizes.max() <= epsilon * (1 + 1e-6) + 1e-6
    assert 0 <= outcome.images.min() <= outcome.images.max() <= 1
    assert bool(torch.isfinite(outcome.images).all())


@every
def test_one_seed_one_result_and_pictures_do_not_see_each_other(
    name: str, norm: str, victim: Victim, right: Right
) -> None:
    attack = make(name, norm)
    whole = run(attack, victim, right, 12, seed=3)
    again = run(attack, victim, right, 12, seed=3)
    assert torch.equal(whole.images, again.images)
    if not attack.joint:
        pieces = run(attack, victim, right, 12, seed=3, batch_size=5)
        alike = (whole.images - pieces.images).abs().flatten(1).amax(dim=1) < 1e-4
        assert alike.sum() >= 11  # Rounding may tip the scales for one.
    if name in ("noise", "pgd", "square", "universal"):
        other = run(attack, victim, right, 12, seed=4)
        assert not torch.equal(whole.images, other.images)


@every
def test_nothing_is_left_behind(name: str, norm: str, right: Right) -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Flatten(), nn.Linear(1352, 10)
    )
    network[1].eval()
    network[4].bias.requires_grad_(False)
    for weight in network.parameters():
        weight.grad = torch.ones_like(weight)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    images, labels = right[0][:4].clone(), right[1][:4]
    kept = images.clone()
    epsilon = EPSILONS[norm]
    attack_images(
        make(name, norm), PixelClassifier(network=network), images, labels, epsilon=epsilon
    )
    assert [module.training for module in network] == [True, False, True, True, True]
    assert [weight.requires_grad for weight in network.parameters()] == [True] * 5 + [False]
    assert all(
        weight.grad is not None and bool((weight.grad == 1).all())
        for weight in network.parameters()
    )
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert torch.equal(images, kept)
    assert not images.requires_grad


@every
def test_without_a_ball_there_is_no_change(
    name: str, norm: str, victim: Victim, right: Right
) -> None:
    outcome = run(make(name, norm), victim, right, 6, epsilon=0.0)
    assert torch.allclose(outcome.images, right[0][:6], atol=1e-6)
    assert not bool(outcome.fooled.any())


@every
def test_it_fools_more_than_noise_does(name: str, norm: str, victim: Victim, right: Right) -> None:
    outcome = run(make(name, norm), victim, right, 60)
    share = float(outcome.fooled.float().mean())
    least = {"square": 0.05, "universal": 0.1}.get(name, 0.25)
    assert share < 0.15 if name == "noise" else share > least


@every
def test_success_is_what_the_classifier_says_of_the_result(
    name: str, norm: str, victim: Victim, right: Right
) -> None:
    outcome = run(make(name, norm), victim, right, 40)
    predicted = victim(outcome.images).argmax(dim=1)
    assert torch.equal(predicted != right[1][:40], outcome.fooled)
    assert torch.equal(predicted, outcome.predictions)
    assert bool(((outcome.confidences > 0.1) & (outcome.confidences <= 1)).all())


@every
def test_a_target_is_reached(name: str, norm: str, victim: Victim, right: Right) -> None:
    if name in ("noise", "learned"):
        pytest.skip("noise has no aim, and what was learnt has its own")
    images, labels = right[0][:30], right[1][:30]
    targets = (labels + 1) % 10
    epsilon = {"linf": 0.3, "l2": 4.0}[norm]
    outcome = attack_images(
        make(name, norm), victim, images, targets, epsilon=epsilon, targeted=True
    )
    assert torch.equal(outcome.fooled, outcome.predictions == targets)
    clean = (victim(images).argmax(dim=1) == targets).float().mean()
    least = {"universal": 0.05, "square": 0.02, "fgsm": 0.1}.get(name, 0.5)
    assert outcome.fooled.float().mean() > clean + least


@every
def test_pixels_are_attacked_whatever_the_network_is_given(name: str, norm: str) -> None:
    """A network of [-1, 1] with its scaling stated is attacked as the same one of [0, 1]."""
    plain, w = two_classes()
    inner = linear(torch.stack([-w / 4, w / 4])).network
    scaled = PixelClassifier(network=inner, bounds=(-1.0, 1.0))
    images = torch.rand(8, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    labels = plain(images).argmax(dim=1)
    assert torch.allclose(plain(images), scaled(images), atol=1e-5)
    attack = make(name, norm)
    found = [
        attack_images(attack, each, images, labels, epsilon=0.1).images for each in (plain, scaled)
    ]
    assert torch.allclose(found[0], found[1], atol=1e-3)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"epsilon": -0.1}, ConfigError, "from 0 to 1"),
        ({"epsilon": 8.0}, ConfigError, "eight grey levels are 8/255"),
        ({"epsilon": float("nan")}, ConfigError, "from 0 to 1"),
        ({"epsilon": float("inf")}, ConfigError, "from 0 to 1"),
        ({"images": torch.full((2, 1, 4, 4), -1.0)}, DataError, r"in \[0, 1\].* -1 to -1"),
        ({"images": torch.full((2, 1, 4, 4), torch.nan)}, DataError, "values from nan"),
        (
            {"images": torch.zeros(0, 1, 4, 4), "labels": torch.zeros(0).long()},
            DataError,
            "one pi",
        ),
        ({"labels": torch.tensor([0, 2])}, DataError, "from 0 to 1, .* from 0 to 2"),
        ({"labels": torch.tensor([0, -1])}, DataError, "from -1 to 0"),
        ({"images": torch.zeros(2, 1, 5, 5)}, ConfigError, "fails on pictures of 1 x 5 x 5"),
    ],
)
def test_what_is_refused(change: dict[str, object], error: type[Exception], message: str) -> None:
    classifier, _ = two_classes()
    given = {"images": torch.zeros(2, 1, 4, 4), "labels": torch.tensor([0, 1]), "epsilon": 0.1}
    given.update(change)
    images, labels, epsilon = given["images"], given["labels"], given["epsilon"]
    assert isinstance(images, Tensor)
    assert isinstance(labels, Tensor)
    assert isinstance(epsilon, float)
    with pytest.raises(error, match=message):
        attack_images(ATTACKS["pgd"](LInf()), classifier, images, labels, epsilon=epsilon)


def refuse(make_network: Callable[[], nn.Module], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PixelClassifier(network=make_network()).check(torch.rand(3, 1, 4, 4))


class Inverted(nn.Module):
    """Knows that dark strokes on white look like nothing that a classifier has learnt."""

    def forward(self, images: Tensor) -> Tensor:
        return -images.sign()


class Told(nn.Module):
    """Gives what it was told to."""

    def __init__(self, answer: object) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, images: Tensor) -> object:
        return self.answer


def test_what_is_no_logits() -> None:
    refuse(lambda: nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.Softmax(1)), "probabilities")
    refuse(lambda: Told(torch.rand(3, 1)), "k ≥ 2")
    refuse(lambda: Told(torch.rand(2, 4)), "shape \\(2, 4\\)")
    refuse(lambda: Told(torch.zeros(3, 4, dtype=torch.long)), "int64")
    refuse(lambda: Told(torch.full((3, 4), torch.nan)), "NaN")
    refuse(lambda: Told((torch.zeros(3, 4),)), "gives tuple")
    refuse(lambda: nn.Linear(5, 5), "fails on pictures of 1 x 4 x 4 .*RuntimeError")


def test_a_classifier_is_checked_once_for_each_shape_of_pictures() -> None:
    network = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16, 3))
    classifier, batches = PixelClassifier(network=network), list[int]()
    network.register_forward_hook(lambda _, given, __: batches.append(len(given[0])))
    counts = [classifier.classes(torch.rand(5, 1, side, side)) for side in (4, 4, 8, 4)]
    assert counts == [3] * 4
    assert batches == [2, 2]


def test_logarithms_of_probabilities_are_logits() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(16, 4), nn.LogSoftmax(1))
    PixelClassifier(network=network).check(torch.rand(3, 1, 4, 4))


def test_a_network_that_lets_no_slope_through_is_named() -> None:
    classifier, _ = two_classes()
    blind = nn.Sequential(Rounded(), classifier.network)
    images = torch.rand(2, 1, 4, 4)
    for name in ("fgsm", "cw"):
        with pytest.raises(ConfigError, match="--attack square"):
            attack_images(
                ATTACKS[name](L2()),
                PixelClassifier(network=blind),
                images,
                torch.tensor([0, 1]),
                epsilon=0.5,
            )


class Rounded(nn.Module):
    """Detaches."""

    def forward(self, images: Tensor) -> Tensor:
        return images.detach()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bounds": (1.0, -1.0)}, r"black < white, got \(1\.0, -1\.0\)"),
        ({"std": (0.5, 0.0, 0.5)}, "std must be greater than 0"),
    ],
)
def test_a_classifier_of_no_possible_pixels_is_refused(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        PixelClassifier(network=nn.Flatten(), **fields)
