"""Labels in one domain, images in another: domain-adversarial training and its kin."""

from dataclasses import replace
from typing import Any

from zerosum.config.run import PicturesConfig
from zerosum.families.adaptation.settings import AdaptationRunConfig
from zerosum.games.invariance_settings import InvarianceConfig
from zerosum.games.parts.settings import OptimizerConfig
from zerosum.networks.classifier_settings import LenetClassifierConfig

__all__ = ["adda", "cdan", "dann", "dann_digits"]

_LENET = LenetClassifierConfig(channels=(20, 50), feature_units=(500,), units=())


def dann() -> AdaptationRunConfig:
    """A classifier for a domain without labels: its features must not tell the domains apart.

    Learns the labels of --source, and from images of --target what not to look at (Ganin et al.
    2016). Labels that the target's test images have serve to score it alone. --game.weight 0 is
    the baseline that learns from the source only; --game.method cdan shows the domain head what
    classes the images are taken for.

    Source: Ganin et al. 2016, section 5.2: the network for MNIST, batches of 64 of each domain, λ
    up to 1 before the sum of both domains' means, learning rate and λ on the paper's schedules.

    Differs: instance normalisation, Adam at 1e-3 for descent at 0.01 with momentum, an EMA
    of the weights, with which it learns in fewer rounds.
    """
    return _adapting("dann", images=960_000)


def dann_digits() -> AdaptationRunConfig:
    """As dann, for grey digits of two hands: MNIST and USPS, either way.

    500 features and a domain head of two layers of 500, the network of Tzeng et al. 2017; batch
    normalisation over both domains together, gradient descent with momentum at 0.01. Between
    domains that differ in how strokes are drawn, not in colours, this gains more than `dann`.

    Source: the game of Ganin et al. 2016 with the network of Tzeng et al. 2017.

    Differs: λ goes to 0.5, and the domain head learns at half the rate, as where one mean is taken
    of both domains; batch normalisation, an EMA of the weights.
    """
    images = 128_000
    optimizer = OptimizerConfig(method="sgd", learning_rate=0.01, annealing=images)
    base = _adapting(
        "dann-digits",
        images=images,
        weight=0.5,
        network=replace(_LENET, norm="batch"),
        domain_widths=(500, 500),
        optimizer=optimizer,
        domain_optimizer=replace(optimizer, learning_rate=0.005),
        ema_half_life=5_000,
    )
    return replace(base, pictures=replace(base.pictures, channels=1))


def cdan() -> AdaptationRunConfig:
    """As dann, with a domain head that sees each feature times the probability of each class.

    Long et al. 2018, with entropy conditioning (CDAN+E): 500 features, a domain head of two layers
    of 500. The whole outer product is shown, never a random part of it.

    Source: Long et al. 2018, with the costs of their program (thuml/CDAN): its products, its
    weights by entropy, of each domain by itself, and their gradients; its λ of 1 before the mean
    of both domains is 0.5 before their sum.

    Differs: the paper would take a random part of more than 4,096 products, of which there are
    5,000 here; its program for digits does not. Adam at 1e-3 for descent with momentum, no
    dropout, no weight decay, an EMA of the weights.
    """
    return _adapting(
        "cdan",
        images=320_000,
        method="cdan",
        weight=0.5,
        network=_LENET,
        entropy_conditioning=True,
        domain_widths=(500, 500),
    )


def adda() -> AdaptationRunConfig:
    """First a classifier of the source, then an encoder that makes the target look like it.

    Tzeng et al. 2017: 500 features, a domain head of two layers of 500, Adam at 2e-4 (0.5, 0.999)
    for the adversaries; the encoder of the target begins as a copy, and the head of the source is
    its head. Twice 160,000 images. The first half is the baseline: --game.weight 0.

    Source: Tzeng et al. 2017, section 5.1, and their program for SVHN to MNIST.

    Differs: images in colour for grey ones, batches of 64 for 128, and an eighth of the
    program's images: 2,500 rounds for 10,000 of each half.
    """
    base = _adapting("adda", images=320_000)
    optimizer = OptimizerConfig(learning_rate=2e-4, betas=(0.5, 0.999))
    return replace(
        base,
        game=InvarianceConfig(
            method="adda",
            network=_LENET,
            pretraining=base.total_images // 2,
            domain_widths=(500, 500),
            optimizer=OptimizerConfig(learning_rate=1e-3, betas=(0.9, 0.999)),
            domain_optimizer=optimizer,
            target_optimizer=optimizer,
        ),
    )


def _adapting(name: str, *, images: int, **game: Any) -> AdaptationRunConfig:
    """The setting that all have in common; ramp and annealing take the whole run."""
    optimizer = OptimizerConfig(learning_rate=1e-3, betas=(0.9, 0.999), annealing=images)
    shared = InvarianceConfig(
        network=LenetClassifierConfig(norm="instance"),
        ramp=images,
        optimizer=optimizer,
        domain_optimizer=optimizer,
        ema_half_life=50_000,
    )
    return AdaptationRunConfig(
        recipe=name,
        data="",
        pictures=PicturesConfig(size=(28, 28), enlarge=True),
        game=replace(shared, **game),
        total_images=images,
        batch_size=64,
        evaluate_every=images // 10,
        log_every=2_000,
    )
