"""Generators against discriminators: pictures from nothing."""
