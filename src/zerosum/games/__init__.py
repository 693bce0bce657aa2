"""The games: who plays, and what each turn costs."""

from zerosum.games.adversarial import AdversarialGame, InstanceNoise, WeightedPenalty
from zerosum.games.base import Game, Player, Round, Turn
from zerosum.games.oneway import CartoonGame, ContrastiveGame, PairedGame
from zerosum.games.translation import CycleGame, OneWayGame, TranslationGame

__all__ = [
    "AdversarialGame",
    "CartoonGame",
    "ContrastiveGame",
    "CycleGame",
    "Game",
    "InstanceNoise",
    "OneWayGame",
    "PairedGame",
    "Player",
    "Round",
    "TranslationGame",
    "Turn",
    "WeightedPenalty",
]
