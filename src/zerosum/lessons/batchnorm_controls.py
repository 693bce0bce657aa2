"""What the lesson on batch normalisation can be told."""

from dataclasses import dataclass
from typing import Annotated, Literal

from zerosum.lessons.controls import Controls, Number, Picture, Seed

__all__ = ["PYTORCHS", "BatchnormControls"]

PYTORCHS = 1e-5
"""PyTorch's ε."""


@dataclass(frozen=True, kw_only=True)
class BatchnormControls(Controls):
    """A small batch, what it is scaled and shifted by, and what is trained."""

    rows: Annotated[int, Number(2, 50)] = 4
    """Rows n of the batch."""
    columns: Annotated[int, Number(1, 8)] = 3
    """Columns d, each normalised by itself."""
    gamma: Annotated[float, Number(-10, 10)] = 1.0
    """γ of the first column; twice that of the second, and so on."""
    beta: Annotated[float, Number(-100, 100)] = 10.0
    """One less than β of the first column, two less than that of the second, and so on."""
    epsilon: Annotated[float, Number(1e-12, 0.1)] = PYTORCHS
    """ε, which is added to variances."""
    momentum: Annotated[float, Number(0.01, 1)] = 0.1
    """The share of a new batch in the running statistics."""
    batches: Annotated[int, Number(1, 200)] = 40
    """Batches from which these come."""
    bias: Annotated[float, Number(-100, 100)] = 5.0
    """A bias before the normalisation."""
    layers: Annotated[int, Number(1, 12)] = 8
    """Hidden layers that activations and gradients pass, untrained."""
    picture: Picture = None
    """The picture whose four quarters are a batch of maps; by default a photograph."""
    trained: Literal["relu", "sigmoid", "all", "none"] = "relu"
    """Activation of the classifiers that are trained; ``all``: both, also at a learning rate a
    hundred times as large; ``none``: nothing is trained."""
    updates: Annotated[int, Number(20, 20_000)] = 200
    """Batches of 60 digits that each classifier learns from."""
    learning_rate: Annotated[float, Number(1e-4, 2)] = 0.01
    """Step of gradient descent."""
    repeats: Annotated[int, Number(1, 10)] = 1
    """Classifiers of each kind, from other first weights."""
    timed: bool = False
    """Time both backward passes, on a batch of 100 rows of 500."""
    seed: Seed = 0
    """From which the batch, weights and the order of the digits follow."""
