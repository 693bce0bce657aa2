"""Who is answered, and with which headers."""

from pathlib import Path

import pytest

from helpers.studios import TOKEN, client_of, studio_over

API = "/api/v1/studio"
BEARER = f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (API, {"Authorization": BEARER}, 200),
        (f"{API}?token={TOKEN}", {}, 200),
        (API, {}, 401),
        (f"{API}?token={TOKEN}x", {}, 401),
        (API, {"Authorization": f"Basic {TOKEN}"}, 401),
        ("/api/v1/openapi.json", {}, 401),
        (API, {"Authorization": BEARER, "Host": "localhost:9000"}, 200),
        (API, {"Authorization": BEARER, "Host": "[::1]:1"}, 200),
        (API, {"Authorization": BEARER, "Host": "example.org"}, 403),
        ("/", {"Host": "example.org"}, 403),
        (API, {"Authorization": BEARER, "Origin": "http://127.0.0.1:8420"}, 200),
        (API, {"Authorization": BEARER, "Origin": "http://127.0.0.1:8421"}, 403),
        (API, {"Authorization": BEARER, "Origin": "null"}, 403),
        (API, {"Authorization": BEARER, "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_who_is_answered(tmp_path: Path, path: str, headers: dict[str, str], status: int) -> None:
    with client_of(studio_over(tmp_path), token=None) as client:
        answer = client.get(path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert status == 200 or answer.json()["error"]["message"]
