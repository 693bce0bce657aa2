"""Who plays against a generator or a discriminator when, with what, and what changes meanwhile."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from helpers.switches.adversarial_costs import D, G, logits_of, off_zero, originals, slopes_at
from helpers.switches.playing import Played
from helpers.switches.promises import (
    batch_of,
    beta2_at,
    burnt_in,
    close,
    moves_as_said,
    rate_at,
    share_shown,
)
from zerosum.randomness import Randomness

# --- Who plays when, with what -------------------------------------------------------------------


def waits(off: Played, on: Played) -> None:
    assert [move.player for move in off.moves] == [D, G, D, G, D, G]
    assert [move.player for move in on.moves] == [D, D, G, D]


def moves_again(off: Played, on: Played) -> None:
    """Each turn has latents of its own, the first those that D has seen."""
    for played, times in ((off, 1), (on, 3)):
        assert [move.player for move in played.moves] == [D, *[G] * times] * 3
        shown = played.calls_of(G, number=0)
        assert len(shown) == times
        assert len({float(call.asked[0].sum()) for call in shown}) == times


def draws_more(off: Played, on: Played) -> None:
    for played, times in ((off, 1), (on, 3)):
        (call,) = (call for call in played.moves_of(G)[0].calls if call.player == D)
        assert len(call.said) == 4 * times
        assert len(set(map(tuple, call.asked[0].flatten(1).tolist()))) == 4 * times
        real, fake = logits_of(played.moves_of(D)[0])
        assert len(real) == len(fake) == 4


def draws_uniformly(off: Played, on: Played) -> None:
    normal, uniform = (
        torch.cat([call.asked[0] for call in played.calls_of(G)]) for played in (off, on)
    )
    assert normal.abs().max() > 1
    assert uniform.abs().max() <= 1
    assert uniform.min() < -0.5
    assert uniform.max() > 0.5


def fills_levels(off: Played, on: Played) -> None:
    """Real pictures are shown with noise of less than a level; they stand on levels else."""
    for number in range(3):
        real = batch_of(on, number).images
        assert share_shown(off, D, number, real) == 1.0
        shown = on.calls_of(D, number=number)[0].asked[0]
        level, share = ((shown + 1) * 128).floor(), ((shown + 1) * 128) % 1
        close(level, (real + 1) * 127.5)
        assert share.std() > 0.2


def knows_virtually(off: Played, on: Played) -> None:
    """A picture does not depend on what is drawn beside it; the settings say so, not the mode."""
    latents = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
    apart = []
    for played in (off, on):
        network = played.as_it_began(G)
        assert network.training
        with torch.no_grad():
            apart.append((network(latents)[:2] - network(latents[:2])).abs().max())
    assert apart[0] > 1e-3
    assert apart[1] < 1e-5


def compares(off: Played, on: Played) -> None:
    """A logit depends on the pictures beside, by as many measures as are asked for."""
    images = batch_of(on, 0).images
    apart = []
    for played in (off, on):
        network = played.game.players[D].network
        with torch.no_grad():
            apart.append((network(images)[:2] - network(images[:2])).abs().max())
    settings = on.settings.minibatch_discrimination
    assert apart[1] > 1e-5
    assert (apart[0] < 1e-6) == (off.settings.minibatch_discrimination.kernels == 0)
    assert (8, settings.size, settings.kernels) in {each.shape for each in on.weights}


def tells_classes(off: Played, on: Played) -> None:
    """Both know the class: as numbers behind the latent, and beside the picture."""
    settings = on.settings
    labels = batch_of(on, 0).labels
    (latents,) = on.calls_of(G, number=0)[0].asked
    wanted = torch.eye(len(settings.classes))[labels]
    assert torch.equal(latents[:, 4:], wanted)
    for call in on.calls_of(D, number=0):
        assert torch.equal(call.asked[1], labels)
    critic, images = on.game.players[D].network, batch_of(on, 0).images
    with torch.no_grad():
        assert bool((critic(images, labels) != critic(images, 1 - labels)).all())
    assert (len(settings.classes), settings.class_size) in {each.shape for each in on.weights}


def draws_classes(off: Played, on: Played) -> None:
    """As often as in the data, where nobody asks for one."""
    for played in (off, on):
        drawn = played.game.fresh_latents(4000, Randomness(seed=1))[:, 4:].mean(dim=0)  # type: ignore[attr-defined]
        counts = torch.tensor([each.pictures for each in played.settings.classes])
        assert bool(((drawn - counts / counts.sum()).abs() < 0.04).all())


# --- What changes while a run goes on ------------------------------------------------------------


def burns_in(off: Played, on: Played) -> None:
    """Rates, betas, penalties and augmentation on their way, in each round."""
    for played in (off, on):
        burn_in = played.settings.burn_in
        for move in played.moves:
            settings = getattr(played.settings, f"{move.player}_optimizer")
            close(move.pace["lr"], rate_at(played, settings, move.images))
            close(move.pace["betas"][1], beta2_at(played, settings, move.images))
        for move in played.moves_of(D):
            chance = played.settings.adaptive_augmentation.probability
            factor = burnt_in(burn_in, move.images, burn_in.augmentation)
            close(move.scores.get("augmentation", torch.tensor(0.0)), factor * chance)
            if move.images == 0 and "r1" in move.scores:
                shown = played.calls_of(D, number=0)[0].asked[0]
                slopes = slopes_at(played.as_it_began(D), shown)
                factor = burnt_in(burn_in, 0, burn_in.penalties)
                close(move.scores["r1"], factor * 3.0 * off_zero(slopes))
    found = [
        [(move.pace, {name: float(each) for name, each in move.scores.items()}) for move in turns]
        for turns in (off.moves, on.moves)
    ]
    assert found[0] != found[1]


def speeds_up(off: Played, on: Played) -> None:
    """The velocity decays less and less, and weights move by it."""
    for played in (off, on):
        for player in (D, G):
            moves_as_said(played, player, getattr(played.settings, f"{player}_optimizer"))
    found = [[move.pace["momentum"] for move in played.moves_of(G)] for played in (off, on)]
    assert len(set(found[0])) == 1
    assert found[1] == sorted(set(found[1]))


def adapts(off: Played, on: Played) -> None:
    """The chance rises by 4 · every / images while the mean sign of real logits is above."""
    for played in (off, on):
        settings = played.settings.adaptive_augmentation
        chance, signs = settings.probability, []
        for move in played.moves_of(D):
            close(move.scores.get("augmentation", torch.tensor(0.0)), chance)
            signs.append(logits_of(move)[0].sign().mean())
            if settings.images and (move.round + 1) % settings.every == 0:
                above = torch.stack(signs).mean() > settings.target
                step = 4 * settings.every / settings.images
                chance = min(1.0, max(0.0, chance + (step if above else -step)))
                signs = []
    chances = [
        [float(move.scores.get("augmentation", 0.0)) for move in played.moves_of(D)]
        for played in (off, on)
    ]
    assert chances[0] != chances[1]


def is_noisy(off: Played, on: Played) -> None:
    """Noise of a deviation that falls to nothing at its end, on real and generated pictures."""
    for played in (off, on):
        settings = played.settings.instance_noise
        for number in range(3):
            left = settings.deviation * max(0.0, 1 - 4 * number / settings.until)
            for call, images in zip(
                played.calls_of(D, number=number)[:2], originals(played, number), strict=True
            ):
                noise = call.asked[0] - images
                assert abs(float(noise.std()) - left) <= 0.1 * left
                assert (noise == 0).all() == (left == 0)


def grows(off: Played, on: Played) -> None:
    """Real pictures are as detailed as their share of the way from 2x2 to 8x8 says."""
    for played in (off, on):
        settings = played.settings.growth
        for number in range(3):
            progress = 2.0
            if length := settings.hold + settings.fade:
                sizes, rest = divmod(4 * number, length)
                progress = min(2.0, sizes + max(0, rest - settings.hold) / max(1, settings.fade))
            real = batch_of(played, number).images
            stages = [_coarse(real, 4), _coarse(real, 2), real, real]
            share = progress % 1
            wanted = (1 - share) * stages[int(progress)] + share * stages[int(progress) + 1]
            close(played.calls_of(D, number=number)[0].asked[0], wanted)


def _coarse(images: Tensor, times: int) -> Tensor:
    return interpolate(avg_pool2d(images, times), scale_factor=times)


def plays_larger_rounds(off: Played, on: Played) -> None:
    assert [len(move.batch.images) for move in off.moves_of(D)] == [4, 4, 4]
    assert [len(move.batch.images) for move in on.moves_of(D)] == [8, 6, 6]
