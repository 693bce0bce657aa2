# %% [markdown]
# # How good are generated pictures?
#
# The course's exercise on metrics: Fréchet distance (FID) and Inception score, of features and of
# probabilities; by hand, and by zerosum, which adds standard errors, the kernel distance (KID),
# precision and recall, and near copies. `zerosum evaluate RUN` does all that to a run. Lesson:
# `zerosum learn metrics`.

# %%
import numpy as np
import torch
from scipy.linalg import sqrtm

from zerosum.metrics import (
    frechet_distance_of_features,
    inception_score,
    kernel_distance,
    manifold_scores,
    near_copies,
)

torch.manual_seed(0)
real = torch.randn(1_000, 16)  # features, a row for each picture
fake = 1.1 * torch.randn(1_000, 16) + 0.2

# %% [markdown]
# FID is the Fréchet distance of two normal distributions:
# ‖m₁ − m₂‖² + tr(C₁ + C₂ − 2 (C₁C₂)^½). The covariance is over the pictures: features are the
# *columns*, so `rowvar=False`. Without it, NumPy takes every picture for a variable.


# %%
def by_hand(x: np.ndarray, y: np.ndarray) -> float:
    """The Fréchet distance, as the formula says."""
    covariances = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = sqrtm(covariances[0] @ covariances[1]).real
    means = x.mean(0) - y.mean(0)
    return float(means @ means + np.trace(covariances[0] + covariances[1] - 2 * root))


distance = frechet_distance_of_features(real, fake)
print("FID by hand", by_hand(real.numpy(), fake.numpy()), "by zerosum", distance)
assert abs(by_hand(real.numpy(), fake.numpy()) - distance.value) < 1e-3

# %% [markdown]
# What it should be can be computed here: 16 means that differ by 0.2, 16 deviations by 0.1. The
# estimate lies above that, since a few pictures never look like all of them: FID falls with their
# number, so only distances of equally many can be compared. The kernel distance has no such bias.

# %%
print("true distance:", 16 * 0.2**2 + 16 * 0.1**2)
for n in (100, 500, 1_000):
    same = frechet_distance_of_features(real[:n], torch.randn(n, 16)).value
    print(f"{n} pictures of one distribution: FID {same:.3f}, truth 0")
print("KID of one distribution:", kernel_distance(real, torch.randn(1_000, 16)))

# %% [markdown]
# The Inception score of K classes is K at best, and 1 where all pictures are of one class.

# %%
sure = torch.eye(10).repeat(100, 1)
print("ten classes, each sure:", inception_score(sure, splits=1))
print("one class only:", inception_score(sure[:1].repeat(1_000, 1), splits=1))

# %% [markdown]
# Precision: how many generated pictures lie among real ones; recall: how many real ones lie among
# generated ones. Near copies of the training pictures would make all of these look good.

# %%
scores = manifold_scores(real, fake)
print("precision", scores.precision, "recall", scores.recall)
copies = near_copies(torch.cat([fake[:900], real[:100]]), real)
print("near copies, where 10 % are copies:", copies.share, "expected of none:", copies.expected)
