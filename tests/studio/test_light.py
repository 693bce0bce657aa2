"""The server stays light, whatever it is asked."""

import json
import subprocess
import sys
from pathlib import Path

from helpers.runs_in_processes import environment

SERVING = """
import json, sys, warnings
from pathlib import Path
from zerosum.config.commands.studio import StudioConfig
from zerosum.studio import Home, create_app
from zerosum.studio.queue import working_queue
from zerosum.studio.studio import Studio
from zerosum.studio.worker import RefusedError, Worker
warnings.simplefilter("ignore")
from starlette.testclient import TestClient

class Silent(Worker):
    async def ask(self, task, arguments, **options):
        raise RefusedError(f"{task} is not computed here.")

home = Home(Path(sys.argv[1]))
shelf, queue = working_queue(home)
options = StudioConfig(data=(Path(sys.argv[1]),))
worker = Silent(home.worker_log)
studio = Studio(
    home=home, options=options, token="t" * 43, shelf=shelf, queue=queue, worker=worker,
    live=worker,
    long=worker,
)
headers = {"Authorization": "Bearer " + "t" * 43}
client = TestClient(create_app(studio), base_url="http://localhost", headers=headers)
fill = lambda path: path.replace("{path}", "curves.png").replace(
    "{name}", "dcgan-digits" if "recipes" in path else "first")
asked = {}
for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
    for method in methods:
        if path != "/api/v1/events":
            # `first` is renamed, put away and deleted on the way.
            answer = client.request(method.upper(), fill(path), json={
                "recipe": "dcgan-digits", "fields": {"batch_size": 16}, "name": "second",
                "confirm": "first", "ids": [], "source": "digits"})
            asked[f"{method} {path}"] = answer.status_code
client.post("/api/v1/uploads/a", files=[("files", ("a.png", b"x"))])
heavy = {"torch", "numpy", "PIL", "scipy", "torchvision"} & sys.modules.keys()
print(json.dumps({"asked": asked, "heavy": sorted(heavy)}))
"""


def test_the_server_imports_nothing_heavy(tmp_path: Path) -> None:
    folder = tmp_path / "first"
    folder.mkdir()
    config = {"recipe": "dcgan-digits", "images": 100, "game": {"kind": "adversarial"}}
    (folder / "config.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-c", SERVING, str(tmp_path)],
        check=True,
        env=environment(),
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert len(told["asked"]) > 20
    assert max(told["asked"].values()) < 500
    assert sum(status == 200 for status in told["asked"].values()) > 10
    assert told["heavy"] == []
