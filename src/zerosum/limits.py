"""Bounds that settings, commands and readers share, in a place that costs nothing to import."""

__all__ = ["MOST_AT_ONCE", "MOST_PICTURES", "PIXEL_LIMIT"]

PIXEL_LIMIT = 1024 * 1024 * 1024 // 4 // 3
"""Pictures of more pixels than this, 89 million (Pillow's own limit), are taken for bombs."""

MOST_AT_ONCE = 1_000_000
"""Pictures in a batch; more would not fit into any memory."""

MOST_PICTURES = 10_000_000
"""Pictures that are drawn or evaluated in one go."""
