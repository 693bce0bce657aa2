from helpers.lessons import Corruption
from zerosum.games.adversarial import AdversarialGame

EXAMPLES = 1
CHEAP = {"images": 1_280, "repeats": 1}

CORRUPTIONS = [
    Corruption("zerosum.lessons.missing.StandsStill", lambda _: AdversarialGame),
    Corruption("zerosum.lessons.missing.softplus", lambda right: lambda logits: right(-logits)),
]
