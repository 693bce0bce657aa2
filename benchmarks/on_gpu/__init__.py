"""What `benchmarks/gpu.py` does: plays every kind of game on a device, and measures a few."""
