"""The rules and the script that whatever shows a lesson needs, as files."""

from importlib.resources import files
from pathlib import Path

__all__ = ["PAGE_FILES"]

PAGE_FILES = Path(str(files("zerosum.lessons.pages") / "static"))
"""The folder of ``lesson.css``, the rules of all within an element of class ``lesson``; of
``page.js``, a module with a function ``enliven(element)``; and of ``document.css``, which only a
lesson's own document needs."""
