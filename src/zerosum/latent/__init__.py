"""What a trained generator's latents are good for: walks, projections, truncation, edits."""

from zerosum.latent.interpolation import lerp, slerp
from zerosum.latent.seeds import recipe_of_latents
from zerosum.latent.spaces import LatentSpace, Points, StyleSpace, has_styles, latent_space

__all__ = [
    "LatentSpace",
    "Points",
    "StyleSpace",
    "has_styles",
    "latent_space",
    "lerp",
    "recipe_of_latents",
    "slerp",
]
