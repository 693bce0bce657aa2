"""What the documents say of the code: the picture of the rooms."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_picture_shows_the_rooms_as_they_are() -> None:
    """To mend it: python scripts/draw_rooms.py."""
    script = runpy.run_path(str(ROOT / "scripts" / "draw_rooms.py"))
    assert script["PICTURE"].read_text(encoding="utf-8") == script["picture"]()
