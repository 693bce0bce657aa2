"""Networks that turn pictures into features, in whose space pictures are compared."""
