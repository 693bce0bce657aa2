"""Results of jobs, in folders of their own: listed, read, packed, deleted; and nothing else is."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import rmtree

import pytest
from PIL import Image
from starlette.testclient import TestClient

from helpers.studios import client_of, studio_over
from studio import make_run
from zerosum.studio.home import Home
from zerosum.studio.jobs import Task
from zerosum.studio.queue import Queue, working_queue

RESULTS = "/api/v1/networks/a b/results"


@contextmanager
def standing(runs: Path) -> Iterator[tuple[TestClient, Queue]]:
    """Who calls a studio with one run, and its queue, which stands still."""
    make_run(runs / "a b")
    shelf, queue = working_queue(Home(runs))
    queue.file.pause(True)
    with client_of(studio_over(runs, shelf=shelf, queue=queue)) as client:
        yield client, queue


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "runs"


@pytest.fixture(scope="module")
def parts(runs: Path) -> Iterator[tuple[TestClient, Queue]]:
    with standing(runs) as parts:
        yield parts


@pytest.fixture(scope="module")
def client(parts: tuple[TestClient, Queue]) -> TestClient:
    return parts[0]


@pytest.fixture
def made(runs: Path, client: TestClient) -> Iterator[Path]:
    folder = runs / "a b" / "translated" / "album é"
    (folder / "translations").mkdir(parents=True)
    Image.new("L", (4, 4)).save(folder / "translations" / "1.png")
    (folder / "page.html").write_text("<script>")
    (folder / ".half.png").touch()
    (folder / "out").symlink_to("/etc")
    (folder / "link.png").symlink_to("/etc/passwd")
    yield folder
    rmtree(folder.parent)


def of_digits(identity: str = "@digits") -> Task:
    return Task(
        kind="attack",
        run="",
        network=identity,
        words=("attack", "digits"),
        cwd=".",
        results="attacked/first",
    )


def test_they_are_listed_and_read(client: TestClient, made: Path) -> None:
    (listed,) = client.get(RESULTS).json()["sets"]
    assert listed["results"] == "translated/album é"
    address = f"{RESULTS}/{listed['results']}"
    shown = client.get(address).json()
    assert [each["file"] for each in shown["files"]] == ["page.html", "translations/1.png"]
    assert shown["job"] is None
    picture = client.get(f"{address}/files/translations/1.png", params={"changed": 1})
    assert picture.headers["content-type"] == "image/png"
    assert "immutable" in picture.headers["cache-control"]
    page = client.get(f"{address}/files/page.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert "attachment" in page.headers["content-disposition"]


def test_all_of_them_come_as_one_archive(client: TestClient, made: Path) -> None:
    answer = client.get(f"{RESULTS}/translated/album é/zip")
    assert "a%20b-album%20%C3%A9.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["album é/page.html", "album é/translations/1.png"]
        packed = archive.read("album é/translations/1.png")
    assert packed == (made / "translations" / "1.png").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        *("files/.half.png", "files/link.png", "files/out/passwd", "files/..%2F..%2Fconfig.json"),
        *("files/translations", "files/", "files/a%00b", "files/translations%2F%2F1.png"),
    ],
)
def test_nothing_else_is_read(client: TestClient, made: Path, path: str) -> None:
    assert client.get(f"{RESULTS}/translated/album é/{path}").status_code == 404


@pytest.mark.parametrize(
    "results",
    ["translated/none", "checkpoints/x", "translated/.hidden", "translated/link"],
)
def test_no_other_folder_is_one_of_results(
    client: TestClient, made: Path, tmp_path: Path, results: str
) -> None:
    (made.parent / ".hidden").mkdir()
    (made.parent / "link").symlink_to(tmp_path)
    for call in (client.get, client.delete):
        assert call(f"{RESULTS}/{results}").status_code in (404, 405)
    assert len(client.get(RESULTS).json()["sets"]) == 1
    assert made.is_dir()


def test_of_no_network_there_are_none(client: TestClient) -> None:
    for key in ("c", "@c", "@..", ".."):
        assert client.get(f"/api/v1/networks/{key}/results").status_code == 404
    assert client.get("/api/v1/networks/@digits/results").json() == {"sets": []}


def test_they_are_deleted_unless_a_job_makes_them(
    parts: tuple[TestClient, Queue], made: Path
) -> None:
    client, queue = parts
    task = Task(kind="translate", run="a b", words=(), cwd=".", results="translated/album é")
    job = queue.file.add(lambda plan: task)
    address = f"{RESULTS}/translated/album é"
    assert client.get(address).json()["job"] == job.id
    assert client.delete(address).status_code == 409
    assert made.is_dir()
    client.delete(f"/api/v1/queue/{job.id}")
    assert client.delete(address).json() == {"results": "translated/album é"}
    assert not made.exists()
    assert not list((made.parents[2] / ".studio" / "trash").iterdir())
    assert client.get(address).status_code == 404


def test_a_job_may_be_done_with_what_comes_with_zerosum(tmp_path: Path) -> None:
    with standing(tmp_path / "runs") as (client, queue):
        first, second = (queue.file.add(lambda plan: of_digits()) for _ in range(2))
        jobs = {job["id"]: job for job in client.get("/api/v1/queue").json()["jobs"]}
        assert (jobs[first.id]["run"], jobs[first.id]["network"]) == ("", "@digits")
        assert jobs[first.id]["results"] == "attacked/first"
        queue.file.pause(False)
        phase = client.get(f"/api/v1/jobs/{second.id}").json()["phase"]
        assert phase == "waits for @digits, which comes first"
        assert [run["name"] for run in client.get("/api/v1/runs").json()["runs"]] == ["a b"]
        # It has not begun: there is nothing yet, and that is no mistake.
        shown = client.get("/api/v1/networks/@digits/results/attacked/first").json()
        assert (shown["files"], shown["job"]) == ([], second.id)
