"""How the loss of a class changes with each pixel of a picture."""

from typing import Any

from zerosum.jobs.one_image import signed_picture
from zerosum.studio.classifying import address_of, image_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute ∂L/∂X of a picture, with L = −log p of a class.

    Args:
        arguments: ``network``; ``picture``, the path of a file; ``label``, the class, or None for
            the most probable.
        progress: Not called.

    Returns:
        ``gradient``, the picture of it, grey where it is 0; ``largest``, the greatest |∂L/∂X|;
        ``label`` and ``name`` of the class, and its ``loss``.

    Raises:
        ZerosumError: The classifier or the picture cannot be used, or there is no such class.
    """
    image, label = image_of(arguments), arguments["label"]
    gradient = image.loss_gradient(label)
    label = image.label if label is None else label
    return {
        "gradient": address_of(signed_picture(gradient)),
        "largest": float(gradient.abs().max()),
        "label": label,
        "name": image.names[label],
        "loss": image.loss(label),
    }
