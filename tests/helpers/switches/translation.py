"""Games over two domains: what each field promises."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from helpers.switches import brought
from helpers.switches.classifiers import SMALL
from helpers.switches.playing import Call, Move, Played
from helpers.switches.promises import (
    Originals,
    Switch,
    augments,
    batch_of,
    close,
    ema_follows,
    is_built,
    made_by,
    optimizer,
    pays,
    plays,
    share_shown,
)
from zerosum.config import (
    CartoonConfig,
    ContrastiveConfig,
    CycleConfig,
    OptimizerConfig,
    PairedConfig,
    PatchDiscriminatorConfig,
    ResnetTranslatorConfig,
)
from zerosum.families.translation.settings import TranslationRunConfig

G, D = "generator", "discriminator"
FILE = Path(brought.__file__)
FAST = OptimizerConfig(learning_rate=0.01)
NETWORKS: dict[str, Any] = {
    "generator": ResnetTranslatorConfig(base_channels=2, downsamplings=1, blocks=1),
    "discriminator": PatchDiscriminatorConfig(base_channels=2, downsamplings=1),
    "generator_optimizer": FAST,
    "discriminator_optimizer": FAST,
}


def _switch(field: str, off: Any, on: Any, promise: Any, **more: Any) -> Switch:
    return Switch(name=field, off=off, on=on, promise=promise, **more)


def _judged(move: Move, judge: str) -> list[Tensor]:
    return [call.said.flatten() for call in move.calls if call.player == judge]


def learns_by_objective(judge: str, term: str) -> Any:
    """The judge's whole cost, and the translator's term of that name."""

    def promise(off: Played, on: Played) -> None:
        for played in (off, on):
            name = played.settings.objective
            for move in played.moves_of(judge):
                real, fake, *smoothed = _judged(move, judge)
                cost = plays(name, real, fake)
                if smoothed:  # The real ones have paid already.
                    cost = cost + plays(name, real, smoothed[0])
                close(move.cost, cost)
            for move in played.moves:
                if term in move.scores:
                    (logits,) = _judged(move, judge)
                    close(move.scores[term], pays(name, logits))

    return promise


def common(
    translator: str,
    judges: tuple[str, ...],
    originals: Originals,
    term: str,
    *,
    alone: dict[str, float],
    part: str = "",
    channels: int = 1,
) -> Iterator[Switch]:
    """The switches that all games over two domains share.

    Args:
        translator: The player who translates.
        judges: Those who judge; the first one is looked at.
        originals: What that one is shown unless it is changed.
        term: The score that is the translator's cost of being found out by it.
        alone: What leaves it nothing else to pay.
        part: Which of the translator's networks.
        channels: How many the judge is shown.
    """
    judge = judges[0]
    yield _switch(
        "generator",
        NETWORKS["generator"],
        ResnetTranslatorConfig(base_channels=3, downsamplings=1, blocks=1),
        is_built(translator, "generator", part),
    )
    yield _switch(
        "discriminator",
        NETWORKS["discriminator"],
        PatchDiscriminatorConfig(base_channels=3, downsamplings=1),
        _has_width(judge, channels),
    )
    promise = learns_by_objective(judge, term)
    yield _switch("objective", "least-squares", "non-saturating", promise)
    yield from optimizer("generator_optimizer", translator)
    yield from optimizer("discriminator_optimizer", *judges)
    yield _switch("ema_half_life", None, 8, ema_follows(translator))
    seen = augments(judge, originals, translator, part=part)
    yield _switch("augmentation", (), ("affine",), seen, given=alone)


def _has_width(judge: str, channels: int) -> Any:
    def promise(off: Played, on: Played) -> None:
        for played in (off, on):
            first = played.game.players[judge].parameters[0]
            assert first.shape[:2] == (played.settings.discriminator.base_channels, channels)

    return promise


# --- CycleGAN ------------------------------------------------------------------------------------


def _apart(found: Tensor, wanted: Tensor) -> Tensor:
    return (found - wanted).abs().mean()


def comes_back(off: Played, on: Played) -> None:
    """λ (‖F(G(a)) − a‖ + ‖G(F(b)) − b‖) + λ ι (‖G(b) − b‖ + ‖F(a) − a‖) beside the judges."""
    for played in (off, on):
        settings = played.settings
        for move in played.moves_of("generators"):
            calls = {
                part: [
                    call for call in move.calls if (call.part, call.method) == (part, "forward")
                ]
                for part in ("a2b", "b2a")
            }
            (to_b, again_b), (to_a, again_a) = calls["a2b"], calls["b2a"]
            a, b = move.batch.a, move.batch.b
            cycle = settings.cycle_weight * (_apart(again_a.said, a) + _apart(again_b.said, b))
            close(move.scores["cycle"], cycle)
            terms = cycle + move.scores["adversarial a2b"] + move.scores["adversarial b2a"]
            assert ("identity" in move.scores) == (settings.identity_weight > 0)
            if settings.identity_weight:
                weight = settings.cycle_weight * settings.identity_weight
                same = weight * (_apart(to_b.said[4:], b) + _apart(to_a.said[4:], a))
                close(move.scores["identity"], same)
                terms = terms + same
            close(move.cost, terms)


def remembers(off: Played, on: Played) -> None:
    """A judge is shown translations of earlier rounds in place of some new ones."""
    for played, remembers_some in ((off, False), (on, True)):
        made = [made_by("generators", "a2b")(played, number)[:4] for number in range(3)]
        shares = [
            share_shown(played, "discriminator_b", number, made[before])
            for number in range(3)
            for before in range(number)
        ]
        assert any(shares) == remembers_some
        assert len(played.game.state_dict()["pool b"]) == played.settings.pool


CYCLE = TranslationRunConfig(**SMALL, game=CycleConfig(**NETWORKS, pool=0))
CYCLE_SWITCHES = [
    *common(
        "generators",
        ("discriminator_b", "discriminator_a"),
        lambda played, number: [
            batch_of(played, number).b,
            made_by("generators", "a2b")(played, number)[:4],
        ],
        "adversarial a2b",
        part="a2b",
        alone={"cycle_weight": 0.0},
    ),
    _switch("cycle_weight", 10.0, 3.0, comes_back),
    _switch("identity_weight", 0.0, 0.5, comes_back),
    _switch("pool", 0, 4, remembers),
]

# --- One direction -------------------------------------------------------------------------------


def goes(off: Played, on: Played) -> None:
    """From A to B, or from B to A: what the translator is given, and what the judge knows."""
    for played in (off, on):
        batch, direction = batch_of(played, 0), played.settings.direction
        source, target = (getattr(batch, letter) for letter in (direction[0], direction[-1]))
        part = "translator" if played.settings.kind == "contrastive" else ""
        given = played.calls_of(G, number=0, part=part)[0].asked[0]
        assert torch.equal(given[:4], source)
        known = played.calls_of(D, number=0)[0].asked[0]
        assert torch.equal(known[:, -1:], target)
        assert played.game.directions == (direction,)  # type: ignore[attr-defined]


def _to_b(played: Played, number: int) -> list[Tensor]:
    return [batch_of(played, number).b, made_by(G)(played, number)[:4]]


def contrasts(off: Played, on: Played) -> None:
    """λ times the mean cross-entropy of places: queries against the keys of their picture."""
    for played in (off, on):
        settings = played.settings
        for move in played.moves_of(G):
            asked = [call for call in move.calls if call.part == "heads"]
            assert len(asked) == (4 if settings.nce_identity else 2)
            costs = [
                _nce(queries, keys, settings)
                for made, source in zip(asked[::2], asked[1::2], strict=True)
                for queries, keys in zip(made.answers, source.answers, strict=True)
            ]
            wanted = settings.nce_weight * torch.stack(costs).mean()
            close(move.scores["nce"], wanted)
            close(move.cost, move.scores["adversarial"] + wanted)


def _nce(queries: Tensor, keys: Tensor, settings: Any) -> Tensor:
    places = queries.shape[1]
    assert queries.shape[2] == settings.units
    assert places <= settings.places
    assert queries.norm(dim=2).max() <= 1 + 1e-5
    scores = queries @ keys.transpose(1, 2) / settings.temperature
    return cross_entropy(scores.flatten(0, 1), torch.arange(places).repeat(4))


def _given(played: Played) -> list[Call]:
    return [
        next(call for call in played.calls_of(G, number=number, part="translator"))
        for number in range(3)
    ]


def keeps_the_same(off: Played, on: Played) -> None:
    """Pictures of the other domain go through too, and must stay what they are."""
    contrasts(off, on)
    assert [len(call.said) for played in (off, on) for call in _given(played)] == 3 * [4] + 3 * [8]


def mirrors(off: Played, on: Played) -> None:
    """Some pictures are given as their mirror images, the others as they are."""
    mirrored = []
    for number, call in enumerate(_given(on)):
        batch = batch_of(on, number)
        for shown, picture in zip(call.asked[0], torch.cat([batch.a, batch.b]), strict=True):
            is_mirrored = torch.equal(shown, picture.flip(2))
            assert is_mirrored or torch.equal(shown, picture)
            mirrored.append(is_mirrored)
    assert 0 < sum(mirrored) < len(mirrored)
    contrasts(off, on)


CONTRASTIVE = TranslationRunConfig(**SMALL, game=ContrastiveConfig(**NETWORKS, units=4))
CONTRASTIVE_SWITCHES = [
    *common(
        G,
        (D,),
        lambda played, number: [
            batch_of(played, number).b,
            made_by(G, "translator")(played, number)[:4],
        ],
        "adversarial",
        part="translator",
        alone={"nce_weight": 0.0},
    ),
    _switch("direction", "a2b", "b2a", goes),
    _switch("nce_weight", 1.0, 3.0, contrasts),
    _switch("nce_identity", False, True, keeps_the_same),
    _switch("flip_equivariance", False, True, mirrors),
    _switch("places", 256, 5, contrasts),
    _switch("temperature", 0.07, 0.7, contrasts),
    _switch("units", 4, 3, contrasts),
]


def likens(off: Played, on: Played) -> None:
    """λ times the mean distance of each pixel from the partner's."""
    for played in (off, on):
        for move in played.moves_of(G):
            made = made_by(G)(played, move.round)
            wanted = played.settings.partner_weight * _apart(made, move.batch.b)
            close(move.scores["partner"], wanted)
            close(move.cost, move.scores["adversarial"] + wanted)


def _beside(played: Played, number: int) -> list[Tensor]:
    source = batch_of(played, number).a
    return [torch.cat([source, each], dim=1) for each in _to_b(played, number)]


PAIRED = TranslationRunConfig(**SMALL, game=PairedConfig(**NETWORKS), pairing="names")
PAIRED_SWITCHES = [
    *common(G, (D,), _beside, "adversarial", channels=2, alone={"partner_weight": 0.0}),
    _switch("direction", "a2b", "b2a", goes),
    _switch("partner_weight", 100.0, 1.0, likens),
]


def keeps_content(off: Played, on: Played) -> None:
    """ω times the mean distance of the maps, in pixels, from those of the photograph."""
    for played in (off, on):
        maps = getattr(brought, played.settings.content.rpartition(":")[2])()
        for move in played.moves_of(G):
            made, photograph = made_by(G)(played, move.round), move.batch.a
            apart = _apart(maps(made), maps(photograph))
            content = move.scores["content"]
            close(content, played.settings.content_weight * UNIT * apart)
            close(move.cost, content + move.scores["adversarial"])


UNIT = 0.5
"""Maps are of pixels in [0, 1], half as far apart as in [-1, 1]."""


def warms_up(off: Played, on: Played) -> None:
    """Only the content is paid for, and only the translator moves."""
    for played in (off, on):
        for number in range(3):
            is_warm = 4 * number >= played.settings.warmup
            players = [move.player for move in played.moves if move.round == number]
            assert players == ([D, G] if is_warm else [G])
            move = played.moves_of(G)[number]
            assert ("adversarial" in move.scores) == is_warm
            if not is_warm:
                close(move.cost, move.scores["content"])


CARTOON = TranslationRunConfig(**SMALL, game=CartoonConfig(**NETWORKS, content=f"{FILE}:coarse"))
CARTOON_SWITCHES = [
    *common(G, (D,), _to_b, "adversarial", alone={"content_weight": 0.0}),
    _switch("content", f"{FILE}:coarse", f"{FILE}:fine", keeps_content),
    _switch("content_weight", 10.0, 3.0, keeps_content),
    _switch("warmup", 0, 8, warms_up),
]
