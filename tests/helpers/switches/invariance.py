"""A classifier for another domain: what each field promises."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from helpers.switches.classifiers import SMALL, ending_in_a_classifier
from helpers.switches.playing import Move, Played
from helpers.switches.promises import Switch, batch_of, close, is_built, optimizer, ramp
from zerosum.config import InvarianceConfig, LenetClassifierConfig, OptimizerConfig
from zerosum.families.adaptation.settings import AdaptationRunConfig

C, D, T = "classifier", "domain", "target"
NETWORK = LenetClassifierConfig(channels=(2,), feature_units=(3,), units=(4,))
FAST = OptimizerConfig(learning_rate=0.01)
BASE = AdaptationRunConfig(
    **SMALL,
    game=InvarianceConfig(
        classes=("0", "1"),
        network=NETWORK,
        domain_widths=(4,),
        optimizer=FAST,
        domain_optimizer=FAST,
        target_optimizer=FAST,
    ),
)
ADDA = {"method": "adda", "pretraining": 4}
CDAN = {"method": "cdan"}


def _originals(played: Played, number: int) -> list[Tensor]:
    batch = batch_of(played, number)
    return [batch.a, batch.b]


def _features(move: Move) -> Tensor:
    """What the classifier saw in the pictures of both domains, source first."""
    return torch.cat([call.said for call in move.calls if call.method == "features"])


def _logits(move: Move) -> Tensor:
    (logits,) = (call.said for call in move.calls if call.part == "head")
    return logits


def _domain_cost(move: Move, *, by_entropy: bool) -> Tensor:
    """The means of −log p of the right domain in both, perhaps weighed by 1 + exp(−H)."""
    (logits,) = (call.said for call in move.calls if call.player == D)
    costs = softplus(logits * torch.tensor([-1.0] * 4 + [1.0] * 4))
    if by_entropy:
        shares = _logits(move).softmax(dim=1)
        weights = 1 + torch.exp((shares * shares.log()).sum(dim=1))
        weights = weights.view(2, 4) / weights.view(2, 4).mean(dim=1, keepdim=True)
        costs = costs * weights.flatten()
    return costs[:4].mean() + costs[4:].mean()


def opposes(off: Played, on: Played) -> None:
    """C pays the labels less λ L, λ on its ramp; with weight 0 nobody looks at the target."""
    for played in (off, on):
        settings = played.settings
        if not settings.weight:
            assert {move.player for move in played.moves} == {C}
            assert all(len(_features(move)) == 4 for move in played.moves)
            continue
        for move in played.moves_of(C):
            share = move.images / settings.ramp if settings.ramp else 1.0
            strength = ramp(settings.weight, share) if settings.ramp else settings.weight
            cost = _domain_cost(move, by_entropy=settings.entropy_conditioning)
            close(move.scores["strength"], strength)
            close(move.cost, move.scores["labels"] - strength * cost)
        for move in played.moves_of(D):
            assert move.cost > 0


def shows_products(off: Played, on: Played) -> None:
    """D is shown the features, or these times the probabilities of the classes."""
    for played in (off, on):
        first = played.moves_of(C)[0]
        (shown,) = (call.asked[0] for call in first.calls if call.player == D)
        wanted = _features(first)
        if played.settings.method == "cdan":
            shares = _logits(first).softmax(dim=1)
            wanted = (shares[:, :, None] * wanted[:, None, :]).flatten(1)
        close(shown, wanted)


def pretrains(off: Played, on: Played) -> None:
    """First C alone, then the head and a copy of C, which begins where C stopped."""
    for played in (off, on):
        wanted = []
        for number in range(3):
            alone = 4 * number < played.settings.pretraining
            wanted += [C] if alone else [D, T]
        if played.settings.method == "adda":
            assert [move.player for move in played.moves] == wanted
            last, first = played.moves_of(C)[-1].after, played.moves_of(T)[0].before
            assert all(map(torch.equal, last, first))


def has_units(off: Played, on: Played) -> None:
    for played in (off, on):
        head = played.game.players[D].parameters
        assert [len(each) for each in head[:-1:2]] == [*played.settings.domain_widths, 1]


def learns_target_labels(off: Played, on: Played) -> None:
    """The labels of the target, if they are learnt from, weigh as much as the source's."""
    for played in (off, on):
        for move in played.moves_of(C):
            labels = [move.batch.labels_a]
            assert (move.batch.labels_b is not None) == played.settings.target_labels
            if played.settings.target_labels:
                labels.append(move.batch.labels_b)
            rows = torch.cat(labels)
            assert len(_logits(move)) == len(rows)
            close(move.scores["labels"], cross_entropy(_logits(move), rows))


def goes_together(off: Played, on: Played) -> None:
    for played, sizes in ((off, [4, 4]), (on, [8])):
        calls = [call for call in played.moves_of(C)[0].calls if call.method == "features"]
        assert [len(call.said) for call in calls] == sizes


def _switch(field: str, off: Any, on: Any, promise: Any, **more: Any) -> Switch:
    return Switch(name=field, off=off, on=on, promise=promise, **more)


SWITCHES = [
    _switch(
        "network",
        NETWORK,
        LenetClassifierConfig(channels=(3,), feature_units=(3,), units=(4,)),
        is_built(C, "network", classes=2),
    ),
    *ending_in_a_classifier(
        C, _originals, lambda move: move.batch.labels_a, labelled="a", term="labels"
    ),
    _switch("method", "dann", "cdan", shows_products),
    _switch("method", "dann", "adda", pretrains, given={"pretraining": 4}),
    _switch("domain_widths", (4,), (5, 3), has_units),
    _switch("weight", 0.0, 2.0, opposes),
    _switch("ramp", 0, 12, opposes, given={"weight": 2.0}),
    _switch("entropy_conditioning", False, True, opposes, given=CDAN),
    _switch("target_labels", False, True, learns_target_labels, has_data=True),
    _switch("pretraining", 4, 8, pretrains, given={"method": "adda"}),
    _switch(
        "together",
        False,
        True,
        goes_together,
        given={
            "network": LenetClassifierConfig(
                channels=(2,), feature_units=(3,), units=(4,), norm="batch"
            )
        },
    ),
    *optimizer("domain_optimizer", D),
    *optimizer("target_optimizer", T, given=ADDA),
]
