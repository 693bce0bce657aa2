"""The parts that games are put together from."""
