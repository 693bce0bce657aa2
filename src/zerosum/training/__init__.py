"""Playing a game: the loop, where it runs, and what happens beside it."""
