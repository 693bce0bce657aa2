"""Images of one domain into another."""
