# %% [markdown]
# # The losses of both players
#
# The course's second exercise: what the discriminator and the generator pay, of logits. First
# by hand, then by zerosum, which gives the same to the last digits, then where they differ.
# Lessons: `zerosum learn losses` (how large gradients are), `zerosum learn network`.

# %%
import torch
from torch.nn import functional

from zerosum.objectives import Hinge, LeastSquares, Minimax, NonSaturating, Wasserstein

torch.manual_seed(0)
real = torch.randn(8, requires_grad=True)  # logits: D's last numbers, before the sigmoid
fake = torch.randn(8, requires_grad=True)

# %% [markdown]
# Binary cross-entropy: real pictures have label 1, generated ones 0. The generator is paid as if
# its pictures were real: labels flipped, which is the *non-saturating* loss.


# %%
def by_hand(logits: torch.Tensor, label: float) -> torch.Tensor:
    """Cross-entropy of logits, without the logarithm of a sigmoid that may be 0."""
    return functional.softplus(logits) - label * logits


loss_d = by_hand(real, 1).mean() + by_hand(fake, 0).mean()
loss_g = by_hand(fake, 1).mean()
objective = NonSaturating()
torch.testing.assert_close(objective.discriminator(real, fake).mean(), loss_d)
torch.testing.assert_close(objective.generator(fake).mean(), loss_g)
print(f"D pays {loss_d.item():.4f}, G {loss_g.item():.4f}; undecided: {2 * 0.6931:.4f}, {0.6931}")

# %% [markdown]
# One-sided label smoothing multiplies the label of real pictures by a little less than 1, and
# leaves the 0 of generated ones.

# %%
smoothed = NonSaturating(real_label=0.9)
torch.testing.assert_close(smoothed.real_cost(real), by_hand(real, 0.9))
torch.testing.assert_close(smoothed.fake_cost(fake), by_hand(fake, 0))

# %% [markdown]
# Why labels are flipped: where D is sure, the gradient of the first paper's loss is gone.

# %%
for logit in (0.0, -5.0, -20.0):
    at = torch.tensor([logit], requires_grad=True)
    slopes = [
        torch.autograd.grad(each.generator(at).sum(), at)[0].item()
        for each in (Minimax(), NonSaturating())
    ]
    print(f"logit {logit:5}: minimax {slopes[0]:.2e}, non-saturating {slopes[1]:.2e}")

# %% [markdown]
# The other losses have the same two functions, so a loop need not know which one it plays.

# %%
for each in (NonSaturating(), LeastSquares(), Hinge(), Wasserstein()):
    costs = each.discriminator(real, fake).mean(), each.generator(fake).mean()
    print(f"{type(each).__name__}: D {costs[0].item():.3f}, G {costs[1].item():.3f}")
