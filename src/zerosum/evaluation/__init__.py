"""Scores with their protocols, what they are computed from, and what is read out of them."""
