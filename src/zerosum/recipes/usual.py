"""The fields that most trainings are about, of any recipe: what the short help and forms show."""

__all__ = ["USUAL"]

USUAL = (
    *("data", "data-a", "data-b", "game.victim", "game.epsilon", "game.universal"),
    *("game.labels-per-class", "game.adversarial-training.epsilon", "out", "total-images"),
    *("go-on", "batch-size", "seed", "device", "precision", "dry-run", "json", "quiet"),
    *("pictures.size", "pictures.channels", "pictures.flip", "game.objective"),
    *("game.conditional", "game.generator.base-channels", "game.discriminator.base-channels"),
    *("game.levels", "game.network.base-channels", "game.optimizer.learning-rate"),
    *("game.generator-optimizer.learning-rate", "game.discriminator-optimizer.learning-rate"),
    *("game.ema-half-life", "game.augmentation", "game.adaptive-augmentation.images"),
    *("game.cycle-weight", "game.weight", "sample-every", "evaluate-every"),
)
"""Fields as options name them, in the order in which they are shown; a recipe has some of them."""
