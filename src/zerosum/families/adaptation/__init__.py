"""A classifier that learns in one domain and is meant for another."""
