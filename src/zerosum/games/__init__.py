"""The games: who plays, and what each turn costs."""

from zerosum.games.adversarial import AdversarialGame, InstanceNoise, WeightedPenalty
from zerosum.games.base import Game, Player, Round, Turn

__all__ = [
    "AdversarialGame",
    "Game",
    "InstanceNoise",
    "Player",
    "Round",
    "Turn",
    "WeightedPenalty",
]
