"""A distribution of each number given those before it: what each field promises."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from helpers.switches.classifiers import SMALL, shares
from helpers.switches.playing import Move, Played
from helpers.switches.promises import Switch, close, ema_follows, is_built, optimizer
from zerosum.config import OptimizerConfig
from zerosum.families.autoregressive.settings import AutoregressiveRunConfig
from zerosum.games.autoregressive_settings import AutoregressiveConfig
from zerosum.networks.made_settings import MadeConfig

MODEL = "model"
BASE = AutoregressiveRunConfig(
    **SMALL,
    game=AutoregressiveConfig(
        network=MadeConfig(widths=(6,)), optimizer=OptimizerConfig(learning_rate=0.01)
    ),
)


def _nats(move: Move, levels: int) -> Tensor:
    """−log p of the images that the network was shown, the mean over them, by what it said."""
    (call,) = (call for call in move.calls if call.method == "forward")
    numbers = (call.asked[0].permute(0, 2, 3, 1).flatten(1) + 1) / 2
    if levels == 2:
        logits = call.said.squeeze(2)
        costs = binary_cross_entropy_with_logits(logits, numbers, reduction="none")
        return costs.sum(dim=1).mean()
    shares, shifts, scales = call.said.chunk(3, dim=2)
    places = (torch.arange(shifts.shape[2]) + 0.5) / shifts.shape[2]
    below, above = (
        torch.sigmoid((numbers[..., None] + step - shifts - places) * scales.neg().exp())
        for step in (-0.5 / (levels - 1), 0.5 / (levels - 1))
    )
    below = below.masked_fill(numbers[..., None] < 1e-6, 0.0)
    above = above.masked_fill(numbers[..., None] > 1 - 1e-6, 1.0)
    chances = (shares.softmax(dim=2) * (above - below)).sum(dim=2)
    return -chances.log().sum(dim=1).mean()


def is_likely(off: Played, on: Played) -> None:
    """The cost is −log p of images at so many levels, the nearest ones."""
    for played in (off, on):
        settings = played.settings
        for move in played.moves_of(MODEL):
            (shown,) = (call.asked[0] for call in move.calls if call.method == "forward")
            places = (shown + 1) * (settings.levels - 1) / 2
            close(places, places.round())
            assert len(places.round().unique()) == settings.levels
            assert (shown - move.batch.images).abs().max() < 2 / (settings.levels - 1)
            close(move.cost, _nats(move, settings.levels))


def has_components(off: Played, on: Played) -> None:
    for played in (off, on):
        (call,) = (call for call in played.moves_of(MODEL)[0].calls if call.method == "forward")
        assert call.said.shape[2] == 3 * played.settings.components
    is_likely(off, on)


SWITCHES = [
    Switch(
        name="network",
        off=BASE.game.network,
        on=MadeConfig(widths=(5,)),
        promise=is_built(MODEL, "network", outputs=1),
    ),
    Switch(name="levels", off=2, on=4, promise=is_likely),
    Switch(name="components", off=5, on=2, promise=has_components, given={"levels": 4}),
    *optimizer("optimizer", MODEL),
    Switch(name="held_out", off=0.0, on=0.5, promise=shares("images", 12, 6), has_data=True),
    Switch(name="ema_half_life", off=None, on=8, promise=ema_follows(MODEL)),
]
