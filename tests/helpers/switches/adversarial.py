"""A generator against a discriminator: what each field promises."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

from helpers.switches.adversarial_costs import (
    D,
    G,
    Points,
    around,
    at_fake,
    at_real,
    between,
    evens_paths,
    is_lazy,
    matches,
    off_one,
    off_zero,
    originals,
    pays_by_objective,
    penalises,
)
from helpers.switches.adversarial_course import (
    adapts,
    burns_in,
    compares,
    draws_classes,
    draws_more,
    draws_uniformly,
    fills_levels,
    grows,
    is_noisy,
    knows_virtually,
    moves_again,
    plays_larger_rounds,
    speeds_up,
    tells_classes,
    waits,
)
from helpers.switches.promises import (
    Promise,
    Switch,
    augments,
    ema_follows,
    is_built,
    optimizer,
)
from zerosum.config import (
    AdversarialConfig,
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    MlpDiscriminatorConfig,
    MlpGeneratorConfig,
    OptimizerConfig,
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    StyleGeneratorConfig,
)
from zerosum.config.run import PicturesConfig
from zerosum.families.generation.settings import GenerationRunConfig

FAST = OptimizerConfig(learning_rate=0.01)

BASE = GenerationRunConfig(
    recipe="switches",
    data="",
    pictures=PicturesConfig(size=(8, 8), channels=1),
    total_images=1000,
    batch_size=4,
    game=AdversarialConfig(
        generator=MlpGeneratorConfig(latent_size=4, widths=(8,), dropout=0.0),
        discriminator=MlpDiscriminatorConfig(widths=(8,), dropout=0.0),
        generator_optimizer=FAST,
        discriminator_optimizer=FAST,
    ),
)
CONVOLUTIONS = {"generator": DcganGeneratorConfig(latent_size=4, base_channels=4)}
GROWING = {
    "generator": ProganGeneratorConfig(latent_size=4, base_channels=2),
    "discriminator": ProganDiscriminatorConfig(base_channels=2),
}
STYLED = {
    "generator": StyleGeneratorConfig(
        latent_size=4, base_channels=2, style_size=4, depth=2, mixing=0.0, noise=False
    )
}
CLASSES = [{"name": name, "pictures": count} for name, count in (("few", 1), ("many", 3))]
CONDITIONAL = {"conditional": "projection", "classes": CLASSES, "class_size": 2}


def _penalty(
    name: str, points: Points, wanted: Callable[[Tensor], Tensor]
) -> tuple[Switch, Switch]:
    field = f"penalties.{name}"
    promise = penalises(name, points, wanted)
    return (
        Switch(name=f"{field}.weight", off=0.0, on=3.0, promise=promise),
        Switch(
            name=f"{field}.every",
            off=1,
            on=2,
            promise=is_lazy(name),
            given={f"{field}.weight": 3.0},
        ),
    )


BURN_IN: dict[str, Any] = {
    "burn_in.images": 24,
    "burn_in.learning_rate": 4.0,
    "burn_in.penalties": 2.0,
    "penalties.r1.weight": 3.0,
    "adaptive_augmentation.probability": 0.8,
}


def _burn_in(name: str, off: Any, on: Any, **given: Any) -> Switch:
    besides = {key: value for key, value in (BURN_IN | given).items() if key != f"burn_in.{name}"}
    promise = ema_follows(G) if name == "half_life" else burns_in
    return Switch(name=f"burn_in.{name}", off=off, on=on, promise=promise, given=besides)


def _adaptive(name: str, off: Any, on: Any, promise: Promise = adapts, **given: Any) -> Switch:
    besides = {f"adaptive_augmentation.{key}": value for key, value in given.items()}
    field = f"adaptive_augmentation.{name}"
    return Switch(name=field, off=off, on=on, promise=promise, given=besides)


def _minibatch(name: str, off: int, on: int, given: dict[str, Any]) -> Switch:
    field = f"minibatch_discrimination.{name}"
    return Switch(name=field, off=off, on=on, promise=compares, given=given)


def _growth(name: str, off: Any, on: Any, **given: Any) -> Switch:
    besides = {f"growth.{key}": value for key, value in given.items()}
    field = f"growth.{name}"
    return Switch(name=field, off=off, on=on, promise=grows, given=GROWING | besides)


DESCENT = {
    f"{player}_optimizer.{field}": value
    for player in (D, G)
    for field, value in {"method": "sgd", "learning_rate": 0.01}.items()
}
MATCHING = {"feature_matching.weight": 2.0}
PATHS = {**STYLED, "path_length.weight": 2.0}
TWO = {"batch_size": 2}
"""Of which the half is one, so that the mean length is its length."""

SWITCHES = [
    Switch(
        name="generator",
        off=BASE.game.generator,
        on=CONVOLUTIONS["generator"],
        promise=is_built(G, "generator"),
    ),
    Switch(
        name="discriminator",
        off=BASE.game.discriminator,
        on=DcganDiscriminatorConfig(base_channels=4),
        promise=is_built(D, "discriminator"),
    ),
    Switch(name="objective", off="non-saturating", on="wasserstein", promise=pays_by_objective),
    Switch(name="real_label", off=1.0, on=0.7, promise=pays_by_objective),
    *_penalty("gradient", between, off_one),
    *_penalty("dragan", around, off_one),
    *_penalty("r1", at_real, off_zero),
    *_penalty("r2", at_fake, off_zero),
    Switch(name="latent", off="normal", on="uniform", promise=draws_uniformly),
    Switch(name="critic_turns", off=1, on=2, promise=waits),
    Switch(name="generator_turns", off=1, on=3, promise=moves_again),
    Switch(name="generator_batch", off=1, on=3, promise=draws_more),
    Switch(name="dequantise", off=False, on=True, promise=fills_levels),
    *optimizer("generator_optimizer", G),
    *optimizer("discriminator_optimizer", D),
    Switch(name="ema_half_life", off=None, on=8, promise=ema_follows(G)),
    _burn_in("images", 0, 24),
    _burn_in("shape", "cosine", "linear"),
    _burn_in("learning_rate", 1.0, 4.0),
    _burn_in("beta2", None, 0.5),
    Switch(
        name="burn_in.momentum",
        off=None,
        on=0.2,
        promise=speeds_up,
        given={"burn_in.images": 24} | DESCENT,
    ),
    _burn_in("penalties", 1.0, 10.0),
    _burn_in("half_life", None, 2.0, ema_half_life=8),
    _burn_in("augmentation", 1.0, 0.25),
    *(
        Switch(name="augmentation", off=(), on=(name,), promise=augments(D, originals, G))
        for name in ("colour", "translation", "cutout", "affine")
    ),
    _adaptive("images", 0, 16, every=1, target=-1.0),
    _adaptive("probability", 0.0, 0.9, augments(D, originals, G)),
    _adaptive("target", 1.0, -1.0, images=16, probability=0.5, every=1),
    _adaptive("every", 1, 2, images=16, probability=0.5, target=-1.0),
    Switch(name="instance_noise.deviation", off=0.0, on=0.5, promise=is_noisy),
    Switch(
        name="instance_noise.until",
        off=500_000,
        on=8,
        promise=is_noisy,
        given={"instance_noise.deviation": 0.5},
    ),
    _minibatch("kernels", 0, 3, {"minibatch_discrimination.size": 2}),
    _minibatch("size", 5, 2, {"minibatch_discrimination.kernels": 3}),
    Switch(name="feature_matching.weight", off=0.0, on=2.0, promise=matches),
    Switch(
        name="feature_matching.distance",
        off="squared",
        on="absolute",
        promise=matches,
        given=MATCHING,
    ),
    Switch(name="feature_matching.alone", off=False, on=True, promise=matches, given=MATCHING),
    Switch(name="virtual_batch_norm", off=0, on=3, promise=knows_virtually, given=CONVOLUTIONS),
    _growth("hold", 0, 4, fade=8),
    _growth("fade", 0, 16, hold=0),
    Switch(
        name="growth.batch_sizes",
        off=(),
        on=(8, 6),
        promise=plays_larger_rounds,
        given=GROWING | {"growth.hold": 4, "growth.fade": 16},
        has_data=True,
    ),
    Switch(name="path_length.weight", off=0.0, on=2.0, promise=evens_paths, given=STYLED, run=TWO),
    Switch(name="path_length.every", off=1, on=2, promise=evens_paths, given=PATHS, run=TWO),
    Switch(
        name="conditional",
        off="none",
        on="projection",
        promise=tells_classes,
        given={"classes": CLASSES, "class_size": 2},
    ),
    Switch(name="class_size", off=2, on=5, promise=tells_classes, given=CONDITIONAL),
    Switch(
        name="classes",
        off=[*CLASSES, {"name": "none", "pictures": 1}],
        on=CLASSES,
        promise=tells_classes,
        given={"conditional": "projection", "class_size": 2},
    ),
    Switch(
        name="classes.pictures",
        place="classes",
        off=CLASSES,
        on=[{**each, "pictures": 2} for each in CLASSES],
        promise=draws_classes,
        given=CONVOLUTIONS | CONDITIONAL | {"virtual_batch_norm": 8},
    ),
]
