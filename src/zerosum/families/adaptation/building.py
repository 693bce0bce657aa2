"""From the settings of a game for two domains' features to the game."""

from copy import deepcopy

from zerosum.families.classifier_building import classifier_network, classifier_player
from zerosum.families.players import build_player
from zerosum.games.encoders import EncoderGame
from zerosum.games.invariance import AdaptingGame, InvarianceGame
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.networks import DomainHead
from zerosum.training.engine import Engine
from zerosum.types import ImageShape

__all__ = ["build_invariance"]


def build_invariance(config: InvarianceConfig, shape: ImageShape, engine: Engine) -> AdaptingGame:
    """The game with these settings, for images of that shape.

    Raises:
        ConfigError: It is not known which classes there are.
    """
    network = classifier_network(config, shape)
    shown = network.feature_size * (network.classes if config.method == "cdan" else 1)
    head = DomainHead(inputs=shown, widths=config.domain_widths)
    encoder = deepcopy(network)
    classifier = classifier_player(config, network, engine)
    domain = build_player(head, config.domain_optimizer, engine)
    if config.method == "adda" and config.weight > 0:
        return EncoderGame(
            config,
            classifier=classifier,
            target=build_player(
                encoder,
                config.target_optimizer,
                engine,
                ema_half_life=config.ema_half_life,
            ),
            domain=domain,
        )
    return InvarianceGame(config, classifier=classifier, domain=domain)
