"""Whether a device plays every kind of game as the CPU does."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from on_gpu.chance import drawn_on_the_host
from on_gpu.games import KINDS, make_loop, small
from zerosum.checkpoint import load_checkpoint, save_checkpoint
from zerosum.config import RunConfig
from zerosum.export import Part, export_network, takes_latents
from zerosum.training.engine import Engine, start_engine
from zerosum.training.loop import Loop

__all__ = ["Check", "checks"]

ROUNDS = 3
TOLERANCES = {"fp32": 5e-4, "tf32": 1e-2, "bf16": 4e-2}
"""Of the costs of the first round, relative to the CPU's in fp32."""
_LATER = 8
"""Times as much in later rounds: Adam makes a step of full length of the least gradient, so what
differs in the last digit moves weights apart."""

Check = tuple[str, Callable[[], str]]
"""What is looked at, and a function that says what it saw, or raises AssertionError."""


def checks(device: str) -> Iterator[Check]:
    """All of them, the most telling ones first.

    Args:
        device: ``cuda``, say.
    """
    for precision in ("fp32", "bf16"):
        for name in KINDS:
            yield f"{name}, {precision}", partial(_like_cpu, name, device, precision)
    for name in ("dcgan-svhn", "stylegan2-digits", "cyclegan"):
        yield f"{name}, resumed", partial(_resumes, name, device)
    for name in ("dcgan-svhn", "stylegan2-digits"):
        yield f"{name}, exported", partial(_exports, name, device)
    yield "dcgan-svhn, compiled", partial(_like_cpu, "dcgan-svhn", device, "fp32", compiled=True)


_Costs = dict[str, float]
"""Of a round, by player: some wait for others at first."""


def _costs(loop: Loop[Any]) -> list[_Costs]:
    return [
        {player: float(scores["cost"]) for player, scores in loop.play_round().items()}
        for _ in range(ROUNDS)
    ]


def _apart(found: _Costs, expected: _Costs) -> float:
    """The largest difference between costs in a round, as a share."""
    assert found.keys() == expected.keys()
    return max(
        abs(found[player] - cost) / max(abs(cost), 0.1) for player, cost in expected.items()
    )


def _like_cpu(name: str, device: str, precision: str, *, compiled: bool = False) -> str:
    with TemporaryDirectory() as folder, drawn_on_the_host():
        config = small(name, Path(folder))
        expected = _costs(make_loop(config, Engine(device=torch.device("cpu"))))
        with start_engine(device=device, precision=precision, compile=compiled) as engine:
            found = _costs(make_loop(config, engine))
    first, *_, last = (_apart(*costs) for costs in zip(found, expected, strict=True))
    text = f"costs {first:.1e} from the CPU's, then {last:.1e}"
    most = TOLERANCES[precision]
    assert first <= most, text
    assert last <= _LATER * most, text
    return text


def _resumes(name: str, device: str) -> str:
    """A run that is saved and taken up by another process's objects ends bit for bit the same."""
    with TemporaryDirectory() as text, start_engine(device=device, deterministic=True) as engine:
        folder = Path(text)
        config = small(name, folder)
        whole = _played(config, engine, 4)
        half = _played(config, engine, 2)
        save_checkpoint(folder / "half.safetensors", {"loop": half.state_dict()})
        resumed = make_loop(config, engine)
        resumed.load_state_dict(load_checkpoint(folder / "half.safetensors")["loop"])
        for _ in range(2):
            resumed.play_round()
        pairs = list(
            zip(_tensors(whole.state_dict()), _tensors(resumed.state_dict()), strict=True)
        )
        other = sum(not torch.equal(a, b) for a, b in pairs)
    assert not other, f"{other} of {len(pairs)} tensors differ"
    return f"{len(pairs)} tensors bit for bit the same"


def _exports(name: str, device: str) -> str:
    """A generator trained on the device draws the same from a file on the CPU."""
    with TemporaryDirectory() as text, start_engine(device=device) as engine:
        folder = Path(text)
        loop = _played(small(name, folder), engine, 2)
        network = loop.game.players["generator"].best.eval()
        size: Any = network.latent_size
        part = Part(network=network, takes=takes_latents(size), gives="pictures", facts={})
        export_network(part, folder / "net.pt2")
        latents = torch.randn(5, size, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            expected = network(latents.to(engine.device)).cpu()
            found = torch.export.load(folder / "net.pt2").module()(latents)
    apart = 127.5 * float((found - expected).abs().max())
    assert apart < 1, f"pictures differ by {apart:.2g} grey levels"
    return f"pictures within {apart:.2g} grey levels"


def _played(config: RunConfig, engine: Engine, rounds: int) -> Loop[Any]:
    loop = make_loop(config, engine)
    for _ in range(rounds):
        loop.play_round()
    return loop


def _tensors(state: Any) -> Iterator[Tensor]:
    if isinstance(state, Tensor):
        yield state
    elif isinstance(state, dict):
        for value in state.values():
            yield from _tensors(value)
    elif isinstance(state, list | tuple):
        for value in state:
            yield from _tensors(value)
