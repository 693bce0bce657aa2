from helpers.lessons import Corruption

EXAMPLES = 15
CHEAP = {
    "labels": 3,
    "unlabelled": 100,
    "deviation": 0.06,
    "rounds": 20,
    "seeds": 1,
    "seed": 0,
}
"""One course of the games, which is played once; classes and shift are drawn."""

CORRUPTIONS = [
    Corruption("zerosum.lessons.labels.realness", lambda _: lambda logits: logits.amax(dim=1)),
    Corruption(
        "zerosum.lessons.labels.realness", lambda _: lambda logits: logits.exp().sum(dim=1)
    ),
    Corruption(
        "zerosum.lessons.labels.realness",
        lambda right: lambda logits: right(logits - logits.mean(dim=1, keepdim=True)),
    ),
    Corruption(
        "zerosum.lessons.labels.cross_entropy",
        lambda right: lambda logits, labels: right(logits, (labels + 1) % logits.shape[1]),
    ),
    Corruption(
        "zerosum.lessons.labels.discriminator_loss",
        lambda right: lambda objective, real, fake: 0.5 * right(objective, real, fake),
    ),
]
