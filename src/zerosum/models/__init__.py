"""Trained games, ready to be used: each kind has what it is good for, and nothing else."""
