"""Where pictures come from."""

from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.named import NAMED
from zerosum.data.sources.opening import open_source

__all__ = ["NAMED", "Source", "UnreadableError", "open_source"]
