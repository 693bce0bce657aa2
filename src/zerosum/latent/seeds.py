"""How latents are drawn from seeds, as text for users of an exported network."""

__all__ = ["recipe_of_latents"]

_NUMBERS = {"normal": "torch.randn({shape}, {generator})"}
_NUMBERS["uniform"] = "torch.rand({shape}, {generator}) * 2 - 1"


def recipe_of_latents(distribution: str, size: int, *, classes: int = 0) -> str:
    """Return Python code that draws the latent of image ``index`` of a ``seed``.

    The latents are those of `zerosum sample`. The code needs ``hashlib`` and ``torch`` only.

    Args:
        distribution: ``normal`` or ``uniform``; for others the result is a phrase.
        size: Numbers in a latent vector.
        classes: Number of classes; 0: the generator is unconditional.

    Example:
        >>> recipe_of_latents("normal", 100)[:31]
        'torch.randn((1, 100), generator'
    """
    one_hot = f"; then {classes} numbers: 1 for the class, 0 for the others" if classes else ""
    if distribution not in _NUMBERS:
        return f"{distribution}, {size} numbers{one_hot}"
    text = r"f'int:{seed}\0str:sample\0int:{index}'.encode()"
    number = f"int.from_bytes(hashlib.blake2b({text}, digest_size=8).digest(), 'little') >> 1"
    generator = f"generator=torch.Generator().manual_seed({number})"
    return _NUMBERS[distribution].format(shape=f"(1, {size})", generator=generator) + one_hot
