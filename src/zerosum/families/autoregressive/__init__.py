"""Fully visible belief networks: images number by number, and how likely they are."""
