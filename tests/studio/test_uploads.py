"""Pictures that come through the browser."""

import asyncio
import errno
import os
import struct
import tarfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from unicodedata import normalize
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from helpers.studios import client_of, studio_over
from zerosum.data.sources import open_source
from zerosum.studio.jobs import Task
from zerosum.studio.receiving import Received, receive_files
from zerosum.studio.refusals import StudioError
from zerosum.studio.studio import Limits
from zerosum.studio.uploads import place_of

TO = "/api/v1/uploads/mine"


def picture(size: tuple[int, int] = (4, 4), kind: str = "png") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "red").save(file, kind)
    return file.getvalue()


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 40,000 x 40,000 pixels."""
    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def zipped(**files: bytes) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred_link() -> bytes:
    """An archive with a link to a file outside of it."""
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        link = tarfile.TarInfo("a.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return file.getvalue()


def send(client: Any, *files: tuple[str, bytes], to: str = TO) -> Any:
    return client.post(to, files=[("files", each) for each in files])


def left(tmp_path: Path) -> list[str]:
    """What lies where uploads do."""
    folder = tmp_path / ".studio" / "uploads"
    found = folder.rglob("*") if folder.is_dir() else ()
    return sorted(path.relative_to(folder).as_posix() for path in found if path.is_file())


def test_a_folder_with_classes_is_a_source(tmp_path: Path) -> None:
    with client_of(studio_over(tmp_path)) as client:
        first = send(client, ("pets/cats/1.png", picture()), ("pets/dogs/ü 2.PNG", picture()))
        second = send(client, ("pets/cats/3.jpg", picture(kind="jpeg"))).json()
        assert first.json()["pictures"] == 2
        assert second == {
            "name": "mine",
            "source": str(tmp_path / ".studio" / "uploads" / "mine" / "pets"),
            "pictures": 3,
            "bytes": second["bytes"],
            "refused": [],
        }
        assert open_source(second["source"]).classes == ("cats", "dogs")
        (lot,) = client.get("/api/v1/data").json()["uploads"]
        assert {**lot, "refused": []} == second
        assert client.post("/api/v1/data/inspect", json={"source": lot["source"]}).json()[
            "pictures"
        ] == 3  # fmt: skip
        assert client.delete(TO).json() == {"name": "mine"}
        assert client.delete(TO).status_code == 404
    assert left(tmp_path) == []


def test_pictures_that_a_job_needs_are_not_deleted(tmp_path: Path) -> None:
    studio = studio_over(tmp_path)
    with client_of(studio) as client:
        for lot in ("mine", "mine-2", "mine-3"):
            send(client, ("1.png", picture()), to=f"/api/v1/uploads/{lot}")
        studio.queue.file.pause(True)
        uploads = str(tmp_path / ".studio" / "uploads")
        words = ("train", "cyclegan", "--data-a", f"{uploads}/mine-2", "--data-b", "./mine-3")
        studio.queue.add(lambda plan: Task(kind="train", run="run", words=words, cwd=uploads))
        assert client.delete("/api/v1/uploads/mine-2").status_code == 409
        assert client.delete("/api/v1/uploads/mine-3").status_code == 409
        assert client.delete("/api/v1/uploads/mine").status_code == 200


def test_an_archive_or_array_is_a_source_by_itself(tmp_path: Path) -> None:
    array = BytesIO()
    np.save(array, np.zeros((5, 8, 8, 3), np.uint8))
    with client_of(studio_over(tmp_path)) as client:
        whole = send(client, ("a.zip", zipped(**{"x/1.png": picture()}))).json()
        more = send(client, ("b.png", picture())).json()
        npy = send(client, ("a.npy", array.getvalue()), to="/api/v1/uploads/array").json()
    assert whole["source"].endswith("mine/a.zip")
    assert whole["pictures"] is None
    assert [each["file"] for each in more["refused"]] == ["b.png"]
    assert "uploaded alone" in more["refused"][0]["why"]
    assert npy["refused"] == []
    assert left(tmp_path) == ["array/a.npy", "mine/a.zip"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("bomb.png", bomb(), "decompression bomb"),
        ("page.png", b"<html><script>alert(1)</script>", "not a picture"),
        ("gif.png", b"GIF89a<script>alert(1)</script>", ""),
        ("picture.svg", b"<svg onload='alert(1)'/>", "no file of pictures"),
        ("page.html", b"<html>", "no file of pictures"),
        ("code.py", b"import os", "no file of pictures"),
        ("cut.png", picture()[:40], ""),
        ("empty.png", b"", ""),
        ("zeros.zip", zipped(**{"a.png": bytes(10**8)}), ""),
        ("bombs.zip", zipped(**{"a.png": bomb(), "b.png": bomb()}), "decompression bomb"),
        ("nothing.zip", zipped(), ""),
        ("out.zip", zipped(**{"../../out.png": b"x"}), ""),
        ("link.tar", tarred_link(), ""),
        ("code.npy", b"\x93NUMPY\x01\x00" + b"x" * 99, ""),
        ("pickle.npz", zipped(**{"a.npy": b"cos\nsystem\n(S'id'\ntR."}), ""),
        ("../../up.png", picture(), "leads out of its folder"),
        ("a/../../up.png", picture(), "leads out of its folder"),
        (".htaccess.png", picture(), "hidden"),
        ("a/.git/x.png", picture(), "hidden"),
        ("/".join("abcdefghij") + ".png", picture(), "folders"),
    ],
    ids=range(20),
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    with client_of(studio_over(tmp_path)) as client:
        is_whole = name.endswith((".zip", ".tar", ".npy", ".npz"))
        others = () if is_whole else (("good/good.png", picture()),)
        answer = send(client, (name, content), *others).json()
    (refused,) = answer["refused"]
    assert refused["file"] == name
    assert why in refused["why"]
    assert str(tmp_path) not in refused["why"]
    assert left(tmp_path) == ["mine/good/good.png"] * len(others)
    assert answer["pictures"] == len(others)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("/etc/a.png", "etc/a.png"),
        ("C:\\temp\\a.png", "C%3A%5Ctemp%5Ca.png"),
        ("a\x00b\n\x1b[31m.png", "a%00b%0A%1B[31m.png"),
        ("<img src=x onerror=alert(1)>.png", "%3Cimg src=x onerror=alert(1)%3E.png"),
        ("\u202egnp.png", "%E2%80%AEgnp.png"),
        ("e\u0301.png", "é.png"),
        ("cats./a.png", "cats%2E/a.png"),
    ],
)
def test_names_do_nothing_elsewhere(name: str, kept: str) -> None:
    place = place_of(name)
    assert not isinstance(place, str)
    assert place.as_posix() == kept


@given(st.text(max_size=150), st.text(max_size=150))
def test_different_names_stay_different(one: str, other: str) -> None:
    first, second = place_of(f"{one}.png"), place_of(f"{other}.png")
    for each in (first, second):
        if not isinstance(each, str):
            assert not each.is_absolute()
            assert ".." not in each.parts
            assert all(len(part.encode()) <= 100 for part in each.parts)
    if not isinstance(first, str) and first == second:
        parts = [
            [part for part in each.split("/") if part not in ("", ".")] for each in (one, other)
        ]
        assert normalize("NFC", "/".join(parts[0])) == normalize("NFC", "/".join(parts[1]))


def test_no_more_files_are_kept_than_are_allowed(tmp_path: Path) -> None:
    limits = Limits(upload_files=3, upload_bytes=10_000)
    with client_of(studio_over(tmp_path, limits=limits)) as client:
        answer = send(client, *((f"{n}.png", picture()) for n in range(5))).json()
        assert answer["pictures"] == 3
        assert [each["file"] for each in answer["refused"]] == ["3.png", "4.png"]
        assert send(client, ("1.png", picture())).json()["refused"] == []  # in place of that one
        large = send(client, ("x.png", bytes(20_000)))
        assert large.status_code == 413
        assert "10,000 bytes" in large.json()["error"]["message"]
    assert len(left(tmp_path)) == 3


def test_a_full_disk_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        client_of(studio_over(tmp_path)) as client,
        patch("pathlib.Path.open", side_effect=full),
    ):
        answer = send(client, ("a.png", picture()))
    assert answer.status_code == 400
    assert "the disk is full" in answer.json()["error"]["message"]
    assert left(tmp_path) == []
    assert list((tmp_path / ".studio" / "uploads").iterdir()) == []


@pytest.mark.parametrize("name", ["..", "a%2Fb", ".hidden", "a.", "%00", "x" * 81, "ü", "a\\b"])
def test_a_lot_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with client_of(studio_over(tmp_path)) as client:
        for answer in (
            send(client, ("a.png", picture()), to=f"/api/v1/uploads/{name}"),
            client.delete(f"/api/v1/uploads/{name}"),
        ):
            assert answer.status_code in (400, 404, 405)
    assert left(tmp_path) == []


def test_a_form_that_ends_early_leaves_nothing(tmp_path: Path) -> None:
    boundary = "x" * 10
    start = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with client_of(studio_over(tmp_path)) as client:
        for body in (
            start,
            start + "data",
            "",
            f"--{boundary}",
            "nonsense",
            start[:-2] + "x" * 9999,
        ):
            answer = client.post(TO, content=body.encode(), headers=headers)
            assert answer.status_code == 400, body
        for kind in (
            "application/json",
            "multipart/form-data",
            "",
            "multipart/form-data; boundary=",
        ):
            assert (
                client.post(TO, content=b"{}", headers={"Content-Type": kind}).status_code == 400
            )
    assert left(tmp_path) == []


def test_many_small_files_come_in_one_form(tmp_path: Path) -> None:
    """The parser's own work is what is tried here; reading pictures is tried above."""
    count, boundary = 2_000, b"b"

    async def pieces() -> Any:
        for number in range(count):
            yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="%d"' % number
            yield b"\r\n\r\nbody %d\r\n" % number
        yield b"--b--\r\n"

    def take(name: str, received: Received) -> Path | str:
        return tmp_path / name if int(name) % 2 else "even"

    received = asyncio.run(
        receive_files(pieces(), f"multipart/form-data; boundary={boundary.decode()}", take)
    )
    assert len(received.files) == len(received.refused) == count // 2
    assert (tmp_path / "1999").read_bytes() == b"body 1999"


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    async def pieces() -> Any:
        yield b"--b\r\n\r\n\r\n" * 20_001

    with pytest.raises(StudioError, match="20,000 parts"):
        asyncio.run(receive_files(pieces(), "multipart/form-data; boundary=b", lambda *_: ""))


def test_what_a_killed_server_had_half_received_is_swept_away_and_nothing_else(
    tmp_path: Path,
) -> None:
    uploads = tmp_path / ".studio" / "uploads"
    for name in (".old.1.part", ".new.1.part"):
        (uploads / name).mkdir(parents=True)
    os.utime(uploads / ".old.1.part", (1.0, 1.0))
    with client_of(studio_over(tmp_path)) as client:
        send(client, ("1.png", picture()))
    assert sorted(each.name for each in uploads.iterdir()) == [".new.1.part", "mine"]
