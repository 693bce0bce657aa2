from hypothesis import strategies as st

from helpers.lessons import Corruption

EXAMPLES = 10
CHEAP = {
    "count": 100,
    "seed": st.integers(0, 1),
    "epsilon": st.floats(0, 0.5) | st.floats(0, 0.004),
}


def _not_the_sign(_):  # type: ignore[no-untyped-def]
    return lambda self, gradient: gradient / gradient.abs().max().clamp_min(1e-30)


def _cut_off(right):  # type: ignore[no-untyped-def]
    """Bytes that are cut off, not rounded."""
    return lambda images: ((images + 1) * 127.5).clamp(0, 255).to(right(images).dtype)


CORRUPTIONS = [
    Corruption("zerosum.attacks.norms.LInf.steepest", _not_the_sign),
    Corruption(
        "zerosum.attacks.goals.Goal.odds", lambda right: lambda self, logits: -right(self, logits)
    ),
    Corruption(
        "zerosum.attacks.ascent.into_range", lambda _: lambda images, delta: images + delta
    ),
    Corruption(
        "zerosum.attacks.norms.LInf.surface",
        lambda _: lambda self, shape, epsilon, random: (2 * random.uniform(*shape) - 1) * epsilon,
    ),
    Corruption("zerosum.lessons.panda.unscale", _cut_off),
]
