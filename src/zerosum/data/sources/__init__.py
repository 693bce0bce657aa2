"""Where pictures come from."""

from zerosum.data.sources.base import Source, UnreadableError
from zerosum.data.sources.named import NAMED
from zerosum.data.sources.opening import absolute, as_spec, is_named, open_source

__all__ = [
    "NAMED",
    "Source",
    "UnreadableError",
    "absolute",
    "as_spec",
    "is_named",
    "open_source",
]
