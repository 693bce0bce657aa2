"""Costs of past turns, and whether all of them were finite.

To look at a number on a GPU, the host has to wait until the device has computed it, and the device
then waits for the host's next orders. So costs are kept as they are, and looked at many at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from zerosum.games.base import Turn
from zerosum.types import Scalar

__all__ = ["Costs"]


@dataclass(frozen=True, kw_only=True)
class _PastCost:
    """The cost of a player's turn in a round, and its terms."""

    player: str
    round: int
    images_seen: int
    cost: Scalar
    mean: Scalar
    scores: Mapping[str, Tensor]


class Costs:
    """Costs that have not been checked yet.

    Example:
        >>> costs = Costs()
        >>> for round, cost in enumerate((1.0, torch.nan, torch.nan)):
        ...     turn = Turn(player="x", cost=torch.tensor(cost))
        ...     costs.note(turn, round=round, images_seen=8 * round)
        >>> costs.complaint()
        "the x's cost is nan in round 1 (after 8 images); ...
    """

    def __init__(self) -> None:
        self._unseen: list[_PastCost] = []
        self._complaint = ""

    def __bool__(self) -> bool:
        return bool(self._unseen or self._complaint)

    def note(
        self,
        turn: Turn,
        *,
        round: int,  # noqa: A002
        images_seen: int,
        mean: Scalar | None = None,
    ) -> None:
        """Keep a turn's cost until it is checked, without waiting for the device.

        Args:
            turn: The turn.
            round: The number of its round.
            images_seen: Real images seen before it.
            mean: That of the costs in all processes, whose gradients move this one's weights too.
        """
        scores = {name: value.detach() for name, value in turn.scores.items()}
        cost = turn.cost.detach()
        self._unseen.append(
            _PastCost(
                player=turn.player,
                round=round,
                images_seen=images_seen,
                cost=cost,
                mean=cost if mean is None else mean,
                scores=scores,
            )
        )

    def complaint(self) -> str:
        """Check all costs at once; describe the first that is not finite, or return "".

        What was found once is said again, until all is forgotten.
        """
        if not self._complaint and self._unseen:
            finite = torch.stack([past.mean for past in self._unseen]).isfinite().tolist()
            bad = [past for past, good in zip(self._unseen, finite, strict=True) if not good]
            self._complaint = _complaint(bad[0]) if bad else ""
            self._unseen = []
        return self._complaint

    def forget(self) -> None:
        """Forget all costs, for a run that goes back to an earlier state."""
        self._unseen, self._complaint = [], ""


def _complaint(past: _PastCost) -> str:
    terms = [name for name, value in past.scores.items() if not value.isfinite()]
    elsewhere = " in another process" if past.cost.isfinite() else ""
    return (
        f"the {past.player}'s cost is {past.mean.item()} in round {past.round}{elsewhere} (after "
        f"{past.images_seen:,} images); not finite: "
        f"{', '.join(terms) or 'the cost itself'}. Nothing that follows from it was saved, and "
        "the last checkpoint is good. Start a new run with a lower learning rate, or check the "
        "data with `zerosum data inspect`."
    )
