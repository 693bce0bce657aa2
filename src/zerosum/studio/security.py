"""Who is answered, and what a browser may do with the answer.

Other pages in the same browser, and other users of the machine, can reach the server's port.
So every request must name this machine as its host (else a foreign name could be made to lead
here), come from no other page, and, to be told anything of the user's, carry the token.
"""

import asyncio
import re
import secrets
import socket
import time
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zerosum.studio.answers import refusal

__all__ = ["HEADERS", "PAGE_POLICY", "Guard", "is_known_host", "is_loopback"]

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_DATA_POLICY = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""For what programs ask for: opened as a document it may do nothing, whatever a file holds."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
_API = "/api/"
_UPLOADS = ("/api/v1/uploads/", "/api/v1/pictures")
_BODY_BYTES = 2**20
_BODY_SECONDS = 20.0
_SLOWEST = 1_000
"""Bytes a second; beyond the first seconds, a body comes at least so fast."""
_MOST_FIELDS = 100
"""Of a query."""


def is_loopback(host: str) -> bool:
    """Whether an address to listen at can be reached from this machine only.

    Example:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_known_host(named: str, listening: str) -> bool:
    """Whether the ``Host`` of a request is this machine by a name that nobody else can give away.

    Args:
        named: What the request says, perhaps with a port; any port, since tunnels change it.
        listening: The address at which the server was told to listen.

    Example:
        >>> is_known_host("localhost:9000", "127.0.0.1")
        True
        >>> is_known_host("example.org", "127.0.0.1"), is_known_host("example.org", "0.0.0.0")
        (False, False)
        >>> is_known_host("192.0.2.7:8420", "127.0.0.1"), is_known_host("192.0.2.7", "0.0.0.0")
        (False, True)
    """
    match = _HOST.fullmatch(named)
    if match is None:
        return False
    name = match[1].lower()
    if name in _LOOPBACK:
        return True
    if is_loopback(listening):
        return False
    # An address of numbers is no name that somebody could have lead here.
    return _is_address(name) or name in (listening.lower(), *_own_names())


class Guard:
    """The outermost layer of the server.

    Args:
        app: What is guarded.
        token: What calls of the API must carry.
        host: The address at which the server listens.
        upload_bytes: How large a body of an upload may be.
    """

    def __init__(self, app: ASGIApp, *, token: str, host: str, upload_bytes: int) -> None:
        self.app = app
        self.token = token.encode("ascii")
        self.host = host
        self.upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sealed = _sealed(scope["path"], send)
        try:
            limit = self._checked(scope)
        except HTTPException as error:
            answer = refusal(error.detail, error.status_code)
            # The body is not read: the connection cannot be used again.
            answer.headers["Connection"] = "close"
            await answer(scope, receive, sealed)
            return
        await self.app(scope, _limited(receive, limit), sealed)

    def _checked(self, scope: Scope) -> int:
        """How large the body may be.

        Raises:
            HTTPException: The request is not answered.
        """
        headers = Headers(scope=scope)
        host = _single(headers, "host")
        if host is None or not is_known_host(host, self.host):
            raise HTTPException(HTTPStatus.FORBIDDEN, _WRONG_HOST)
        origins = headers.getlist("origin")
        if any(each.lower() not in _origins(host) for each in origins):
            raise HTTPException(HTTPStatus.FORBIDDEN, _WRONG_ORIGIN)
        if scope["path"].startswith(_API):
            if headers.get("sec-fetch-site") == "cross-site":
                raise HTTPException(HTTPStatus.FORBIDDEN, _WRONG_ORIGIN)
            self._check_token(scope, headers)
        limit = self.upload_bytes if scope["path"].startswith(_UPLOADS) else _BODY_BYTES
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise HTTPException(HTTPStatus.BAD_REQUEST, "The Content-Length is no number.")
        if len(length) > len(str(limit)) or int(length) > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(limit))
        return limit

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        given = _single(headers, "authorization")
        if given is not None:
            kind, _, token = given.partition(" ")
            known = kind.lower() == "bearer" and self._is_token(token)
        else:
            known = scope["method"] in ("GET", "HEAD") and self._is_token(_of_query(scope))
        if not known:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, _WRONG_TOKEN)

    def _is_token(self, given: str) -> bool:
        # In a time that does not tell how much of it is right.
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.token)


_WRONG_HOST = (
    "This studio answers only at its own address: http://127.0.0.1, http://localhost or "
    "http://[::1] with its port, as `zerosum studio` printed it."
)
_TOO_SLOW = "The rest of the request did not come."
_WRONG_ORIGIN = "This studio takes no requests from other pages."
_WRONG_TOKEN = (
    "This studio answers only who has its token: open the address that `zerosum studio` printed, "
    "or send the token in the header Authorization: Bearer TOKEN."
)


def _too_large(limit: int) -> str:
    return f"The request is too large: it may have {limit:,} bytes."


def _single(headers: Headers, name: str) -> str | None:
    """A header that stands once; None where it does not, since readers would differ in which."""
    values = headers.getlist(name)
    if len(values) > 1:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"The header {name} stands more than once.")
    return values[0] if values else None


def _origins(host: str) -> tuple[str, str]:
    """Where a page of this server is from; by a tunnel that encrypts it may be https."""
    return f"http://{host.lower()}", f"https://{host.lower()}"


def _of_query(scope: Scope) -> str:
    try:
        query = parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The query has too many fields.") from error
    tokens = [value for name, value in query if name == "token"]
    return tokens[0] if len(tokens) == 1 else ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _own_names() -> tuple[str, ...]:
    name = socket.gethostname().lower()
    return (name, f"{name}.local")


def _sealed(path: str, send: Send) -> Send:
    """Sends what the application does, with the headers that bind the browser."""
    is_data = path.startswith(_API)

    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", _DATA_POLICY if is_data else PAGE_POLICY)
            headers.setdefault("Cache-Control", "no-store" if is_data else "no-cache")
        await send(message)

    return sealed


def _limited(receive: Receive, limit: int) -> Receive:
    """Receives a body up to its limit, and not slower than anybody's connection is."""
    begun = time.monotonic()
    seen = 0
    whole = False

    async def limited() -> Message:
        nonlocal seen, whole
        if whole:  # What is waited for now is that the asker goes away.
            return await receive()
        left = begun + _BODY_SECONDS + seen / _SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError as error:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, _TOO_SLOW) from error
        seen += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if seen > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(limit))
        return message

    return limited
