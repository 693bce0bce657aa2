"""A generator against a classifier that learns from few labels."""
