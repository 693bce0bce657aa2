"""What a classifier says of a picture."""

from typing import Any

from zerosum.studio.classifying import address_of, image_of, most_likely
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Classify a picture.

    Args:
        arguments: ``network``; ``picture``, the path of a file.
        progress: Not called.

    Returns:
        ``classes``, the most probable first (label, name, probability); ``seen``, the picture as
        the network sees it; its ``height``, ``width`` and ``channels``.

    Raises:
        ZerosumError: The classifier or the picture cannot be used.
    """
    image = image_of(arguments)
    _, channels, height, width = image.pixels.shape
    return {
        "classes": most_likely(image, image.logits),
        "seen": address_of(image.pixels),
        "height": height,
        "width": width,
        "channels": channels,
    }
