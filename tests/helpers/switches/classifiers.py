"""Games that end in a classifier, alone or from few labels: what each field promises."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from helpers.switches.adversarial_course import draws_uniformly, knows_virtually
from helpers.switches.playing import Call, Move, Played
from helpers.switches.promises import (
    Originals,
    Switch,
    augments,
    batch_of,
    close,
    ema_follows,
    is_built,
    made_by,
    optimizer,
    smooths_labels,
)
from zerosum.config import (
    ClassificationConfig,
    ConvClassifierConfig,
    DcganGeneratorConfig,
    MlpClassifierConfig,
    OptimizerConfig,
    SemiSupervisedConfig,
    SoftplusGeneratorConfig,
)
from zerosum.config.run import PicturesConfig
from zerosum.families.classification.settings import ClassificationRunConfig
from zerosum.families.semi_supervised.settings import SemiSupervisedRunConfig

C, G, D = "classifier", "generator", "discriminator"
SMALL: dict[str, Any] = {
    "recipe": "switches",
    "data": "",
    "pictures": PicturesConfig(size=(8, 8), channels=1),
    "total_images": 1000,
    "batch_size": 4,
}
NETWORK = ConvClassifierConfig(base_channels=2, norm="none", dropout=0.0)
QUIET = MlpClassifierConfig(widths=(6,), input_noise=0.0, noise=0.0)


def names_classes(off: Played, on: Played) -> None:
    """There is a logit for each class."""
    for played in (off, on):
        answer = played.game.answer(torch.zeros(3, 1, 8, 8))  # type: ignore[attr-defined]
        assert answer.shape == (3, len(played.settings.classes))


def _kept(played: Played, stream: str) -> list[bytes]:
    """The pictures of one stream that a run was shown, each once."""
    batches = (batch_of(played, number) for number in range(3))
    shown = (getattr(batch, stream, batch) for batch in batches)
    images = torch.cat([each if isinstance(each, Tensor) else each.images for each in shown])
    return sorted({each.numpy().tobytes() for each in images})


def shares(stream: str, off: int, on: int) -> Any:
    """So many pictures of twelve were shown in three rounds, without and with the switch."""

    def promise(without: Played, with_it: Played) -> None:
        assert [len(_kept(each, stream)) for each in (without, with_it)] == [off, on]

    return promise


def ending_in_a_classifier(
    player: str, originals: Originals, labels: Any, *, labelled: str, term: str | None
) -> Iterator[Switch]:
    """The switches of all games that end in a classifier.

    Args:
        player: Whose network it is.
        originals: What the player is shown unless it is changed.
        labels: The right labels of a move.
        labelled: What a batch calls the pictures with labels.
        term: The score that is the cost of the labels; None: the whole cost.
    """
    three = ("0", "1", "2")
    yield Switch(name="classes", off=("0", "1"), on=three, promise=names_classes)
    yield from optimizer("optimizer", player)
    yield Switch(
        name="labels_per_class",
        off=None,
        on=1,
        promise=shares(labelled, 12, 2),
        has_data=True,
        given={"held_out": 0.0},
    )
    yield Switch(name="held_out", off=0.0, on=0.5, promise=shares(labelled, 12, 6), has_data=True)
    yield Switch(name="augmentation", off=(), on=("affine",), promise=augments(player, originals))
    smooth = smooths_labels(player, term, labels)
    yield Switch(name="label_smoothing", off=0.0, on=0.3, promise=smooth)
    yield Switch(name="ema_half_life", off=None, on=8, promise=ema_follows(player))


# --- Classification ------------------------------------------------------------------------------


def _last(move: Move) -> Call:
    """The call by which the classifier learns, after those that attack it."""
    return [call for call in move.calls if (call.method, call.part) == ("forward", "")][-1]


def attacks(off: Played, on: Played) -> None:
    """The first pictures are changed by no more than ε, so that they cost more."""
    for played in (off, on):
        settings = played.settings.adversarial_training
        count, reach = round(4 * settings.share), 2 * settings.epsilon  # In [-1, 1].
        for move in played.moves_of(C):
            clean, shown = move.batch.images, _last(move).asked[0]
            change = (shown - clean).abs()
            assert change.max() <= reach + 1e-5
            assert torch.equal(shown[count:], clean[count:])
            if not reach:
                assert torch.equal(shown, clean)
                continue
            assert bool((change[:count].amax(dim=(1, 2, 3)) > 0.9 * reach).all())
            assert shown.abs().max() <= 1 + 1e-6
        first = played.moves_of(C)[0]
        network, labels = played.as_it_began(C), first.batch.labels
        with torch.no_grad():
            costs = [
                cross_entropy(network(each)[:count], labels[:count])
                for each in (first.batch.images, _last(first).asked[0])
            ]
        assert (costs[1] > costs[0]) == (reach > 0)


def attacks_in_steps(off: Played, on: Played) -> None:
    """Each step asks for one more gradient; more steps cost the classifier more."""
    attacks(off, on)
    for played in (off, on):
        for move in played.moves_of(C):
            asked = [call for call in move.calls if (call.part, call.method) == ("", "forward")]
            assert len(asked) == played.settings.adversarial_training.steps + 1
            assert all(call.gradients for call in asked)


def _attack(name: str, off: Any, on: Any, promise: Any = attacks, **given: Any) -> Switch:
    besides = {f"adversarial_training.{key}": value for key, value in given.items()}
    field = f"adversarial_training.{name}"
    return Switch(name=field, off=off, on=on, promise=promise, given=besides)


CLASSIFICATION = ClassificationRunConfig(
    **SMALL,
    game=ClassificationConfig(
        classes=("0", "1"), network=NETWORK, optimizer=OptimizerConfig(learning_rate=0.01)
    ),
)
CLASSIFICATION_SWITCHES = [
    Switch(
        name="network",
        off=NETWORK,
        on=ConvClassifierConfig(base_channels=3, norm="none", dropout=0.0),
        promise=is_built(C, "network", classes=2),
    ),
    *ending_in_a_classifier(
        C,
        lambda played, number: [batch_of(played, number).images],
        lambda move: move.batch.labels,
        labelled="images",
        term=None,
    ),
    _attack("epsilon", 0.0, 0.1),
    _attack("steps", 1, 3, attacks_in_steps, epsilon=0.1),
    _attack("share", 1.0, 0.5, epsilon=0.1),
]

# --- Few labels ----------------------------------------------------------------------------------


def _originals(played: Played, number: int) -> list[Tensor]:
    batch = batch_of(played, number)
    return [batch.labelled.images, batch.images, made_by(G)(played, number)]


def weighs_the_unlabelled(off: Played, on: Played) -> None:
    """w · ½ (softplus(−λ(u)) + softplus(λ(G(z)))) beside the labels, λ = log Σ exp."""
    for played in (off, on):
        for move in played.moves_of(D):
            logits = _last(move).said
            _, real, fake = (each.logsumexp(dim=1) for each in torch.split(logits, 4))
            cost = 0.5 * (softplus(-real).mean() + softplus(fake).mean())
            weighed = played.settings.unlabelled_weight * cost
            close(move.scores["adversarial"], weighed)
            close(move.cost, move.scores["classes"] + weighed)


def matches(off: Played, on: Played) -> None:
    """The generator's whole cost is the distance of the mean features."""
    for played in (off, on):
        for move in played.moves_of(G):
            means = [call.said.mean(dim=0) for call in move.calls if call.method == "features"]
            apart = means[0] - means[1]
            is_squared = played.settings.matching == "squared"
            close(move.cost, (apart.square() if is_squared else apart.abs()).mean())


FEW_LABELS = SemiSupervisedRunConfig(
    **SMALL,
    game=SemiSupervisedConfig(
        classes=("0", "1"),
        network=QUIET,
        generator=SoftplusGeneratorConfig(latent_size=4, widths=(8,)),
        optimizer=OptimizerConfig(learning_rate=0.01),
        generator_optimizer=OptimizerConfig(learning_rate=0.01),
    ),
)
FEW_LABELS_SWITCHES = [
    Switch(
        name="network",
        off=QUIET,
        on=MlpClassifierConfig(widths=(5,), input_noise=0.0, noise=0.0),
        promise=is_built(D, "network", classes=2),
    ),
    Switch(
        name="generator",
        off=FEW_LABELS.game.generator,
        on=DcganGeneratorConfig(latent_size=4, base_channels=4),
        promise=is_built(G, "generator"),
    ),
    *ending_in_a_classifier(
        D, _originals, lambda move: move.batch.labelled.labels, labelled="labelled", term="classes"
    ),
    *optimizer("generator_optimizer", G),
    Switch(name="latent", off="normal", on="uniform", promise=draws_uniformly),
    Switch(name="unlabelled_weight", off=1.0, on=3.0, promise=weighs_the_unlabelled),
    Switch(name="matching", off="squared", on="absolute", promise=matches),
    Switch(name="virtual_batch_norm", off=0, on=3, promise=knows_virtually),
]
