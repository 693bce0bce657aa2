"""Historical averaging: a player is drawn to the mean of the weights that it has had."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from zerosum.checkpoint import require_like
from zerosum.types import Scalar

__all__ = ["History"]


class History:
    """Historical averaging: w ‖θ − (1/t) Σ_i θ[i]‖², θ[i] being the weights at turn i of t.

    The sum goes over all the player's turns so far, up to this one. Two players who chase each
    other in a circle have its centre as their mean, and this term pulls them there: a game such as
    x · y, in which gradient descent spirals outwards, then converges. A large weight does not
    help: the mean moves by (θ − mean)/t per turn, ever more slowly, and a player tied to it cannot
    move faster. The same slows long runs whose weights have far to go.

    All processes have the same weights, and so the same mean.

    Args:
        parameters: θ, the player's parameters.
        weight: w.

    Attributes:
        turns: t.
        means: One for each of the parameters.

    Paper:
        Salimans et al. 2016, section 3.3, https://arxiv.org/abs/1606.03498

    Example:
        >>> weight = nn.Parameter(torch.tensor(1.0))
        >>> history = History([weight], weight=0.5)
        >>> history.term().item()  # The mean is 1.
        0.0
        >>> _ = weight.data.fill_(3.0)
        >>> history.term().item()  # The mean is 2.
        0.5
    """

    def __init__(self, parameters: Iterable[nn.Parameter], *, weight: float) -> None:
        self.parameters = list(parameters)
        self.weight = weight
        self.turns = 0
        self.means = [parameter.detach().clone() for parameter in self.parameters]

    def term(self) -> Scalar:
        """Update the means by the current weights, and return the term of the cost."""
        self.turns += 1
        squares: list[Scalar] = []
        for parameter, mean in zip(self.parameters, self.means, strict=True):
            mean.lerp_(parameter.detach(), 1.0 / self.turns)
            squares.append((parameter - mean).square().sum())
        return self.weight * torch.stack(squares).sum()

    def state_dict(self) -> dict[str, Any]:
        """The number of turns and the means."""
        return {"turns": self.turns, "means": self.means}

    def load_state_dict(self, state: Any, where: str = "history") -> None:
        """Load what `state_dict` returned.

        Args:
            state: What it returned.
            where: What to call it in messages.

        Raises:
            CheckpointError: The state has other names, types or shapes.
        """
        require_like(state, self.state_dict(), where)
        self.turns = state["turns"]
        for mean, saved in zip(self.means, state["means"], strict=True):
            mean.copy_(saved)
