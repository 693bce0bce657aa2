"""Scores, curves and features, drawn."""
