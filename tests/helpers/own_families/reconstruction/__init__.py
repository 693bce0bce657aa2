"""Autoencoders: pictures through a few numbers and back."""
