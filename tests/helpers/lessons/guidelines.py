from dataclasses import replace

from hypothesis import strategies as st

from helpers.lessons import Corruption

EXAMPLES = 3
CHEAP = {
    "ablation": st.sampled_from(["strided", "leaky-relu", "none"]),
    "images": 64,
    "scored": 100,
    "seeds": 1,
}


def _of_the_other_role(function):  # type: ignore[no-untyped-def]
    others = {"generator": "discriminator", "discriminator": "generator"}
    return lambda network, role, *inputs: function(network, others[role], *inputs)


def _without_the_last_step(function):  # type: ignore[no-untyped-def]
    """One too few."""

    def wrong(network, *inputs):  # type: ignore[no-untyped-def]
        reading = function(network, *inputs)
        return replace(reading, steps=reading.steps[:-1])

    return wrong


def _named_by_the_call(function):  # type: ignore[no-untyped-def]
    """Layers that the network does not have."""

    def wrong(network, *inputs):  # type: ignore[no-untyped-def]
        reading = function(network, *inputs)
        steps = (replace(each, layer=each.name, kind="pooling") for each in reading.steps)
        return replace(reading, steps=tuple(steps))

    return wrong


CORRUPTIONS = [
    Corruption("zerosum.lessons.guidelines.check_guidelines", _of_the_other_role),
    Corruption("zerosum.networks.guidelines.read_network", _without_the_last_step),
    Corruption("zerosum.networks.guidelines.read_network", _named_by_the_call),
    Corruption("zerosum.lessons.guideline_pairs.Downsample", lambda _: _halving_by_mean),
]


def _halving_by_mean(inputs, outputs):  # type: ignore[no-untyped-def]
    from torch import nn

    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.AvgPool2d(2))
