"""What the players pay: pure functions from logits to one value per picture.

Losses say what an opinion costs, penalties what a steep critic costs; the game takes the mean and
sets the weights.
"""

from zerosum.objectives.classification import cross_entropy
from zerosum.objectives.domains import domain_costs, entropy_weights, outer_products
from zerosum.objectives.losses import (
    OBJECTIVES,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Objective,
    Relativistic,
    SeparateCosts,
    Wasserstein,
    make_objective,
)
from zerosum.objectives.path_length import path_lengths
from zerosum.objectives.penalties import (
    PENALTIES,
    Critic,
    Penalty,
    dragan,
    gradient_penalty,
    r1,
    r2,
)
from zerosum.objectives.semisupervised import (
    MATCHES,
    absolute_difference,
    realness,
    squared_difference,
)
from zerosum.objectives.translation import absolute_error, patch_nce

__all__ = [
    "MATCHES",
    "OBJECTIVES",
    "PENALTIES",
    "Critic",
    "Hinge",
    "LeastSquares",
    "Minimax",
    "NonSaturating",
    "Objective",
    "Penalty",
    "Relativistic",
    "SeparateCosts",
    "Wasserstein",
    "absolute_difference",
    "absolute_error",
    "cross_entropy",
    "domain_costs",
    "dragan",
    "entropy_weights",
    "gradient_penalty",
    "make_objective",
    "outer_products",
    "patch_nce",
    "path_lengths",
    "r1",
    "r2",
    "realness",
    "squared_difference",
]
