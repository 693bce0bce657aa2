"""What the commands can be told: one dataclass for each, for command line and Python alike."""
