"""Generative adversarial networks as games."""

__version__ = "0.1.0"
