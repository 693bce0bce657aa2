"""Bounds that settings, commands and readers share, in a place that costs nothing to import."""

__all__ = ["PIXEL_LIMIT"]

PIXEL_LIMIT = 1024 * 1024 * 1024 // 4 // 3
"""Pictures of more pixels than this, 89 million (Pillow's own limit), are taken for bombs."""
