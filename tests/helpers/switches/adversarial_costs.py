"""What the players of a generator against a discriminator pay, computed a second time."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.switches.playing import Move, Played
from helpers.switches.promises import (
    Promise,
    batch_of,
    close,
    made_by,
    pays,
    plays,
)

G, D = "generator", "discriminator"


def originals(played: Played, number: int) -> list[Tensor]:
    return [batch_of(played, number).images, made_by(G)(played, number)]


def logits_of(move: Move) -> tuple[Tensor, Tensor]:
    """D's logits of real and of generated pictures in its turn."""
    real, fake = (call.said for call in move.calls if call.player == D)
    return real, fake


# --- Costs ---------------------------------------------------------------------------------------


def pays_by_objective(off: Played, on: Played) -> None:
    for played in (off, on):
        settings = played.settings
        for move in played.moves_of(D):
            close(move.cost, plays(settings.objective, *logits_of(move), settings.real_label))
        for move in played.moves_of(G):
            (call,) = (call for call in move.calls if call.player == D)
            close(move.cost, pays(settings.objective, call.said))


Points = Callable[[Played], Tensor]


def at_real(played: Played) -> Tensor:
    return batch_of(played, 0).images  # type: ignore[no-any-return]


def at_fake(played: Played) -> Tensor:
    return made_by(G)(played, 0)


def _elsewhere(played: Played) -> Tensor:
    """The pictures that D was shown in its first turn, and that are neither real nor generated."""
    first = played.moves_of(D)[0]
    known = [at_real(played), at_fake(played)]
    (found,) = (
        call.asked[0]
        for call in first.calls
        if call.player == D and not any(torch.equal(call.asked[0], each) for each in known)
    )
    return found


def between(played: Played) -> Tensor:
    """Those must lie on the way from the real to the generated ones."""
    real, points = at_real(played), _elsewhere(played)
    way = (at_fake(played) - real).flatten(1)
    gone = (points - real).flatten(1)
    shares = (gone * way).sum(dim=1) / way.square().sum(dim=1)
    close(gone, shares[:, None] * way)
    assert bool(((shares > 0) & (shares < 1)).all())
    assert len(set(shares.tolist())) == len(shares)
    return points


def around(played: Played) -> Tensor:
    """Those must be real ones with noise of up to half of their deviation."""
    real, points = at_real(played), _elsewhere(played)
    noise = (points - real) / real.std(dim=(1, 2, 3), keepdim=True)
    assert bool(((noise >= 0) & (noise <= 0.5)).all())
    assert noise.max() > 0.1
    return points


def slopes_at(critic: nn.Module, points: Tensor) -> Tensor:
    points = points.clone().requires_grad_()
    slope: Tensor
    (slope,) = torch.autograd.grad(critic(points).sum(), points)
    norms: Tensor = slope.flatten(1).norm(dim=1)
    return norms


def off_zero(slopes: Tensor) -> Tensor:
    return slopes.square().mean()


def off_one(slopes: Tensor) -> Tensor:
    return (slopes - 1).square().mean()


def penalises(name: str, points: Points, wanted: Callable[[Tensor], Tensor]) -> Promise:
    """The cost of the first turn is higher by weight times mean penalty."""

    def promise(off: Played, on: Played) -> None:
        weight = getattr(on.settings.penalties, name).weight
        penalty = wanted(slopes_at(on.as_it_began(D), points(on)))
        assert penalty > 0
        without, with_it = (played.moves_of(D)[0] for played in (off, on))
        close(with_it.cost - without.cost, weight * penalty)
        close(with_it.scores[name], weight * penalty)

    return promise


def is_lazy(name: str) -> Promise:
    """Every second round pays, twice as much."""

    def promise(off: Played, on: Played) -> None:
        paid = [[name in move.scores for move in played.moves_of(D)] for played in (off, on)]
        assert paid == [[True, True, True], [True, False, True]]
        always, lazily = (played.moves_of(D)[0] for played in (off, on))
        close(lazily.scores[name], 2 * always.scores[name])
        close(lazily.cost - always.cost, always.scores[name])

    return promise


def matches(off: Played, on: Played) -> None:
    """G pays for the distance of the mean features, perhaps nothing else."""
    settings = on.settings.feature_matching
    critic = on.as_it_began(D)
    critic.load_state_dict(_after_first_turn(on, critic))
    fake, real = (critic.features(each).mean(dim=0) for each in (at_fake(on), at_real(on)))  # type: ignore[operator]
    apart = fake - real
    distance = (apart.abs() if settings.distance == "absolute" else apart.square()).mean()
    first = on.moves_of(G)[0]
    close(first.scores["matching"], settings.weight * distance)
    (plain,) = (call.said for call in first.calls if call.method == "forward")
    other = 0.0 if settings.alone else pays("non-saturating", plain)
    close(first.cost, settings.weight * distance + other)


def _after_first_turn(played: Played, network: nn.Module) -> dict[str, Tensor]:
    names = [name for name, _ in network.named_parameters()]
    moved = zip(names, played.moves_of(D)[0].after, strict=True)
    return dict(network.state_dict()) | dict(moved)


def evens_paths(off: Played, on: Played) -> None:
    """With one length L, whose mean before was 0: every · weight · (L − L / 100)²."""
    settings = on.settings.path_length
    paying = [move for move in on.moves_of(G) if "path penalty" in move.scores]
    assert [move.round for move in paying] == list(range(0, 3, settings.every))
    length = paying[0].scores["path length"]
    wanted = settings.weight * settings.every * (0.99 * length) ** 2
    assert wanted > 0
    first = paying[0]
    (logits,) = (call.said for call in first.calls if call.player == D)
    close(first.scores["path penalty"], wanted)
    close(first.cost - pays("non-saturating", logits), wanted)
