"""The games: who plays, and what each turn costs."""

from zerosum.games.adversarial import AdversarialGame, InstanceNoise, WeightedPenalty
from zerosum.games.base import Game, Player, Round, Turn
from zerosum.games.classification import ClassificationGame, ClassifyingGame
from zerosum.games.encoders import EncoderGame
from zerosum.games.generating import GeneratingGame, draw_latents
from zerosum.games.invariance import AdaptingGame, InvarianceGame
from zerosum.games.oneway import CartoonGame, ContrastiveGame, PairedGame
from zerosum.games.parts.adaptive import AdaptiveAugmentation
from zerosum.games.parts.classes import Classes
from zerosum.games.parts.growth import Growth
from zerosum.games.parts.hardening import Hardening, hardening
from zerosum.games.parts.history import History
from zerosum.games.parts.matching import FeatureMatching
from zerosum.games.parts.path_length import PathLength
from zerosum.games.perturbation import PerturbationGame
from zerosum.games.semisupervised import SemiSupervisedGame
from zerosum.games.translation import CycleGame, OneWayGame, TranslationGame

__all__ = [
    "AdaptingGame",
    "AdaptiveAugmentation",
    "AdversarialGame",
    "CartoonGame",
    "Classes",
    "ClassificationGame",
    "ClassifyingGame",
    "ContrastiveGame",
    "CycleGame",
    "EncoderGame",
    "FeatureMatching",
    "Game",
    "GeneratingGame",
    "Growth",
    "Hardening",
    "History",
    "InstanceNoise",
    "InvarianceGame",
    "OneWayGame",
    "PairedGame",
    "PathLength",
    "PerturbationGame",
    "Player",
    "Round",
    "SemiSupervisedGame",
    "TranslationGame",
    "Turn",
    "WeightedPenalty",
    "draw_latents",
    "hardening",
]
