"""A score is a number with its protocol, so that like is compared with like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zerosum.errors import ConfigError
from zerosum.metrics.estimate import Estimate

__all__ = ["Protocol", "Score", "Scores", "check_alike", "unlike"]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Everything but the images under test that a score depends on.

    Attributes:
        network: The feature network's facts: its name, the hash of its weights, input, resizing,
            colours.
        real: The real images: source, split, identity, size, and how many were taken.
        generated: How many generated (or other) images were taken.
        seed: From which latents, and the choice of images, follow.

    Example:
        >>> digits = {"network": "digits"}
        >>> one = Protocol(network=digits, real={"split": "train"}, generated=10_000)
        >>> two = Protocol(network=digits, real={"split": "test"}, generated=2_000)
        >>> unlike(one, two)
        ['generated: 10000 against 2000', 'real split: train against test']
    """

    network: Mapping[str, Any]
    real: Mapping[str, Any]
    generated: int
    seed: int = 0

    def flat(self) -> dict[str, Any]:
        """One level of plain values, for comparing and for reading."""
        values: dict[str, Any] = {"generated": self.generated, "seed": self.seed}
        values |= self.network
        values |= {f"real {name}": value for name, value in self.real.items()}
        return values

    def compared(self) -> dict[str, Any]:
        """What has to agree: all but what the real images are called, if their content is known.

        Example:
            >>> real = {"source": "faces", "identity": "5f0c", "pictures": 402}
            >>> Protocol(network={}, real=real, generated=64).compared()
            {'generated': 64, 'seed': 0, 'real identity': '5f0c', 'real pictures': 402}
        """
        named = {f"real {name}" for name in self.real if _identity_of(name) in self.real}
        return {name: value for name, value in self.flat().items() if name not in named}

    def to_json(self) -> dict[str, Any]:
        """Plain values, as they stand in ``scores.jsonl``."""
        return {
            "network": dict(self.network),
            "real": dict(self.real),
            "generated": self.generated,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Protocol":
        """The protocol that `to_json` gave."""
        return cls(**values)


@dataclass(frozen=True, kw_only=True)
class Score:
    """One number by one metric.

    Attributes:
        estimate: The value and its standard error.
        how: The metric's own settings, in words.
        lower_is_better: Which way is up.

    Example:
        >>> print(Score(estimate=Estimate(value=4.2, error=0.13), how="", lower_is_better=True))
        4.20 ± 0.13
    """

    estimate: Estimate
    how: str
    lower_is_better: bool

    def __str__(self) -> str:
        return str(self.estimate)

    def is_better_than(self, other: "Score") -> bool:
        """Whether the value is better, be it by less than the error."""
        gain = other.estimate.value - self.estimate.value
        return gain > 0 if self.lower_is_better else gain < 0


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What was measured of one set of images at one time, by one protocol.

    Attributes:
        subject: Whose images: for a run its name, the images it had seen, its checkpoint.
        protocol: How they were measured.
        scores: By name, such as ``FD-digits``; the leading one first.
        diagnostics: Signs of the game's health at that time; only while training.

    Example:
        >>> fd = Score(estimate=Estimate(value=4.2, error=0.1), how="", lower_is_better=True)
        >>> protocol = Protocol(network={"network": "digits"}, real={}, generated=2_048)
        >>> scores = Scores(subject={"images": 64}, protocol=protocol, scores={"FD-digits": fd})
        >>> Scores.from_json(scores.to_json()) == scores
        True
        >>> scores.leading, scores.images_seen
        ('FD-digits', 64)
    """

    subject: Mapping[str, Any]
    protocol: Protocol
    scores: Mapping[str, Score]
    diagnostics: Mapping[str, float] = field(default_factory=dict)

    @property
    def leading(self) -> str:
        """The name of the score to look at first."""
        return next(iter(self.scores))

    @property
    def images_seen(self) -> int:
        """Real images that the run had seen."""
        return int(self.subject.get("images", 0))

    def to_json(self) -> dict[str, Any]:
        """One line of ``scores.jsonl``."""
        return {
            "subject": dict(self.subject),
            "scores": {
                name: {
                    "value": score.estimate.value,
                    "error": score.estimate.error,
                    "how": score.how,
                    "lower_is_better": score.lower_is_better,
                }
                for name, score in self.scores.items()
            },
            "vitals": dict(self.diagnostics),
            "protocol": self.protocol.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Scores":
        """The scores that `to_json` gave."""
        return cls(
            subject=values["subject"],
            protocol=Protocol.from_json(values["protocol"]),
            scores={
                name: Score(
                    estimate=Estimate(value=score["value"], error=score["error"]),
                    how=score["how"],
                    lower_is_better=score["lower_is_better"],
                )
                for name, score in values["scores"].items()
            },
            diagnostics=values["vitals"],
        )


def unlike(one: Protocol, other: Protocol) -> list[str]:
    """In what two protocols differ, one line each; empty if scores may be compared."""
    a, b = one.compared(), other.compared()
    return [
        f"{name}: {a.get(name, 'not stated')} against {b.get(name, 'not stated')}"
        for name in sorted(a.keys() | b.keys())
        if a.get(name) != b.get(name)
    ]


def _identity_of(name: str) -> str:
    """The fact that says what is in a source, where this one says what it is called."""
    for ending in ("source", "domain"):
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}identity"
    return ""


def check_alike(protocols: Mapping[str, Sequence[Protocol]]) -> Protocol:
    """The protocol that all subjects have scores by; the one used last where there are several.

    Args:
        protocols: Of each subject, the protocols of its scores in the order of measuring.

    Raises:
        ConfigError: There is none; the message says in what two of them differ.

    Example:
        >>> few = Protocol(network={"network": "digits"}, real={}, generated=2_048)
        >>> many = Protocol(network={"network": "digits"}, real={}, generated=10_000)
        >>> check_alike({"a": [few, many], "b": [few]}).generated
        2048
        >>> check_alike({"a": [few], "b": [many]})
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: a and b were scored by unlike protocols, ...
          generated: 2048 against 10000
        Score them alike with `zerosum evaluate`, then compare.
    """
    first, *rest = protocols
    for protocol in reversed(protocols[first]):
        if all(any(not unlike(protocol, it) for it in protocols[name]) for name in rest):
            return protocol
    for name in rest:
        pairs = [
            unlike(a, b) for a in reversed(protocols[first]) for b in reversed(protocols[name])
        ]
        nearest = min(pairs, key=len)
        if nearest:
            raise ConfigError(
                f"{first} and {name} were scored by unlike protocols, and their numbers must not "
                "be compared:\n  " + "\n  ".join(nearest) + "\n"
                "Score them alike with `zerosum evaluate`, then compare."
            )
    raise ConfigError(
        f"{', '.join(protocols)} have no protocol in common, though each two of them have. Score "
        "all of them alike with `zerosum evaluate`, then compare."
    )
