"""Pictures of one domain into another."""
