"""All that the routes of the studio's server share."""

from dataclasses import dataclass

from zerosum.config.commands.studio import StudioConfig
from zerosum.studio.home import Home

__all__ = ["Studio"]


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A studio: a folder of runs, and how it is served.

    Attributes:
        home: The folder of runs, and what is kept beside them.
        options: How it is served.
        token: What every call must carry.
    """

    home: Home
    options: StudioConfig
    token: str
