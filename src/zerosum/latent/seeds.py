"""How latents follow from seeds, in words for those who have the network alone."""

__all__ = ["recipe_of_latents"]

_NUMBERS = {"normal": "torch.randn({shape}, {generator})"}
_NUMBERS["uniform"] = "torch.rand({shape}, {generator}) * 2 - 1"


def recipe_of_latents(distribution: str, size: int, *, classes: int = 0) -> str:
    """Python that draws the latent of picture ``index`` of a ``seed``, as `zerosum sample` does.

    It needs ``hashlib`` and ``torch``, and nothing of zerosum.

    Args:
        distribution: ``normal`` or ``uniform``; of others there is a plain word instead.
        size: Numbers in a latent vector.
        classes: How many the generator is told of; 0: it is told none.

    Example:
        >>> recipe_of_latents("normal", 100)[:31]
        'torch.randn((1, 100), generator'
    """
    told = f"; then {classes} numbers: 1 for the class, 0 for the others" if classes else ""
    if distribution not in _NUMBERS:
        return f"{distribution}, {size} numbers{told}"
    text = r"f'int:{seed}\0str:sample\0int:{index}'.encode()"
    number = f"int.from_bytes(hashlib.blake2b({text}, digest_size=8).digest(), 'little') >> 1"
    generator = f"generator=torch.Generator().manual_seed({number})"
    return _NUMBERS[distribution].format(shape=f"(1, {size})", generator=generator) + told
