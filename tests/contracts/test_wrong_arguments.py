"""Whatever the library is given for pictures: it can use it, or refuses it by a message.

Types are checked in tests before a function begins, but not where the library is used; so the
functions are called here as they are there.
"""

from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from helpers.quick_runs import KINDS
from zerosum.attacks import ATTACKS, NORMS, PixelClassifier, attack_images
from zerosum.config import change
from zerosum.errors import ConfigError, DataError, ZerosumError
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.latent.projection import Descent, project
from zerosum.models.classifier import Classifier
from zerosum.models.translator import Translator
from zerosum.runs import Run
from zerosum.training.engine import Engine

SHAPES = {
    "classification": (1, 28, 28),
    "translation": (3, 32, 32),
    "generation": (1, 28, 28),
    "attack": (1, 4, 4),
}
DTYPES = (
    *(torch.bool, torch.uint8, torch.int64, torch.complex64),
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
)
NUMBERS = (0.0, 1.0, -1.0, 0.5, 2.0, 255.0, -1e30, float("nan"), float("inf"), float("-inf"))
THINGS: tuple[Any, ...] = (
    None,
    3,
    "a.png",
    [],
    (),
    {},
    [[0.5]],
    np.zeros((2, 1, 28, 28)),
    torch.float32,
)

Use = Callable[[Any], Tensor]


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Use]:
    """What takes pictures, by what it does; all of it untrained."""
    folder = tmp_path_factory.mktemp("models")
    models = {kind: _model(kind, folder) for kind in SHAPES if kind in KINDS}
    space = models["generation"].latent  # what Generator.project hands on
    few = Descent(steps=1, samples=2, starts=1)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(16, 2))
    return {
        "classification": lambda it: unwrap(Classifier.classify)(models["classification"], it),
        "translation": lambda it: unwrap(Translator.translate)(models["translation"], it),
        "generation": lambda it: unwrap(project)(space, it, descent=few).images,
        "attack": lambda it: _attack(PixelClassifier(network=linear), it),
    }


def _model(kind: str, folder: Path) -> Any:
    config = KINDS[kind](folder / kind)
    if kind == "classification":
        config = change(config, {"game.classes": ["a", "b"]})
    run = Run(folder / kind / "run")
    run.create(config)
    game = build_game(config, Engine(device=torch.device("cpu")))
    return family_of(config).model(run, game, 0)


def _attack(classifier: PixelClassifier, images: Any) -> Tensor:
    count = len(images) if isinstance(images, Tensor) and images.ndim else 2
    labels = torch.zeros(count, dtype=torch.long)
    attack = ATTACKS["fgsm"](NORMS["linf"])
    found: Tensor = unwrap(attack_images)(attack, classifier, images, labels, epsilon=0.1).images
    return found


@st.composite
def _images(draw: st.DrawFn, right: tuple[int, ...]) -> Any:
    """Anything, of which about a third could be pictures of the right shape."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(THINGS))
    sides = st.sampled_from((0, 1, 3, 5, *right))
    shape = draw(st.one_of(st.just((2, *right)), st.lists(sides, max_size=5).map(tuple)))
    dtype = draw(st.sampled_from(DTYPES))
    exact = dtype.is_floating_point or dtype.is_complex
    number = draw(st.sampled_from(NUMBERS if exact else NUMBERS[:6]))
    images = torch.full(shape, number).to(dtype)
    how = draw(st.sampled_from(("plain", "plain", "plain", "meta", "sparse", "grad", "strided")))
    if how == "meta":
        return images.to("meta")
    if how == "sparse":
        return images.to_sparse()
    if how == "strided":
        return images.mT if images.ndim > 1 else images
    return images.requires_grad_(how == "grad" and dtype.is_floating_point)


def _try(use: Use, images: Any) -> bool:
    """Whether it is used; then numbers come out."""
    try:
        made = use(images)
    except ZerosumError:
        return False
    assert bool(made.isfinite().all())
    return True


@pytest.mark.parametrize("kind", SHAPES)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_pictures_are_used_or_refused(
    uses: dict[str, Use], kind: str, data: st.DataObject
) -> None:
    _try(uses[kind], data.draw(_images(SHAPES[kind])))


@pytest.mark.slow
@pytest.mark.parametrize("kind", SHAPES)
@settings(max_examples=2000, deadline=None)
@given(data=st.data())
def test_thousands_of_pictures_are_used_or_refused(
    uses: dict[str, Use], kind: str, data: st.DataObject
) -> None:
    _try(uses[kind], data.draw(_images(SHAPES[kind])))


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_floats_of_any_precision_are_pictures(
    uses: dict[str, Use], kind: str, dtype: torch.dtype
) -> None:
    if kind == "attack" and dtype != torch.float32:
        pytest.skip("attacks leave it to the classifier, which may be of any precision")
    assert _try(uses[kind], torch.full((2, *SHAPES[kind]), 0.5, dtype=dtype))


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (None, "as a torch.Tensor, got NoneType"),
        (np.zeros((1, 1, 28, 28)), "as a torch.Tensor, got ndarray"),
        (torch.zeros(1, 1, 28, 28, dtype=torch.uint8), r"uint8; bytes become such by images / 12"),
        (torch.zeros(1, 1, 28, 28, device="meta"), "as an ordinary tensor, got one of kind meta"),
        (torch.zeros(1, 28, 28), r"at least one picture, got shape \(1, 28, 28\)"),
        (torch.zeros(0, 1, 28, 28), r"at least one picture, got shape \(0, 1, 28, 28\)"),
        (torch.zeros(1, 1, 28, 27), r"\(n, 1, 28, 28\), got shape \(1, 1, 28, 27\)"),
        (torch.full((1, 1, 28, 28), 255.0), "found values from 255 to 255"),
        (torch.full((1, 1, 28, 28), torch.nan), "found values from nan to nan"),
    ],
)
def test_the_message_says_what_came(uses: dict[str, Use], images: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        uses["classification"](images)


def test_pictures_too_small_for_a_translator_are_refused(uses: dict[str, Use]) -> None:
    with pytest.raises(DataError, match=r"sides of at least 8, got shape \(1, 3, 7, 20\)"):
        uses["translation"](torch.zeros(1, 3, 7, 20))
    assert uses["translation"](torch.zeros(1, 3, 8, 20)).shape == (1, 3, 8, 20)


@pytest.mark.parametrize(
    "labels",
    [None, [0, 1], torch.zeros(2), torch.zeros(2, 1).long(), torch.zeros(3).long()],
    ids=["None", "list", "floats", "a column", "too many"],
)
def test_labels_that_are_none_are_refused(labels: Any) -> None:
    classifier = PixelClassifier(network=nn.Sequential(nn.Flatten(), nn.Linear(16, 2)))
    attack, images = ATTACKS["fgsm"](NORMS["linf"]), torch.zeros(2, 1, 4, 4)
    with pytest.raises(DataError, match=r"labels from 0 to 1, whole numbers of shape \(2,\)"):
        unwrap(attack_images)(attack, classifier, images, labels, epsilon=0.1)


def test_batches_without_pictures_are_refused(uses: dict[str, Use], tmp_path: Path) -> None:
    model = _model("classification", tmp_path)
    with pytest.raises(ConfigError, match="batch_size must be at least 1, got 0"):
        model.classify(torch.zeros(1, 1, 28, 28), batch_size=0)
    classifier = PixelClassifier(network=nn.Sequential(nn.Flatten(), nn.Linear(16, 2)))
    attack, images = ATTACKS["fgsm"](NORMS["linf"]), torch.zeros(2, 1, 4, 4)
    with pytest.raises(ConfigError, match="batch_size must be at least 1, got -1"):
        attack_images(
            attack, classifier, images, torch.zeros(2).long(), epsilon=0.1, batch_size=-1
        )


def test_a_classifier_is_asked_again_for_pictures_of_another_precision() -> None:
    """What is known of it for one precision must not hide that it fails on another."""
    classifier = PixelClassifier(network=nn.Sequential(nn.Flatten(), nn.Linear(16, 2)))
    assert classifier.classes(torch.rand(2, 1, 4, 4)) == 2
    with pytest.raises(ConfigError, match="fails on pictures of 1 x 4 x 4"):
        classifier.classes(torch.rand(2, 1, 4, 4, dtype=torch.float64))


@pytest.mark.parametrize("change", [{"rate": 0.0}, {"rate": torch.nan}, {"noise": -1.0}])
def test_a_descent_that_goes_nowhere_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="a rate above 0 and noise from 0"):
        Descent(**change)  # type: ignore[arg-type]
