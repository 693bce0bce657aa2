"""Examined classifiers that the worker holds ready, for tasks; this module imports torch."""

from dataclasses import dataclass
from typing import Any

from zerosum.data.sources.named import without_downloads
from zerosum.errors import ConfigError
from zerosum.evaluation.answers import Answers, DomainTest
from zerosum.jobs.examining import Examination, examine, examine_digits
from zerosum.models.classifier import Classifier
from zerosum.studio.held import Held
from zerosum.studio.opened import model_of
from zerosum.types import Progress

__all__ = ["Examined", "domain_of", "examined"]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """An examined classifier.

    Attributes:
        examination: Its answers, which are kept once they are known.
        stamp: Another one when the checkpoint was replaced.
        images_seen: Images that it has learnt from; None where that is not known.
    """

    examination: Examination
    stamp: str
    images_seen: int | None


_held: Held[tuple[str, ...], Examined] = Held(3)


def examined(reference: dict[str, Any]) -> Examined:
    """The examination of a network; another one when its checkpoint was replaced meanwhile.

    Args:
        reference: What a task is told as ``network``.

    Raises:
        ZerosumError: It does not classify, or there is nothing to test it on.
    """
    opened = None if reference["path"] is None else model_of(reference, Classifier)
    stamp = "packaged" if opened is None else opened.stamp
    name = (reference["key"], str(reference["path"]), reference["checkpoint"])
    found = _held.get(name)
    if found is None or found.stamp != stamp:
        with without_downloads():  # A page that is looked at fetches nothing.
            examination = (
                _packaged(reference["key"])
                if opened is None
                else examine(opened.model, quiet=True)
            )
        seen = None if opened is None else opened.images_seen
        found = Examined(examination=examination, stamp=stamp, images_seen=seen)
    return _held.put(name, found)


def _packaged(key: str) -> Examination:
    if key == "@digits":
        return examine_digits()
    raise ConfigError(
        f"{key.removeprefix('@')} comes without pictures to test it on. Test it on yours: zerosum "
        f"attack {key.removeprefix('@')} FOLDER, with a folder for each class."
    )


def domain_of(
    examination: Examination, domain: str, progress: Progress | None = None
) -> tuple[DomainTest, Answers]:
    """The images of a domain, and what the classifier says of them.

    Raises:
        ConfigError: There is no such domain.
    """
    if domain not in examination.tests:
        known = ", ".join(repr(each) for each in examination.tests)
        raise ConfigError(f"there is no domain {domain!r} here; the domains are {known}.")
    return examination.tests[domain], examination.answers(domain, progress=progress)
