"""The five guidelines of DCGAN, and the layers at which a network departs from them.

To depart is no fault: most networks that came later do. Whoever does should know it, since the
guidelines are what let convolutional GANs train at all without further means.

Paper:
    Radford et al. 2016, section 3, https://arxiv.org/abs/1511.06434
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from torch import Tensor, nn

from zerosum.networks.calls import Kind
from zerosum.networks.reading import Reading, Step, read_network

__all__ = ["GUIDELINES", "Finding", "Guideline", "Report", "Role", "check_guidelines"]

Role = Literal["generator", "discriminator"]
"""The player that a network is, or would be."""

Guideline = Literal["strided", "batch-norm", "not-dense", "relu", "leaky-relu"]

GUIDELINES: Mapping[Guideline, str] = {
    "strided": "Strided convolutions in place of pooling, and transposed ones of upsampling.",
    "batch-norm": "Batch normalisation in both networks, but not behind the generator's last and "
    "the discriminator's first layer.",
    "not-dense": "No hidden layer that is fully connected.",
    "relu": "ReLU in the generator, but tanh behind its last layer.",
    "leaky-relu": "Leaky ReLU in the discriminator.",
}
"""The guidelines in the paper's order. The fourth is one for generators, the fifth for
discriminators, the others for both."""

_SLOPE = "leaky ReLU of slope 0.2"
_DEVIATION = 0.02


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A layer at which a network departs from a guideline.

    Attributes:
        guideline: The guideline.
        layer: Dotted name of the layer; empty for what the network itself calls.
        expected: What the guideline asks for there.
        found: What is there.

    Example:
        >>> print(Finding(guideline="relu", layer="layers.3", expected="tanh", found="sigmoid"))
        layers.3: expected tanh, found sigmoid
    """

    guideline: Guideline
    layer: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.layer or 'forward'}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Report:
    """How a network stands to the guidelines.

    Attributes:
        role: The player that the network is.
        findings: Where it departs from them, in their order and that of the layers.
        remarks: What else differs from the paper's networks.
        unknown: Layers and the functions that they call, whose meaning is not known: activations,
            normalisations or poolings that are written in another way are among them.

    Example:
        >>> import torch
        >>> network = nn.Sequential(nn.Conv2d(1, 1, 28), nn.Flatten(0))
        >>> check_guidelines(network, "discriminator", torch.zeros(2, 1, 28, 28)).broken
        []
    """

    role: Role
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...]

    @property
    def broken(self) -> list[Guideline]:
        """The guidelines that the network departs from, in their order."""
        broken = {finding.guideline for finding in self.findings}
        return [name for name in GUIDELINES if name in broken]


def check_guidelines(network: nn.Module, role: Role, *inputs: Tensor) -> Report:
    """Find the layers at which a network departs from DCGAN's guidelines.

    Args:
        network: Any network; how it is read is said in `zerosum.networks.reading`.
        role: The player that it is.
        inputs: A batch of at least two, as the network takes it; the values do not matter.

    Raises:
        ConfigError: The network cannot be read.

    Example:
        >>> import torch
        >>> from zerosum.config import DcganDiscriminatorConfig
        >>> network = DcganDiscriminatorConfig(base_channels=4, norm="layer").build((1, 28, 28))
        >>> report = check_guidelines(network, "discriminator", torch.zeros(2, 1, 28, 28))
        >>> print(*report.findings)
        layers.2.0: expected batch normalisation behind it, found layer normalisation
    """
    reading = read_network(network, *inputs)
    activations = _relu if role == "generator" else _leaky_relu
    findings = [
        *_strided(reading),
        *_batch_norm(reading, role),
        *_not_dense(reading, role),
        *activations(reading),
    ]
    unknown = dict.fromkeys((step.layer, step.name) for step in reading.unknown)
    return Report(
        role, tuple(dict.fromkeys(findings)), tuple(_remarks(reading, role)), tuple(unknown)
    )


def _strided(reading: Reading) -> Iterator[Finding]:
    layers = {
        "pooling": "a strided convolution that learns",
        "upsampling": "a transposed convolution that learns",
    }
    for step in reading.steps:
        if step.kind in layers:
            yield Finding(
                guideline="strided",
                layer=step.layer,
                expected=layers[step.kind],
                found=step.name,
            )


def _batch_norm(reading: Reading, role: Role) -> Iterator[Finding]:
    for number in reading.weighted:
        # Neither the paper nor its program normalises logits.
        if _is_next_to_images(reading, number, role) or reading.is_last(number):
            continue
        behind = reading.behind(number)
        if not any(step.kind == "batch normalisation" for step in behind):
            yield Finding(
                guideline="batch-norm",
                layer=reading.steps[number].layer,
                expected="batch normalisation behind it",
                found=_found(behind, "other normalisation"),
            )
    for number, step in enumerate(reading.steps):
        if step.kind == "batch normalisation" and _normalises_images(reading, number, role):
            yield Finding(
                guideline="batch-norm",
                layer=step.layer,
                expected="no batch normalisation next to the images",
                found=step.name,
            )


def _is_next_to_images(reading: Reading, number: int, role: Role) -> bool:
    return reading.is_last(number) if role == "generator" else reading.is_first(number)


def _normalises_images(reading: Reading, number: int, role: Role) -> bool:
    """Whether a normalisation is one of images, or of a layer next to them, and nothing else."""
    origins = reading.origins(number)
    if not origins:
        return role == "discriminator"
    return all(_is_next_to_images(reading, each, role) for each in origins)


def _not_dense(reading: Reading, role: Role) -> Iterator[Finding]:
    for number in reading.weighted:
        step = reading.steps[number]
        if step.is_dense and not reading.is_last(number):
            layers = [each for each in reading.behind(number) if each.is_weighted]
            makes_maps = reading.is_first(number) and not all(each.is_dense for each in layers)
            if role == "discriminator" or not makes_maps:
                yield Finding(
                    guideline="not-dense",
                    layer=step.layer,
                    expected="no hidden layer that is fully connected",
                    found=step.name
                    if step.kind == "linear layer"
                    else f"{step.name} of one place",
                )


def _relu(reading: Reading) -> Iterator[Finding]:
    yield from _activations(reading, "relu", "ReLU", expected_last="tanh")
    for number in reading.weighted:
        behind = reading.behind(number)
        if reading.is_last(number) and not any(step.kind == "activation" for step in behind):
            layer = reading.steps[number].layer
            found = _found(behind, "activation")
            yield Finding(guideline="relu", layer=layer, expected="tanh behind it", found=found)


def _leaky_relu(reading: Reading) -> Iterator[Finding]:
    yield from _activations(reading, "leaky-relu", "leaky ReLU", expected_last="sigmoid")


def _activations(
    reading: Reading, guideline: Guideline, expected: str, *, expected_last: str
) -> Iterator[Finding]:
    """Activations of another kind, and hidden layers without any."""
    for number, step in enumerate(reading.steps):
        is_last = reading.is_last(number)
        wanted = expected_last if is_last else expected
        if step.kind == "activation" and step.name.split(" of ")[0] != wanted:
            yield Finding(guideline=guideline, layer=step.layer, expected=wanted, found=step.name)
        behind = reading.behind(number)
        if step.is_weighted and not is_last and not any(s.kind == "activation" for s in behind):
            yield Finding(
                guideline=guideline,
                layer=step.layer,
                expected=f"{expected} behind it",
                found=_found(behind, "activation"),
            )


def _found(behind: Sequence[Step], kind: Kind) -> str:
    """The first of a kind, or that there is none to be read."""
    names = [step.name for step in behind if step.kind == kind]
    unknown = sorted({step.name for step in behind if step.kind == "unknown"})
    return names[0] if names else f"none, unless by {' or '.join(unknown)}" if unknown else "none"


def _remarks(reading: Reading, role: Role) -> Iterator[str]:
    slopes = {step.name for step in reading.steps if step.name.startswith("leaky ReLU")}
    if role == "discriminator" and slopes - {"leaky ReLU of slope 0.2"}:
        yield f"{' and '.join(sorted(slopes))}: the paper's slope is 0.2"
    late = [
        step.layer
        for step in reading.steps
        if step.kind == "batch normalisation"
        and any(reading.steps[each].kind == "activation" for each in step.before)
    ]
    if late:
        yield (
            f"batch normalisation behind the activation at {', '.join(late)}: the paper's program "
            "has it before"
        )
    yield from _weights(reading)


def _weights(reading: Reading) -> Iterator[str]:
    """The spread of weights that can not be N(0, 0.02²)."""
    weights = [step.weight for step in reading.steps if step.weight is not None]
    spreads = [each.detach().double().square().mean().sqrt().item() for each in weights]
    # Of n numbers the root mean square has a relative error of 1/√(2n).
    errors = [5 / sqrt(2 * each.numel()) for each in weights]
    pairs = zip(spreads, errors, strict=True)
    if any(abs(spread / _DEVIATION - 1) > error for spread, error in pairs):
        low, high = (f"{each:.2g}" for each in (min(spreads), max(spreads)))
        now = low if low == high else f"{low} to {high}"
        yield f"weights of a root mean square of {now}: the paper's begin with {_DEVIATION}"
