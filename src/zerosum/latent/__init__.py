"""Latent spaces of trained generators: walks, projections, truncation, edits."""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
