"""Generators against discriminators: images from nothing."""
