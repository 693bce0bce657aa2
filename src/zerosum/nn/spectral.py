"""Spectral normalisation: layers with a Lipschitz constant of 1."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from zerosum.nn.initialisation import initialise_he

__all__ = ["add_spectral_norm"]


def add_spectral_norm(module: nn.Module, *, iterations: int = 1) -> None:
    """Divide every convolution's and linear layer's weight by its largest singular value.

    W̄ = W / σ(W), where W (outputs, inputs·k·k) is the weight as a matrix and σ(W) ≈ uᵀ W v comes
    from one step of power iteration per forward pass in training mode; u and v are buffers and so
    part of a checkpoint. Initialise the weights first: afterwards they are derived. A weight of
    zeros (as the last of a residual block may be) has no direction, and is initialised by
    ``initialise_he``.

    Args:
        module: The network, changed in place.
        iterations: Steps of power iteration per forward pass; 1 in the paper.

    Paper:
        Miyato et al. 2018, section 2.1 and Algorithm 1, https://arxiv.org/abs/1802.05957

    Example:
        >>> import torch
        >>> layer = nn.Linear(8, 4)
        >>> add_spectral_norm(layer)
        >>> _ = [layer(torch.zeros(1, 8)) for _ in range(100)]
        >>> round(torch.linalg.matrix_norm(layer.weight, 2).item(), 2)
        1.0
    """
    for layer in list(module.modules()):
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            if not layer.weight.any():
                initialise_he(layer)
            outputs_axis = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
            spectral_norm(layer, n_power_iterations=iterations, dim=outputs_axis)
