"""Logits (n, 1) and latents (n, d, 1, 1) serve as (n,) and (n, d) do; other shapes are named."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from helpers.settings import rules
from zerosum.config import (
    DcganGeneratorConfig,
    InvarianceConfig,
    LenetClassifierConfig,
    MlpGeneratorConfig,
    ProganGeneratorConfig,
    R3ganGeneratorConfig,
    ResnetGeneratorConfig,
    SoftplusGeneratorConfig,
    StyleGeneratorConfig,
)
from zerosum.errors import DataError
from zerosum.games import AdversarialGame, EncoderGame, InvarianceGame, Player, Round, Turn
from zerosum.games.generating import LATENTS, draw_latents
from zerosum.networks import (
    ConditionalGenerator,
    ReferenceGenerator,
)
from zerosum.networks.rows import one_per_image
from zerosum.objectives import OBJECTIVES, SeparateCosts, make_objective
from zerosum.randomness import Randomness
from zerosum.types import Batch, DomainBatch

REAL, FAKE = torch.randn(2, 6, generator=torch.Generator().manual_seed(0)).unbind()
SHAPE = (1, 8, 8)
GENERATORS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: MlpGeneratorConfig(latent_size=8).build(SHAPE),
    "dcgan": lambda: DcganGeneratorConfig(latent_size=8, base_channels=4).build(SHAPE),
    "resnet": lambda: ResnetGeneratorConfig(latent_size=8, base_channels=4).build(SHAPE),
    "r3gan": lambda: R3ganGeneratorConfig(latent_size=8, base_channels=4).build(SHAPE),
    "progan": lambda: ProganGeneratorConfig(latent_size=8, base_channels=4).build(SHAPE),
    "style": lambda: StyleGeneratorConfig(latent_size=8, base_channels=4, style_size=8).build(
        SHAPE
    ),
    "softplus": lambda: SoftplusGeneratorConfig(latent_size=8).build(SHAPE),
    "conditional": lambda: ConditionalGenerator(
        MlpGeneratorConfig(latent_size=8 - 3).build(SHAPE, class_size=4), classes=3, class_size=4
    ),
    "reference": lambda: ReferenceGenerator(
        DcganGeneratorConfig(latent_size=8, base_channels=4).build(SHAPE), torch.randn(4, 8)
    ),
}


@pytest.mark.parametrize("name", OBJECTIVES)
def test_columns_cost_what_rows_do(name: str) -> None:
    objective = make_objective(name)
    column, other = REAL[:, None], FAKE[:, None, None, None]
    rows, columns = objective.discriminator(REAL, FAKE), objective.discriminator(column, other)
    assert torch.equal(rows, columns)
    assert torch.equal(objective.discriminator(column, FAKE), rows)
    assert torch.equal(objective.generator(other, column), objective.generator(FAKE, REAL))
    with pytest.raises(DataError, match="as many logits of real"):
        objective.discriminator(REAL[:5], FAKE)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_cost_of_real_and_of_generated_pictures_by_itself(name: str) -> None:
    objective = make_objective(name)
    if objective.uses_real_in_generator:  # It compares pairs: there are no two terms.
        assert not isinstance(objective, SeparateCosts)
        return
    assert isinstance(objective, SeparateCosts)
    real, fake = objective.real_cost(REAL[:, None]), objective.fake_cost(FAKE)
    assert torch.equal(real + fake, objective.discriminator(REAL, FAKE))
    assert objective.real_cost(REAL[:4]).shape == (4,)
    if name != "least-squares":  # A logit beyond its label costs there.
        assert bool((objective.real_cost(REAL + 0.1) <= real).all())
        assert bool((objective.fake_cost(FAKE + 0.1) >= fake).all())


def test_smoothing_concerns_real_pictures_alone() -> None:
    smooth, plain = make_objective("non-saturating", 0.9), make_objective("non-saturating")
    assert isinstance(smooth, SeparateCosts)
    assert isinstance(plain, SeparateCosts)
    assert torch.equal(smooth.fake_cost(FAKE), plain.fake_cost(FAKE))
    target = torch.full((6,), 0.9)
    expected = nn.functional.binary_cross_entropy_with_logits(REAL, target, reduction="none")
    torch.testing.assert_close(smooth.real_cost(REAL), expected)


def test_what_is_no_logit_per_picture_is_named() -> None:
    for shape in ((6,), (6, 1), (1, 6), (6, 1, 1, 1)):
        assert torch.equal(one_per_image(REAL.view(shape), 6), REAL)
    for wrong in (REAL[:5], REAL.view(3, 2).expand(6, 3, 2), REAL.mean()):
        with pytest.raises(DataError, match=r"one logit per picture.*\(6,\) or \(6, 1\)"):
            one_per_image(wrong, 6)


def linear(outputs: int, *, flat: bool, inputs: int = 64) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(inputs, outputs), nn.Flatten(0 if flat else 1))


def now() -> Round:
    return Round(number=0, images_seen=9, random=Randomness(seed=0))


def player(network: nn.Module) -> Player:
    return Player(network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))


def adversarial(*, flat: bool, outputs: int = 1) -> list[Turn]:
    torch.manual_seed(1)
    game = AdversarialGame(
        rules(objective="relativistic"),
        generator=player(MlpGeneratorConfig(latent_size=8).build(SHAPE)),
        discriminator=player(linear(outputs, flat=flat)),
    )
    return list(game.turns(Batch(images=torch.rand(5, 1, 8, 8)), now()))


def domains(kind: str, *, flat: bool) -> list[Turn]:
    torch.manual_seed(1)
    classifier = LenetClassifierConfig(channels=(4, 4)).build((1, 16, 16), classes=2)
    head = player(linear(1, flat=flat, inputs=classifier.feature_size))
    images, labels = torch.rand(3, 1, 16, 16), torch.tensor([0, 1, 1])
    batch = DomainBatch(a=images, b=-images, labels_a=labels)
    game: InvarianceGame | EncoderGame
    if kind == "invariance":
        settings = InvarianceConfig(classes=("a", "b"), ramp=1)
        game = InvarianceGame(settings, classifier=player(classifier), domain=head)
    else:
        game = EncoderGame(
            InvarianceConfig(classes=("a", "b"), method="adda", pretraining=1),
            classifier=player(classifier),
            target=player(classifier),
            domain=head,
        )
    return list(game.turns(batch, now()))


PLAYS: dict[str, Callable[..., list[Turn]]] = {
    "adversarial": adversarial,
    "invariance": lambda **how: domains("invariance", **how),
    "encoders": lambda **how: domains("encoders", **how),
}


@pytest.mark.parametrize("kind", PLAYS)
def test_games_cost_the_same_with_a_column_of_logits(kind: str) -> None:
    for row, column in zip(PLAYS[kind](flat=True), PLAYS[kind](flat=False), strict=True):
        torch.testing.assert_close(row.cost, column.cost, rtol=0, atol=0)
        for name in row.scores:
            torch.testing.assert_close(row.scores[name], column.scores[name], rtol=0, atol=0)


def test_a_game_names_a_discriminator_of_several_logits() -> None:
    with pytest.raises(DataError, match=r"one logit per picture.*found \(5, 10\)"):
        adversarial(flat=False, outputs=10)


@pytest.mark.parametrize("name", GENERATORS)
def test_latents_may_be_pictures_of_one_pixel(name: str) -> None:
    torch.manual_seed(0)
    generator, latents = GENERATORS[name]().eval(), torch.randn(3, 8)
    drawn: Tensor = generator(latents)
    assert torch.equal(generator(latents[:, :, None, None]), drawn)
    for wrong in (latents[0], torch.randn(3, 8, 2, 2)):
        with pytest.raises(DataError, match=r"\(n, d\) or \(n, d, 1, 1\)"):
            generator(wrong)


@pytest.mark.parametrize("name", LATENTS)
def test_latents_are_the_same_numbers_in_either_shape(name: str) -> None:
    rows, pixels = (draw_latents(name, Randomness(seed=7), 4, *d) for d in ((9,), (9, 1, 1)))
    assert pixels.shape == (4, 9, 1, 1)
    assert torch.equal(pixels.flatten(1), rows)
