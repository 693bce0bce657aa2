"""Families of games that only the tests have."""
