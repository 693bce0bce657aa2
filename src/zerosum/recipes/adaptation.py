"""Labels in one domain, pictures in another: domain-adversarial training and its kin."""

from dataclasses import replace

from zerosum.config import (
    InvarianceConfig,
    LenetClassifierConfig,
    OptimizerConfig,
    PicturesConfig,
    RunConfig,
)

__all__ = ["cdan", "dann"]


def dann() -> RunConfig:
    """A classifier for a domain without labels: its features must not tell the domains apart.

    Learns the labels of --source, and from pictures of --target what not to look at (Ganin et al.
    2016): the paper's network for digits, descent with momentum, learning rate and weight of the
    domain head on the paper's schedules. Labels that the target's test pictures have serve to
    score it alone. --game.weight 0 is the baseline that learns from the source only; --game.method
    cdan shows the domain head what classes the pictures are taken for.
    """
    images = 256_000
    optimizer = OptimizerConfig(method="sgd", learning_rate=0.01, annealing=images)
    return RunConfig(
        recipe="dann",
        data="",
        pictures=PicturesConfig(size=(32, 32), enlarge=True),
        game=InvarianceConfig(
            network=LenetClassifierConfig(),
            ramp=images,
            optimizer=optimizer,
            domain_optimizer=optimizer,
        ),
        images=images,
        batch_size=64,
        evaluate_every=32_000,
        log_every=2_000,
    )


def cdan() -> RunConfig:
    """As dann, with a domain head that sees each feature times the probability of each class.

    Long et al. 2018, with entropy conditioning (CDAN+E); a domain head of two layers of 500. The
    whole outer product is shown, never a random part of it.
    """
    base = dann()
    assert isinstance(base.game, InvarianceConfig)
    game = replace(base.game, method="cdan", entropy_conditioning=True, domain_widths=(500, 500))
    return replace(base, recipe="cdan", game=game)
