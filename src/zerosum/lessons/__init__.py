"""Lessons: explanations that are computed by the library that trains, and that tests check."""
