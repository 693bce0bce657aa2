"""Networks that pages use."""

from typing import Annotated

from fastapi import APIRouter, Query
from typing_extensions import TypedDict

from zerosum.config.run import Ability
from zerosum.studio.networks import Network, find, known, require
from zerosum.studio.studio import Studio

__all__ = ["router"]


Abilities = Annotated[tuple[Ability, ...], Query(description="Of which it has to have one.")]


class NetworksShown(TypedDict):
    """Networks, the newest first."""

    networks: list[Network]


def router(studio: Studio) -> APIRouter:
    """The routes of networks.

    Args:
        studio: Whose.
    """
    routes = APIRouter(prefix="/networks", tags=["networks"])

    @routes.get("")
    async def read_networks(ability: Ability | None = None) -> NetworksShown:
        """All networks that can be used, or those that are good for something."""
        await studio.live.start()  # Whoever asks will soon want one, and to begin takes seconds.
        networks = known(studio)
        return NetworksShown(
            networks=[each for each in networks if ability in (None, *each["abilities"])]
        )

    @routes.get("/{key}")
    def read_network(key: str, ability: Abilities = ()) -> Network:
        """A network: of a run by its name, of zerosum by @ and its name; if it has an ability."""
        return require(studio, key, *ability) if ability else find(studio, key)

    return routes
