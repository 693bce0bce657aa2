"""Tasks for tests of the studio's worker: what a computation may do, at its worst."""
