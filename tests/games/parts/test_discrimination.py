"""The losses and scores that all adversarial games share."""

import pytest
import torch
from torch import Tensor, nn

from zerosum.errors import DataError
from zerosum.games.parts.discrimination import (
    discriminator_turn,
    generator_loss,
    logits_of,
    share_above,
)
from zerosum.objectives import OBJECTIVES, make_objective

REAL, FAKE = torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.5, 2.0, 5.0], requires_grad=True)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_real_logits_are_computed_only_where_the_objective_compares(name: str) -> None:
    objective, calls = make_objective(name), []

    def real() -> Tensor:
        calls.append(torch.is_grad_enabled())
        return REAL

    loss = generator_loss(objective, FAKE, real)
    pairs = REAL.repeat(2) if objective.uses_real_in_generator else None
    assert calls == ([] if pairs is None else [False])
    torch.testing.assert_close(loss, objective.generator(FAKE, pairs).mean())
    assert torch.autograd.grad(loss, FAKE)[0].count_nonzero() == 4


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_turn_of_a_discriminator(name: str) -> None:
    objective, fake = make_objective(name), torch.tensor([0.0, 2.0], requires_grad=True)
    turn = discriminator_turn("d", objective, REAL, fake)
    torch.testing.assert_close(turn.cost, objective.discriminator(REAL, fake).mean())
    scores = {name: score.item() for name, score in turn.scores.items()}
    # Where D gives probabilities, V(D, G) is minus its cost.
    values = {"value": -turn.cost.item()} if name in ("minimax", "non-saturating") else {}
    assert scores == {"accuracy": 0.75, "real": 1.5, "fake": 1.0, **values}
    assert turn.player == "d"
    assert not any(score.requires_grad for score in turn.scores.values())


def test_equal_logits_count_half() -> None:
    assert share_above(torch.tensor([1.0, 1.0]), 1.0).item() == 0.5


@pytest.mark.parametrize("twice", [False, True])
def test_logits_have_full_precision_and_one_per_image(twice: bool) -> None:
    images = torch.rand(3, 1, 2, 2)
    one, two = (nn.Sequential(nn.Flatten(), nn.Linear(4, n)) for n in (1, 2))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert one(images).dtype == torch.bfloat16
        logits = logits_of(one, images, twice=twice)
    assert (logits.dtype, logits.shape) == (torch.float32, (3,))
    with pytest.raises(DataError, match="expected one logit per picture"):
        logits_of(two, images, twice=twice)
