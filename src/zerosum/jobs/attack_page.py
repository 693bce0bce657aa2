"""The report of an attack, as plain values and as a page."""

from collections.abc import Mapping, Sequence
from html import escape
from json import dumps
from pathlib import Path
from typing import Any

from PIL import Image

from zerosum.attacks import NORMS
from zerosum.files import write_text
from zerosum.jobs.attack import ORIGINALS, AttackReport, TrialResult
from zerosum.media.images import save_png, to_images
from zerosum.media.pages import write_page

__all__ = ["attack_to_json", "draw_curves", "save_attack_page", "save_attacked"]

_ROWS = 12
_COLOURS = ("#888888", "#c0392b", "#2471a3", "#1e8449", "#b9770e", "#7d3c98", "#117a65", "#5d6d7e")
_WIDTH, _HEIGHT, _EDGE, _NAMES = 400, 260, 44, 80
"""Of the drawing, which a telephone shows at two thirds and then must still be read."""


def attack_to_json(report: AttackReport) -> dict[str, Any]:
    """Plain values: three rates by their three names, and every image.

    ``success`` counts among the images that were attacked, ``robust_accuracy`` among all that
    the classifier was shown.
    """
    options = report.options
    return {
        "classifier": report.victim,
        "norm": options.norm,
        "epsilon": options.radius,
        "targeted": report.target,
        "target_class": None if report.target is None else report.class_name(report.target),
        "labels": options.labels,
        "seed": options.seed,
        "pictures": report.num_images,
        "right": report.right,
        "wrong_already": report.num_images - report.right,
        "attacked": len(report.images),
        "clean_accuracy": report.right / report.num_images,
        "robust_accuracy": report.robust_to_all(),
        "seconds": report.seconds,
        "against": options.against,
        "attacks": {name: _attack_to_json(report, name) for name in report.outcomes},
        "warnings": list(report.warnings),
    }


def _attack_to_json(report: AttackReport, name: str) -> dict[str, Any]:
    tried = report.outcomes[name]
    return {
        "success": tried.success,
        "robust_accuracy": report.robust(name),
        "success_as_bytes": float(tried.kept.float().mean()),
        "median_smallest": _median(tried),
        "transfer": _transfer(report, tried),
        "seconds_per_picture": tried.seconds,
        "seconds": tried.whole,
        "curve": [{"epsilon": epsilon, "accuracy": share} for epsilon, share in tried.curve],
        "pictures": [_image_to_json(report, tried, index) for index in range(len(report.images))],
    }


def _image_to_json(report: AttackReport, tried: TrialResult, index: int) -> dict[str, Any]:
    smallest = float(tried.smallest[index])
    return {
        "picture": report.names[index],
        "label": report.class_name(int(report.labels[index])),
        "confidence": float(report.clean[index].softmax(dim=0)[report.labels[index]]),
        "said": report.class_name(int(tried.outcome.predictions[index])),
        "said_confidence": float(tried.outcome.confidences[index]),
        "fooled": bool(tried.outcome.fooled[index]),
        "size": float(tried.outcome.sizes[index]),
        "smallest": smallest if smallest < float("inf") else None,
    }


def _median(tried: TrialResult) -> float | None:
    """The median of the smallest perturbations, where at least half of all succeed."""
    ordered = sorted(tried.smallest.tolist())
    middle: float = ordered[(len(ordered) - 1) // 2]
    return middle if middle < float("inf") else None


def _transfer(report: AttackReport, tried: TrialResult) -> float | None:
    """Of the successes whose image the second classifier had right, the share that fools it."""
    if tried.carried is None or report.shared is None:
        return None
    both = int((tried.outcome.fooled & report.shared).sum())
    return int(tried.carried.sum()) / both if both else None


def save_attack_page(report: AttackReport, path: Path) -> None:
    """Write one HTML file: rates, the curve over ε, and images, perturbations and results.

    Raises:
        ConfigError: The path does not end in ``.html``.
    """
    columns = ("picture", "change, magnified", "attacked", "noise of the same size")
    title = f"{report.victim} under attack"
    with write_page(path, title=title, columns=columns, facts=_facts(report)) as page:
        for warning in report.warnings:
            page.note(f"Beware: {warning}")
        caption = "Accuracy on all pictures by the size ε of the perturbation"
        curves = {name: tried.curve for name, tried in report.outcomes.items()}
        page.drawing(caption, draw_curves(curves))
        for name in report.outcomes:
            if name != "noise":
                for index in _most_striking(report.outcomes[name]):
                    page.row(_caption(report, name, index), _row(report, name, index))


def _facts(report: AttackReport) -> dict[str, str]:
    options = report.options
    goal = "any wrong class"
    if report.target is not None:
        goal = f"to be taken for {report.class_name(report.target)}"
    size = f"{options.radius:.4g}"
    if options.norm == "linf":
        size += f" ({options.radius * 255:.3g}/255)"
    right = (
        f"{report.right} of {report.num_images} pictures ({report.right / report.num_images:.1%})"
    )
    return {
        "classifier": report.victim,
        "perturbation": f"{options.norm} ≤ {size}; {goal}",
        "right without attack": f"{right}; {len(report.images)} of them are attacked",
        **{name: _summary(report, name) for name in report.outcomes},
        "all together": f"accuracy left {report.robust_to_all():.1%}",
        "time": f"{report.seconds:.1f} s in all, for this size and the others of the curve",
        "pictures": "those under “attacked” are changed on purpose to mislead a classifier",
    }


def _summary(report: AttackReport, name: str) -> str:
    tried = report.outcomes[name]
    parts = [
        f"success {tried.success:.1%}",
        f"accuracy left {report.robust(name):.1%}",
        f"as 8-bit files {float(tried.kept.float().mean()):.1%}",
        f"{1000 * tried.seconds:.0f} ms a picture",
    ]
    median, transfer = _median(tried), _transfer(report, tried)
    if median is not None:
        parts.append(f"median of the smallest perturbations found {median:.4g}")
    if transfer is not None:
        parts.append(f"carries over to {report.options.against}: {transfer:.1%}")
    return ", ".join(parts)


def _most_striking(tried: TrialResult) -> list[int]:
    """The images on which the classifier is surest of the wrong class."""
    order = (tried.outcome.confidences * tried.outcome.fooled).argsort(descending=True)
    return [int(index) for index in order if bool(tried.outcome.fooled[index])][:_ROWS]


def _caption(report: AttackReport, name: str, index: int) -> str:
    tried, label = report.outcomes[name], report.labels[index]
    clean = float(report.clean[index].softmax(dim=0)[label])
    outcome, noise = tried.outcome, report.outcomes["noise"].outcome
    after = report.class_name(int(outcome.predictions[index]))
    noisy = report.class_name(int(noise.predictions[index]))
    return (
        f"{name} on {report.names[index]}: {report.class_name(int(label))} {clean:.1%} → {after} "
        f"{float(outcome.confidences[index]):.1%} ({report.options.norm} "
        f"{float(outcome.sizes[index]):.4g}, shown x{_factor(report, name, index):.3g}); "
        f"with noise: {noisy} {float(noise.confidences[index]):.1%}"
    )


def _factor(report: AttackReport, name: str, index: int) -> float:
    """What makes the greatest change of a pixel half of the range."""
    delta = report.outcomes[name].outcome.images[[index]] - report.images[[index]]
    return 0.5 / max(float(NORMS["linf"].size(delta)), 1e-6)


def _row(report: AttackReport, name: str, index: int) -> list[Image.Image]:
    image, attacked = report.images[[index]], report.outcomes[name].outcome.images[[index]]
    noisy = report.outcomes["noise"].outcome.images[[index]]
    magnified = 0.5 + (attacked - image) * _factor(report, name, index)
    return [to_images(each * 2 - 1)[0] for each in (image, magnified, attacked, noisy)]


def save_attacked(report: AttackReport, out: Path) -> None:
    """Write ``attack.json``, and for each attack a folder with a PNG of every result.

    The pictures as they were, as the classifier sees them, are in the folder ``original``. The
    others say of themselves what they are. All are rounded to 256 levels, so that a few may not
    mislead the classifier any more.
    """
    for index, image in enumerate(to_images(report.images * 2 - 1)):
        facts = {"Software": "zerosum", "zerosum:source": report.names[index]}
        save_png(image, out / ORIGINALS / f"{index:06d}.png", facts=facts)
    for name, tried in report.outcomes.items():
        for index, image in enumerate(to_images(tried.outcome.images * 2 - 1)):
            facts = {
                "Software": "zerosum",
                "Description": f"Picture changed by the attack {name} to mislead a classifier.",
                "zerosum:generated": "true",
                "zerosum:attack": name,
                "zerosum:classifier": report.victim,
                "zerosum:source": report.names[index],
            }
            save_png(image, out / name / f"{index:06d}.png", facts=facts)
    write_text(out / "attack.json", dumps(attack_to_json(report), indent=1, ensure_ascii=False))


def draw_curves(curves: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Lines of accuracy, 0 to 1, over ε, as an SVG element.

    Example:
        >>> drawn = draw_curves({"pgd": [(0.0, 1.0), (0.1, 0.2)]})
        >>> drawn.startswith("<svg"), drawn.count("<polyline")
        (True, 1)
    """
    largest = max(epsilon for curve in curves.values() for epsilon, _ in curve) or 1.0
    parts = [*_axes(sorted({epsilon for curve in curves.values() for epsilon, _ in curve}))]
    for number, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        points = " ".join(
            f"{_across(epsilon / largest):.1f},{_down(share):.1f}" for epsilon, share in curve
        )
        parts.append(
            f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'
        )
        y = 16 + 18 * number
        parts.append(
            f'<text x="{_WIDTH - _EDGE + 8}" y="{y}" fill="{colour}">{escape(name)}</text>'
        )
    return (
        f'<svg viewBox="0 0 {_WIDTH + _NAMES} {_HEIGHT}" width="{_WIDTH + _NAMES}" role="img" '
        f'font-size="12" font-family="sans-serif">{"".join(parts)}</svg>'
    )


def _axes(epsilons: Sequence[float]) -> list[str]:
    dim = 'fill="#888888"'
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _down(share)
        parts.append(
            f'<line x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{y}" y2="{y}" stroke="#88888855"/>'
            f'<text x="{_EDGE - 6}" y="{y + 4}" text-anchor="end" {dim}>{share:.0%}</text>'
        )
    shown = [epsilon for epsilon in epsilons if epsilon == 0 or epsilon >= epsilons[-1] / 16 * 1.5]
    for epsilon in shown:
        x = _across(epsilon / (epsilons[-1] or 1.0))
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 22}" text-anchor="middle" {dim}>{epsilon:.3g}</text>'
        )
    parts.append(f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 4}" text-anchor="middle" {dim}>ε</text>')
    return parts


def _across(share: float) -> float:
    return _EDGE + share * (_WIDTH - 2 * _EDGE)


def _down(share: float) -> float:
    return 12 + (1 - share) * (_HEIGHT - 12 - _EDGE)
