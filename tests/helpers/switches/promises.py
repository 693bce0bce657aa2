"""What is promised of fields that several games have, checked by formulas written here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, exp, pi
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from helpers.switches.playing import Move, Played

Promise = Callable[[Played, Played], None]
"""Asserts of a game without the switch, and of the same game with it, what it promises."""
Originals = Callable[[Played, int], list[Tensor]]
"""The pictures, of several sorts, that a judge is shown in a round if nobody changes them."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A field of a game's settings, two of its values, and what the second one promises.

    Attributes:
        name: The dotted name of the field.
        off: The first value.
        on: The second one.
        promise: Asserts what the second one is for.
        given: Other fields, in both games.
        run: Fields of the run, besides.
        place: What is set, where it is a list of settings and the field is one of theirs.
        has_data: Whether both are played with pictures that the family has drawn from a source.
    """

    name: str
    off: Any
    on: Any
    promise: Promise
    given: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""
    has_data: bool = False

    def fields(self, value: Any) -> dict[str, Any]:
        """Fields of a run in which this one has a value."""
        fields = {**self.given, self.place or self.name: value}
        return {**{f"game.{name}": each for name, each in fields.items()}, **self.run}


def close(found: Tensor | float, wanted: Tensor | float) -> None:
    """Both are equal but for rounding."""
    pair = (torch.as_tensor(each, dtype=torch.float32) for each in (found, wanted))
    torch.testing.assert_close(*pair, atol=2e-5, rtol=2e-4)


# --- Optimizers ----------------------------------------------------------------------------------

OPTIMIZER: Mapping[str, tuple[Any, Any, Mapping[str, Any]]] = {
    "method": ("adam", "sgd", {}),
    "learning_rate": (0.01, 0.03, {}),
    "betas": ((0.5, 0.9), (0.0, 0.5), {}),
    "epsilon": (1e-8, 0.1, {}),
    "momentum": (0.0, 0.9, {"method": "sgd"}),
    "weight_decay": (0.0, 0.5, {}),
    "decay": (None, (0, 12), {}),
    "annealing": (None, 12, {}),
    "halving": (None, 12, {}),
    "historical_averaging": (0.0, 0.5, {"learning_rate": 0.03}),
}
"""Of each field: off, on, and what is given besides."""


def optimizer(
    name: str, *players: str, given: Mapping[str, Any] | None = None
) -> Iterator[Switch]:
    """The switches of an optimizer's settings.

    Args:
        name: The field that holds them.
        players: Those who move by them.
        given: Other fields of the game.
    """

    def promise(off: Played, on: Played) -> None:
        for played in (off, on):
            for player in players:
                moves_as_said(played, player, getattr(played.settings, name))

    for each, (off, on, besides) in OPTIMIZER.items():
        fields = {"learning_rate": 0.01, "betas": (0.5, 0.9), **besides}
        fields.pop(each, None)
        more = {f"{name}.{key}": value for key, value in fields.items()}
        more |= given or {}
        yield Switch(name=f"{name}.{each}", off=off, on=on, promise=promise, given=more)


def moves_as_said(played: Played, player: str, settings: Any) -> None:
    """Gradients as they were noted give the weights that were found, by the papers' formulas."""
    moves = played.moves_of(player)
    assert moves
    where = _where_it_was(moves)
    for move, mean in zip(moves, where, strict=True):
        record = played.records[move.round][player]
        distance = sum(
            float((weight - old).square().sum())
            for weight, old in zip(move.before, mean, strict=True)
        )
        weighed = settings.historical_averaging * distance
        close(record["cost"] - move.cost, weighed)
        assert ("history" in record) == (settings.historical_averaging > 0)
    if settings.historical_averaging:
        assert played.records[moves[-1].round][player]["history"] > 0
    for index in range(len(moves[0].before)):
        steps = _stepped(played, moves, index, settings)
        for move, wanted in zip(moves, steps, strict=True):
            close(move.after[index], wanted)


def _where_it_was(moves: Sequence[Move]) -> Iterator[list[Tensor]]:
    """The mean of a player's weights at its moves up to each."""
    for count in range(1, len(moves) + 1):
        before = zip(*(move.before for move in moves[:count]), strict=True)
        yield [torch.stack(list(each)).mean(dim=0) for each in before]


def _stepped(played: Played, moves: Sequence[Move], index: int, settings: Any) -> Iterator[Tensor]:
    """One weight after each move: Adam (Kingma & Ba, algorithm 1), or descent with momentum."""
    first = second = velocity = torch.zeros_like(moves[0].before[index])
    for turn, move in enumerate(moves, start=1):
        weight, given = move.before[index], move.gradients[index]
        if given is None:  # The cost does not know it.
            yield weight
            continue
        gradient = given + settings.weight_decay * weight
        rate = rate_at(played, settings, move.images)
        if settings.method == "sgd":
            velocity = momentum_at(played, settings, move.images) * velocity + gradient
            yield weight - rate * velocity
            continue
        one, two = settings.betas[0], beta2_at(played, settings, move.images)
        first = one * first + (1 - one) * gradient
        second = two * second + (1 - two) * gradient**2
        deviation = (second / (1 - two**turn)).sqrt()
        yield weight - rate * first / (1 - one**turn) / (deviation + settings.epsilon)


def rate_at(played: Played, settings: Any, images: int) -> float:
    """The learning rate after so many images."""
    rate = float(settings.learning_rate)
    if settings.decay is not None:
        start, end = settings.decay
        rate *= min(1.0, max(0.0, (end - images) / (end - start)))
    if settings.annealing is not None:
        rate /= (1 + 10 * min(1.0, images / settings.annealing)) ** 0.75
    if settings.halving is not None:
        rate *= 2 ** (-images / settings.halving)
    burn_in = getattr(played.settings, "burn_in", None)
    return rate if burn_in is None else rate * burnt_in(burn_in, images, burn_in.learning_rate)


def beta2_at(played: Played, settings: Any, images: int) -> float:
    """The second of Adam's betas after so many images."""
    burn_in, end = getattr(played.settings, "burn_in", None), float(settings.betas[1])
    if burn_in is None or burn_in.beta2 is None:
        return end
    return burnt_in(burn_in, images, burn_in.beta2, end)


def momentum_at(played: Played, settings: Any, images: int) -> float:
    """The decay of the velocity after so many images."""
    burn_in, end = getattr(played.settings, "burn_in", None), float(settings.momentum)
    if burn_in is None or burn_in.momentum is None:
        return end
    return burnt_in(burn_in, images, burn_in.momentum, end)


def burnt_in(burn_in: Any, images: int, start: float, end: float = 1.0) -> float:
    """A number that is on its way while a run begins."""
    if images >= burn_in.images:
        return end
    share = images / burn_in.images
    share = (1 - cos(pi * share)) / 2 if burn_in.shape == "cosine" else share
    return start + share * (end - start)


# --- Averages ------------------------------------------------------------------------------------


def ema_follows(player: str) -> Promise:
    """A copy follows the player's weights, half of the way in so many images."""

    def promise(off: Played, on: Played) -> None:
        if off.settings.ema_half_life is None:
            assert off.game.players[player].ema is None
        ema = on.game.players[player].ema
        assert ema is not None
        assert on.game.players[player].best is ema
        for index, found in enumerate(ema.parameters()):
            close(found, _expected_ema(on, player, index))
        network = on.game.players[player].network
        pairs = zip(ema.parameters(), network.parameters(), strict=True)
        assert any(not torch.equal(*pair) for pair in pairs)

    return promise


def _expected_ema(played: Played, player: str, index: int) -> Tensor:
    """One weight of the average: θ' ← β θ' + (1 − β) θ after each round."""
    batch, settings = played.config.batch_size, played.settings
    weight = ema = played.first[player][index]
    for number in range(len(played.records)):
        images = batch * number
        for move in played.moves_of(player):
            if move.round == number:
                weight = move.after[index]
        half_life = min(settings.ema_half_life, images / 20)
        burn_in = getattr(settings, "burn_in", None)
        if burn_in is not None and burn_in.half_life is not None:
            factor = burnt_in(burn_in, images, burn_in.half_life)
            half_life = settings.ema_half_life * factor
        decay = 0.5 ** (batch / half_life) if half_life else 0.0
        ema = decay * ema + (1 - decay) * weight
    return ema


# --- Pictures ------------------------------------------------------------------------------------


def augments(judge: str, originals: Originals, maker: str = "", *, part: str = "") -> Promise:
    """The judge is shown other pictures than there are, and gradients go through the change.

    Args:
        judge: The player who is shown them.
        originals: All that there are.
        maker: The player who makes some of them; none, if nobody does.
        part: Which of its networks does.
    """

    def promise(off: Played, on: Played) -> None:
        for number in range(len(on.records)):
            for each in originals(off, number):
                assert share_shown(off, judge, number, each) == 1.0
        sorts = [originals(on, number) for number in range(len(on.records))]
        for sort in zip(*sorts, strict=True):
            shares = [share_shown(on, judge, *pair) for pair in enumerate(sort)]
            assert min(shares) < 1.0
        if maker:
            made = [call for call in on.calls_of(maker, part=part) if call.gradients]
            assert made
            for call in made:
                assert all(torch.isfinite(gradient).all() for gradient in call.gradients)
            assert any(gradient.any() for call in made for gradient in call.gradients)

    return promise


def share_shown(played: Played, judge: str, number: int, originals: Tensor) -> float:
    """The share of these pictures that the judge was shown in that round as they are."""
    calls = played.calls_of(judge, number=number)
    shown = torch.cat([call.asked[0].flatten(1) for call in calls])
    alike = (originals.flatten(1)[:, None] == shown).all(dim=2).any(dim=1)
    return alike.float().mean().item()


def made_by(maker: str, part: str = "") -> Callable[[Played, int], Tensor]:
    """The pictures that a player made in a round, in its first call."""
    return lambda played, number: played.calls_of(maker, number=number, part=part)[0].said


def batch_of(played: Played, number: int) -> Any:
    """What a round was given."""
    return next(move.batch for move in played.moves if move.round == number)


# --- Costs ---------------------------------------------------------------------------------------


def smooths_labels(player: str, term: str | None, labels: Callable[[Move], Tensor]) -> Promise:
    """The target is 1 − s of the right class and s spread over all.

    Args:
        player: Who learns the labels.
        term: The score that is the cross-entropy; None: the whole cost.
        labels: The right ones.
    """

    def promise(off: Played, on: Played) -> None:
        found = []
        for played in (off, on):
            move = played.moves_of(player)[0]
            rows = labels(move)
            network = played.as_it_began(player)
            logits = next(
                call.said for call in reversed(move.calls) if call.said.shape[1:] == (2,)
            )
            assert network.training
            smoothing = played.settings.label_smoothing
            spread = torch.full((len(rows), 2), smoothing / 2)
            spread[torch.arange(len(rows)), rows] += 1 - smoothing
            wanted = -(spread * logits[: len(rows)].log_softmax(dim=1)).sum(dim=1).mean()
            found.append(move.cost if term is None else move.scores[term])
            close(found[-1], wanted)
            if not smoothing:
                close(found[-1], cross_entropy(logits[: len(rows)], rows))
        assert found[0] != found[1]

    return promise


def is_built(player: str, name: str, part: str = "", **how: Any) -> Promise:
    """The player's network is the one that the field's settings build.

    Args:
        player: Whose network.
        name: The field.
        part: Which part of it.
        how: What building takes besides the shape of the pictures.
    """

    def promise(off: Played, on: Played) -> None:
        shapes = []
        for played in (off, on):
            shape = played.config.pictures.shape
            wanted = getattr(played.settings, name).build(shape, **how)
            network = played.game.players[player].network.get_submodule(part)
            (found,) = (each for each in network.modules() if type(each) is type(wanted))
            shapes.append([weight.shape for weight in found.parameters()])
            assert shapes[-1] == [weight.shape for weight in wanted.parameters()]
        assert shapes[0] != shapes[1]

    return promise


def plays(objective: str, real: Tensor, fake: Tensor, real_label: float = 1.0) -> Tensor:
    """What a discriminator pays for its logits."""
    if objective == "least-squares":
        return ((real - real_label) ** 2).mean() + (fake**2).mean()
    if objective == "wasserstein":
        return fake.mean() - real.mean()
    target = torch.full_like(real, real_label)
    found = binary_cross_entropy_with_logits(real, target)
    return found + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))


def pays(objective: str, fake: Tensor) -> Tensor:
    """What a generator pays for the discriminator's logits."""
    if objective == "least-squares":
        return ((fake - 1) ** 2).mean()
    if objective == "wasserstein":
        return -fake.mean()
    return binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def ramp(weight: float, share: float) -> float:
    """Ganin et al. 2016: from 0 to the weight, as 2 / (1 + exp(−10 p)) − 1."""
    return weight * (2 / (1 + exp(-10 * min(1.0, share))) - 1)
