"""A generator against a classifier: what each field promises."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from helpers.switches import brought
from helpers.switches.classifiers import SMALL, shares
from helpers.switches.playing import Move, Played
from helpers.switches.promises import Switch, close, ema_follows, is_built, optimizer, pays, plays
from zerosum.config import (
    DcganDiscriminatorConfig,
    MlpDiscriminatorConfig,
    OptimizerConfig,
    PerturbationConfig,
    ResnetTranslatorConfig,
)
from zerosum.families.perturbation.settings import PerturbationRunConfig

G, D = "generator", "discriminator"
FILE = Path(brought.__file__)
FAST = OptimizerConfig(learning_rate=0.01)
BASE = PerturbationRunConfig(
    **SMALL,
    game=PerturbationConfig(
        victim=f"{FILE}:leaning",
        generator=ResnetTranslatorConfig(base_channels=2, downsamplings=1, blocks=1),
        discriminator=MlpDiscriminatorConfig(widths=(8,), dropout=0.0),
        generator_optimizer=FAST,
        discriminator_optimizer=FAST,
    ),
)


def _changed(played: Played, number: int) -> tuple[Tensor, Tensor]:
    """Clean and changed pixels in [0, 1], from what the generator was asked and said."""
    (call,) = played.calls_of(G, number=number)
    clean = (call.asked[0] + 1) / 2
    return clean, (clean + played.settings.epsilon * call.said).clamp(0, 1)


def changes_a_little(off: Played, on: Played) -> None:
    """D is shown pictures that were changed by up to ε, and the size is that of the change."""
    for played in (off, on):
        for number in range(3):
            clean, changed = _changed(played, number)
            assert (changed - clean).abs().max() <= played.settings.epsilon + 1e-6
            shown = played.calls_of(D, number=number)[1].asked[0]
            close((shown + 1) / 2, changed)
            score = played.moves_of(G)[number].scores["size"]
            close(score, (changed - clean).flatten(1).norm(dim=1).mean())


def is_universal(off: Played, on: Played) -> None:
    for played, is_one in ((off, False), (on, True)):
        for call in played.calls_of(G):
            assert bool((call.said == call.said[:1]).all()) == is_one


def misleads(off: Played, on: Played) -> None:
    """The first term of G's cost, by the victim's own logits."""
    costs = []
    for played in (off, on):
        settings = played.settings
        factory = settings.victim.rpartition(":")[2]
        victim = getattr(brought, factory)()
        for number, move in enumerate(played.moves_of(G)):
            clean, changed = _changed(played, number)
            with torch.no_grad():
                named, logits = victim(clean).argmax(dim=1), victim(changed)
            costs.append(_misleading(settings, named, logits))
            close(move.scores["misleading"], costs[-1])
    assert costs[:3] != costs[3:]


def _misleading(settings: Any, named: Tensor, logits: Tensor) -> Tensor:
    is_targeted = settings.targeted is not None
    goal = torch.full_like(named, settings.targeted) if is_targeted else named
    chosen = torch.eye(3, dtype=torch.bool)[goal]
    if settings.misleading == "cross-entropy":
        share = logits.softmax(dim=1)[chosen]
        return -(share if is_targeted else 1 - share).log().mean()
    lead = logits[chosen] - logits.masked_fill(chosen, -torch.inf).amax(dim=1)
    confidence = torch.tensor(settings.confidence)
    return (confidence - (lead if is_targeted else -lead)).clamp_min(0).mean()


def _told_apart(move: Move) -> tuple[Tensor, Tensor]:
    clean, changed = (call.said for call in move.calls if call.player == D)
    return clean, changed


def is_found_out(off: Played, on: Played) -> None:
    """D learns by the objective, and G pays so much of its own; with 0 there is no D."""
    for played in (off, on):
        settings = played.settings
        if not settings.discriminator_weight:
            assert set(played.game.players) == {G}
            continue
        for move in played.moves_of(D):
            close(move.cost, plays(settings.objective, *_told_apart(move)))
        for move in played.moves_of(G):
            (logits,) = (call.said for call in move.calls if call.player == D)
            wanted = settings.discriminator_weight * pays(settings.objective, logits)
            close(move.scores["adversarial"], wanted)
            close(move.cost, move.scores["misleading"] + wanted)


def stays_small(off: Played, on: Played) -> None:
    """What is longer than allowed costs its length beyond."""
    for played in (off, on):
        settings = played.settings
        for number, move in enumerate(played.moves_of(G)):
            clean, changed = _changed(played, number)
            length = (changed - clean).flatten(1).norm(dim=1)
            wanted = settings.size_weight * (length - settings.size).clamp_min(0).mean()
            close(move.scores.get("too large", torch.tensor(0.0)), wanted)
            close(move.cost, move.scores["misleading"] + move.scores["adversarial"] + wanted)
    assert any(move.scores["too large"] > 0 for move in on.moves_of(G))


def _switch(field: str, off: Any, on: Any, promise: Any, **more: Any) -> Switch:
    return Switch(name=field, off=off, on=on, promise=promise, **more)


SWITCHES = [
    _switch("victim", f"{FILE}:leaning", f"{FILE}:slanted", misleads),
    _switch("epsilon", 0.1, 0.3, changes_a_little),
    _switch("universal", False, True, is_universal),
    _switch("targeted", None, 1, misleads),
    _switch("misleading", "margin", "cross-entropy", misleads),
    _switch("confidence", 1.0, 0.0, misleads, given={"epsilon": 0.5}),
    _switch(
        "generator",
        BASE.game.generator,
        ResnetTranslatorConfig(base_channels=3, downsamplings=1, blocks=1),
        is_built(G, "generator"),
    ),
    _switch(
        "discriminator",
        BASE.game.discriminator,
        DcganDiscriminatorConfig(base_channels=2, norm="none"),
        is_built(D, "discriminator"),
    ),
    _switch("objective", "least-squares", "wasserstein", is_found_out),
    _switch("discriminator_weight", 0.0, 2.0, is_found_out),
    _switch("size_weight", 0.0, 2.0, stays_small),
    _switch("size", 0.0, 0.2, stays_small, given={"size_weight": 2.0}),
    _switch("held_out", 0.0, 0.5, shares("images", 12, 6), has_data=True),
    *optimizer("generator_optimizer", G),
    *optimizer("discriminator_optimizer", D),
    _switch("ema_half_life", None, 8, ema_follows(G)),
]
