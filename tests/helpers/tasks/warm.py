"""Nothing to be imported; unless it is to fail."""

import os
import sys
from typing import Any


def run(arguments: Any, progress: Any) -> dict[str, Any]:
    if os.environ.get("STILLBORN"):
        print("there is no PyTorch here", file=sys.stderr)
        sys.exit(1)
    return {"device": "cpu"}
