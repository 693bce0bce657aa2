"""A classifier alone."""
