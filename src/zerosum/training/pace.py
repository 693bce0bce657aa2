"""How fast a player learns, as a function of the images seen."""

from zerosum.games.base import Player

__all__ = ["learning_rate_factor", "set_pace"]


def learning_rate_factor(decay: tuple[int, int] | None, images: int) -> float:
    """1 until ``decay[0]`` images, then linearly down to 0 at ``decay[1]``.

    Example:
        >>> learning_rate_factor((100, 200), 150)
        0.5
    """
    if decay is None:
        return 1.0
    start, end = decay
    return min(1.0, max(0.0, (end - images) / (end - start)))


def set_pace(player: Player, images: int, *, factor: float) -> None:
    """Give a player's optimizer the settings that its schedules have after that many images.

    Args:
        player: Who is about to move.
        images: Real images seen so far.
        factor: On the learning rate, besides.

    Example:
        >>> import torch
        >>> weight = torch.nn.Parameter(torch.zeros(()))
        >>> player = Player(network=torch.nn.ParameterList([weight]),
        ...                 optimizer=torch.optim.Adam([weight], lr=0.1), decay=(0, 100))
        >>> set_pace(player, 50, factor=1.0)
        >>> player.optimizer.param_groups[0]["lr"]
        0.05
    """
    factor *= learning_rate_factor(player.decay, images) * player.rate.at(images)
    factor *= player.annealing.at(images)
    for group in player.optimizer.param_groups:
        group["lr"] = group["initial_lr"] * factor
        if player.beta2 is not None:
            group["betas"] = (group["betas"][0], player.beta2.at(images))
