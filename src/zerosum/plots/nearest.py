"""Generated images beside the real ones that are nearest to them: the look for memorisation."""

from pathlib import Path

import numpy as np
from PIL import Image

from zerosum.evaluation.extraction import ExtractedFeatures
from zerosum.evaluation.pairs import nearest_pairs
from zerosum.files import writing

__all__ = ["draw_nearest"]

_PAIRS = 48
_COLUMNS = 6
_GAP = 2
_BETWEEN_PAIRS = 8
_SMALLEST = 64


def draw_nearest(
    fake: ExtractedFeatures, real: ExtractedFeatures, path: Path, *, pairs: int = _PAIRS
) -> None:
    """Draw the pairs that are nearest to each other: left the generated image, right the real.

    Args:
        fake: Generated images.
        real: Real images, of the same shape.
        path: The PNG to write.
        pairs: How many pairs to show.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> from zerosum.evaluation.extraction import ImageSubset
        >>> black = ImageSubset(np.zeros((5, 8, 8, 1), dtype=np.uint8))
        >>> extracted = ExtractedFeatures(
        ...     images=black, features=torch.rand(5, 3), probabilities=None
        ... )
        >>> with TemporaryDirectory() as folder:
        ...     draw_nearest(extracted, extracted, Path(folder) / "nearest.png", pairs=2)
        ...     [file.name for file in Path(folder).iterdir()]
        ['nearest.png']
    """
    found = nearest_pairs(fake, real, count=pairs)
    sheet = _sheet(np.concatenate([found.images, found.originals], axis=2))
    with writing(path) as temporary:
        sheet.save(temporary, format="PNG")


def _sheet(rows: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Image.Image:
    """Pairs (n, h, 2 w, c) in rows on white, small ones enlarged by a whole factor."""
    factor = max(1, _SMALLEST // rows.shape[1])
    rows = rows.repeat(factor, axis=1).repeat(factor, axis=2)
    _, height, width, _ = rows.shape
    columns = min(_COLUMNS, len(rows))
    lines = -(-len(rows) // columns)
    size = (columns * (width + _BETWEEN_PAIRS), lines * (height + _GAP))
    sheet = Image.new("RGB", size, "white")
    for index, pair in enumerate(rows):
        image = Image.fromarray(pair[..., 0] if pair.shape[2] == 1 else pair).convert("RGB")
        line, column = divmod(index, columns)
        sheet.paste(image, (column * (width + _BETWEEN_PAIRS), line * (height + _GAP)))
    return sheet
