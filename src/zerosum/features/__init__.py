"""Networks that turn pictures into features, in whose space pictures are compared.

A score is only as good as the network behind it, and can be compared only with scores from the
same one; so a network knows its name, the hash of its weights and what it does to pictures first.
"""

from zerosum.features.base import NO_WEIGHTS, FeatureNetwork, Seen
from zerosum.features.content import CONTENTS, Content, load_content
from zerosum.features.loading import FEATURES, Wanted, load_features
from zerosum.features.naming import score_name
from zerosum.features.preparation import RESIZES, Preparation, Resize

__all__ = [
    "CONTENTS",
    "FEATURES",
    "NO_WEIGHTS",
    "RESIZES",
    "Content",
    "FeatureNetwork",
    "Preparation",
    "Resize",
    "Seen",
    "Wanted",
    "load_content",
    "load_features",
    "score_name",
]
