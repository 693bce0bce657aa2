"""What a player's page computes, asked in a browser."""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.player import Constants, graph_of

__all__ = ["Exported", "computed"]


class Exported:
    """The parts of an exported page."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        self.model: dict[str, Any] = json.loads(_part(text, "model"))
        self.numbers = _part(text, "numbers")

    def drawn(
        self, page: Any, choices: Sequence[dict[str, Any]], *, plain: bool = False
    ) -> Tensor:
        """Pictures of choices, (n, 4, h, w), bytes as floats."""
        rest = {"truncation": self.model["truncation"], "fine": None, "layer": 0, "label": 0}
        moves = [0.0] * len(self.model["directions"])
        asked = [{"moves": moves, **rest, **choice} for choice in choices]
        script = """([model, numbers, asked, plain]) => {
            const engine = new modules["engine.js"].Engine(model, numbers, plain);
            return asked.map(({ end, time, ...choice }) => Array.from(engine.draw(end
                ? engine.between(choice, { ...choice, ...end }, time) : engine.point(choice))));
        }"""
        drawn = torch.tensor(page.evaluate(script, [self.model, self.numbers, asked, plain]))
        _, height, width = self.model["shape"]
        return drawn.view(len(asked), height, width, 4).permute(0, 3, 1, 2).float()


def computed(page: Any, network: nn.Module, given: Tensor) -> tuple[Tensor, Tensor]:
    """What a network gives for one row by the page's operations, with SIMD and without."""
    pool = Constants()
    graph = graph_of(network, given, pool).to_json()
    numbers = b64encode(pool.to_bytes()).decode()
    script = """([graph, numbers, given]) => [false, true].map((plain) => {
        const run = modules["graph.js"].prepare(
            graph, modules["engine.js"].numbersOf(numbers), plain);
        run(given.map(() => 7));  // What is there from before makes no difference.
        return Array.from(run(given));
    })"""
    fast, plain = page.evaluate(script, [graph, numbers, given.flatten().tolist()])
    return torch.tensor(fast), torch.tensor(plain)


def _part(text: str, name: str) -> str:
    (found,) = re.findall(rf'id="{name}">(.*?)</script>', text, re.DOTALL)
    return str(found)
