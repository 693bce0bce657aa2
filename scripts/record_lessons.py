"""Run lessons in their long form and keep what they measured, as every page shows it.

python scripts/record_lessons.py scaling guidelines
python scripts/record_lessons.py panda network=efficientnet-lite0 data=PHOTOGRAPHS.zip
"""

import json
import sys
from pathlib import Path
from typing import Any

from zerosum.lessons.learning import learn

FOLDER = Path(__file__).parents[1] / "src" / "zerosum" / "lessons" / "recorded"


def record(name: str, controls: dict[str, Any]) -> Path:
    """Write the table ``measured`` of the lesson's long form to ``recorded/NAME.json``."""
    table = learn(name, full=True, **controls).results.tables["measured"]
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    text = json.dumps(table.to_json(), indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    controls: dict[str, Any] = dict(each.split("=", 1) for each in sys.argv[1:] if "=" in each)
    for each in sys.argv[1:]:
        if "=" not in each:
            print(record(each, controls))
