"""A generator that learns to mislead a classifier."""
