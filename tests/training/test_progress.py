"""What the terminal says of a run, on narrow terminals too."""

import io
from collections.abc import Iterator
from unittest.mock import MagicMock

import pytest
import torch
from rich.console import Console
from rich.text import Text
from torch import nn

from zerosum.errors import NonFiniteCostError
from zerosum.games import Game, Player, Round, Turn
from zerosum.training.engine import Engine
from zerosum.training.loop import Loop
from zerosum.training.progress import Display

COSTS = {"cost": torch.tensor(0.7), "accuracy": torch.tensor(0.5)}
RECORD = {"discriminator": COSTS, "generator": COSTS}


class Diverged(Game[None]):
    """Its only player's cost is no number."""

    def __init__(self) -> None:
        network = nn.Linear(1, 1)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        self.players = {"x": Player(network=network, optimizer=optimizer)}

    def turns(self, batch: None, now: Round) -> Iterator[Turn]:
        yield Turn(player="x", cost=torch.nan * self.players["x"].parameters[0].sum())


def shown(width: int, *, activity: str = "", terminal: bool = True) -> str:
    """The last state of the display of a run that has seen a quarter of its images in an hour."""
    engine = Engine(device=torch.device("cpu"))
    loop = Loop[None](game=MagicMock(spec=Game), batches=MagicMock(), engine=engine, seed=0)
    loop.activity = activity
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, color_system=None)
    display = Display(total=400_000, console=console)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("zerosum.training.progress.time.monotonic", lambda: 1_000.0)
        display.started(loop)
        display.played(loop, RECORD)
        loop.images_seen = 100_000
        patch.setattr("zerosum.training.progress.time.monotonic", lambda: 4_600.0)
        display.played(loop, RECORD)
        display.close()
    plain = Text.from_ansi(out.getvalue().replace("\r", "\n")).plain
    lines = [line.strip() for line in plain.splitlines()]
    return [line for line in lines if "%" in line][-1]


@pytest.mark.parametrize("width", [60, 80, 115, 200])
def test_share_and_time_left_come_first(width: int) -> None:
    line = shown(width)
    assert "25% 3 h 00 min left, 100,000" in line
    assert "━" in line
    assert len(line) <= width
    assert ("generator 0.700 (50 %)" in line) == (width == 200)


@pytest.mark.parametrize("activity", ["starting", "evaluating", "saving"])
def test_it_says_what_takes_the_time(activity: str) -> None:
    assert f"25% {activity}, 3 h 00 min left" in shown(80, activity=activity)


def test_lines_where_there_is_no_terminal() -> None:
    line = shown(80, terminal=False)
    assert line.startswith("25%  3 h 00 min left, 100,000 / 400,000 images, 28 images/s")
    assert "generator 0.700 (50 %)" in line


def test_a_bad_cost_is_named_and_not_shown() -> None:
    engine = Engine(device=torch.device("cpu"), check_every=1000)  # As if on a GPU.
    loop = Loop[None](game=Diverged(), batches=MagicMock(), engine=engine, seed=0)
    loop.play_round()
    out = io.StringIO()
    display = Display(total=400_000, console=Console(file=out))
    with pytest.raises(NonFiniteCostError, match="the x's cost is nan"):
        display.played(loop, {"x": {"cost": torch.tensor(torch.nan)}})
    assert not out.getvalue()
