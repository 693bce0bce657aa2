"""The program that breaks functions breaks what it says, and nothing else."""

import ast
from typing import Any

import pytest
import torch

from mutating.copies import BROKEN, broken_text
from mutating.mutants import PACKAGE, ROOT, draw


@pytest.fixture(scope="module")
def broken() -> Any:
    """What stands in the place of functions."""
    names: dict[str, Any] = {}
    exec(BROKEN, names)
    return names["broken"]


def test_a_broken_module_is_the_same_but_for_a_decorator() -> None:
    drawn = draw(50, 0)
    assert len({each.title for each in drawn}) == 50
    for mutant in drawn:
        whole = (ROOT / PACKAGE / mutant.path).read_text(encoding="utf-8")
        text = broken_text(whole, mutant)
        ast.parse(text)
        lines = text.splitlines()
        added = lines.pop(mutant.line - 1)
        assert lines == whole.splitlines()
        assert added.strip().startswith("@__import__")


def test_functions_are_replaced(broken: Any) -> None:
    def scaled(x: torch.Tensor, factor: float = 2.0) -> torch.Tensor:
        return factor * x

    ones = torch.ones(3)
    assert torch.equal(broken("identity", first="x", place=0)(scaled)(ones), ones)
    assert torch.equal(broken("identity", first="x", place=0)(scaled)(factor=1.0, x=ones), ones)
    assert torch.equal(broken("zeros")(scaled)(ones), torch.zeros(3))
    assert broken("constant", value=lambda: 0)(scaled)(ones) == 0
    assert not broken("zeros")(lambda x: x > 0)(ones).any()
