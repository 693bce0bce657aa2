"""The parts of ``damaged_inputs.py``: good inputs, damage, attacks, oracles, and the judge."""

__all__: list[str] = []
