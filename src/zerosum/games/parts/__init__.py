"""What games are put together from, and what is no game itself."""
