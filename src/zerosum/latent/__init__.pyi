from .base import LatentSpace as LatentSpace
from .base import Points as Points
from .interpolation import lerp as lerp
from .interpolation import slerp as slerp
from .seeds import recipe_of_latents as recipe_of_latents
from .spaces import StyleSpace as StyleSpace
from .spaces import has_styles as has_styles
from .spaces import latent_space as latent_space
