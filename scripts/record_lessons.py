"""Run lessons in their long form and keep what they measured, as every page shows it.

python scripts/record_lessons.py scaling guidelines
"""

import json
import sys
from pathlib import Path

from zerosum.lessons.learning import learn

FOLDER = Path(__file__).parents[1] / "src" / "zerosum" / "lessons" / "recorded"


def record(name: str) -> Path:
    """Write the table ``measured`` of the lesson's long form to ``recorded/NAME.json``."""
    table = learn(name, full=True).results.tables["measured"]
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    text = json.dumps(table.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(record(each))
