"""Equilibria of games: of finite ones, of smooth ones under gradient steps, of a trained pair.

- `bimatrix`: games with finitely many moves; all Nash equilibria, exactly.
- `smooth`: two players who change numbers: x y, x² − y², the Dirac-GAN, a mixture.
- `dynamics`: gradient steps as maps, their eigenvalues, and the step sizes at which these tell.
- `curvature`: slope and extreme curvatures of a network's own cost.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
