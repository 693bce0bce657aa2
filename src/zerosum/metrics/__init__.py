"""Measures of how far generated pictures are from real ones; pure functions of features."""
