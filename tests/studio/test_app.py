"""The studio's application: its pages, its routes, the form of its answers."""

from pathlib import Path

import pytest

from helpers.studios import client_of, studio_over


@pytest.mark.parametrize(
    "path", ["/", "/runs", "/new", "/new/dcgan-digits", "/queue", "/run/a", "/learn", "/learn/b"]
)
def test_every_page_is_one_document(tmp_path: Path, path: str) -> None:
    with client_of(studio_over(tmp_path), token=None) as client:
        answer = client.get(path)
    assert answer.status_code == 200
    assert "app.js" in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/nothing/here", "/run/a/b"])
def test_a_mistyped_address_is_a_page_too(tmp_path: Path, path: str) -> None:
    with client_of(studio_over(tmp_path), token=None) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "app.js" in answer.text


def test_the_studio_tells_what_it_is(tmp_path: Path) -> None:
    with client_of(studio_over(tmp_path / "runs", data=(tmp_path,))) as client:
        said = client.get("/api/v1/studio").json()
    assert said["runs"] == str(tmp_path / "runs")
    assert said["data_folders"] == [str(tmp_path)]
    assert 0 < said["disk"]["free"] <= said["disk"]["total"]
    assert said["allow_code"] is False
    assert said["schedules"] is True
    assert said["limits"].keys() == {"upload_bytes", "upload_files", "pixels"}


def test_what_is_not_there_is_refused_in_the_form_of_all_refusals(tmp_path: Path) -> None:
    with client_of(studio_over(tmp_path)) as client:
        missing = client.get("/api/v1/nothing")
        method = client.post("/api/v1/studio")
    assert missing.status_code == 404
    assert missing.json() == {
        "error": {"message": "There is nothing at /api/v1/nothing.", "field": None}
    }
    assert method.status_code == 405
    assert method.headers["allow"] == "GET"
