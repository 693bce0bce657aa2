from .base import Source as Source
from .base import UnreadableError as UnreadableError
from .named import NAMED as NAMED
from .opening import absolute as absolute
from .opening import as_spec as as_spec
from .opening import is_named as is_named
from .opening import open_source as open_source
