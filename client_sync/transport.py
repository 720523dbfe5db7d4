"""
Bytes to the server and back: one HTTP session, compressed bodies, time-outs of our own.

`Transport` is what the engine needs; a test client of the server, or a sealed file
carried by a colleague, can stand in for `HttpTransport`.

TCP alone waits for minutes after an outage. Here a call is given up when nothing
moved for a while: no byte of the request was taken by the system within 10 s, or no
byte of the answer came within 30 s (the system still holds some 64 KB of the request
then, which a line of 40 kbit/s needs 13 s for).
"""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit

import requests
import zstandard
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as Urllib3Timeout

from client_sync.errors import BadAnswer, DeviceError, Refused, ServerFault, TimedOut, Unreachable
from domain import __version__
from domain.canonical import Json
from domain.errors import InvalidRequest

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
SLICE: Final = 4096
"""Bytes handed to the system at once: each slice has the time-out for itself."""
JSON: Final = "application/json"
LEAST_COMPRESSED: Final = 150
LARGEST_ANSWER: Final = 64 * 1024 * 1024
BUSY: Final = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Call:
    """
    One request; `body` is JSON before compression, `level` the zstd level for it.

    Of another `kind` it is a piece of a file, and travels as it is. `headers` are further ones. `wait` are
    the seconds after which no answer comes any more, where the transport's are not meant; `on_sent` is told
    how many bytes of the body went up, each time that some did.
    """

    method: str
    path: str
    body: bytes | None = None
    token: str | None = None
    level: int = 12
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float | None = None
    on_sent: Callable[[int], None] | None = None


@dataclass(frozen=True)
class Answer:
    """
    A status and the JSON that came with it; `sent` are the bytes of the request's body as it travelled,
    `headers` those of the answer, by their names in small letters.
    """

    status: int
    document: Json
    sent: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Traffic:
    """What went over the line, failed attempts included: requests, bytes of compressed bodies both ways."""

    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def since(self, before: "Traffic") -> "Traffic":
        """What came on top of `before`."""
        return Traffic(
            self.requests - before.requests,
            self.bytes_up - before.bytes_up,
            self.bytes_down - before.bytes_down,
        )


class Transport(Protocol):
    """Carries calls to one server."""

    traffic: Traffic

    def exchange(self, call: Call) -> Answer:
        """The server's answer, whatever its status.

        Raises `TimedOut` when nothing moved for too long and `Unreachable` when there is no whole answer of a
        Verilap server; the server may have acted on the call all the same.
        """
        ...

    def close(self) -> None: ...


@dataclass
class HttpTransport:
    """Carries calls over HTTP in one session. `on_bytes` is told of every piece that moved."""

    url: str
    connect_s: float = CONNECT_S
    read_s: float = READ_S
    on_bytes: Callable[[int], None] | None = None
    traffic: Traffic = field(default_factory=Traffic)
    _session: requests.Session = field(default_factory=requests.Session, init=False)

    def __post_init__(self) -> None:
        self.url = check_url(self.url)
        self._session.headers.update({"User-Agent": f"verilap/{__version__}", "Accept-Encoding": "zstd"})

    def exchange(self, call: Call) -> Answer:
        body, headers = _packed(call)
        self.traffic.requests += 1
        before = self.traffic.bytes_up
        try:
            response = self._session.request(
                call.method,
                self.url + call.path,
                data=_Upload(body, lambda moved: self._went_up(call, moved)) if body else None,
                headers=headers,
                auth=_Bearer(call.token),
                timeout=(self.connect_s, call.wait or self.read_s),
                allow_redirects=False,
                stream=True,
            )
            with response:
                told = {name.lower(): value for name, value in response.headers.items()}
                document, sent = self._read(response), self.traffic.bytes_up - before
                return Answer(response.status_code, document, sent, told)
        except (requests.RequestException, HTTPError, OSError) as error:
            if _is_timeout(error):
                raise TimedOut("nothing moved on the line for too long", url=self.url) from None
            raise Unreachable(
                f"{self.url} cannot be reached", url=self.url, detail=str(error)[:300]
            ) from None

    def _went_up(self, call: Call, moved: int) -> None:
        self.traffic.bytes_up += moved
        if call.on_sent:
            call.on_sent(moved)
        self._moved(moved)

    def _moved(self, moved: int) -> None:
        if self.on_bytes:
            self.on_bytes(moved)

    def _read(self, response: requests.Response) -> Json:
        pieces = []
        for piece in response.raw.stream(64 * 1024, decode_content=False):
            self.traffic.bytes_down += len(piece)
            self._moved(len(piece))
            pieces.append(piece)
        packed = b"".join(pieces)
        return _document(response.status_code, packed, response.headers.get("Content-Encoding", ""), self.url)

    def close(self) -> None:
        self._session.close()


def check_url(url: str) -> str:
    """The address of a server, without a slash at its end. Raises `InvalidRequest` for anything else."""
    try:
        parts = urlsplit(url.strip())
        is_sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or parts.query or parts.fragment or parts.username or parts.password:
        raise InvalidRequest(
            f"{url!r} is no address such as https://verilap.example.go.id", code="url", url=url
        )
    return url.strip().rstrip("/")


def is_open_line(url: str) -> bool:
    """Whether what is sent there could be read on the way: plain HTTP to another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1")


class _Bearer(AuthBase):
    """The token of the device; given as an authentication, so that no .netrc replaces it."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Upload:
    """A body that is read in slices, each of which counts as progress."""

    def __init__(self, body: bytes, went: Callable[[int], None]) -> None:
        self._body = body
        self._at = 0
        self._went = went

    def __len__(self) -> int:
        return len(self._body)

    def read(self, _size: int = -1) -> bytes:
        piece = self._body[self._at : self._at + SLICE]
        self._at += len(piece)
        self._went(len(piece))
        return piece


def _packed(call: Call) -> tuple[bytes, dict[str, str]]:
    """The body as it travels and its headers; small bodies are not worth packing."""
    if call.body is None:
        return b"", dict(call.headers)
    headers = {"Content-Type": call.kind, **call.headers}
    if call.kind == JSON and len(call.body) >= LEAST_COMPRESSED:
        packed = compressed(call.body, call.level)
        if len(packed) < len(call.body):
            return packed, {**headers, "Content-Encoding": "zstd"}
    return call.body, headers


def compressed(body: bytes, level: int) -> bytes:
    """A zstd frame without checksum: the bytes are the answer's or the connection's to check."""
    return zstandard.ZstdCompressor(level=level, write_checksum=False).compress(body)


def _document(status: int, packed: bytes, encoding: str, url: str) -> Json:
    """The JSON of an answer. What is no JSON is not the server's: a portal, a proxy, half an answer."""
    try:
        body = _unpacked(packed, encoding)
        document: Json = json.loads(body) if body else None
    except (ValueError, RecursionError, zstandard.ZstdError, zlib.error) as error:
        if status >= 400:
            return None
        raise Unreachable(f"what answers at {url} is no Verilap server", url=url, detail=str(error)) from None
    return document


def _unpacked(packed: bytes, encoding: str) -> bytes:
    """The inflated bytes, at most `LARGEST_ANSWER` of them."""
    if encoding == "zstd":
        body = zstandard.ZstdDecompressor().stream_reader(packed).read(LARGEST_ANSWER + 1)
    elif encoding == "gzip":
        body = zlib.decompressobj(31).decompress(packed, LARGEST_ANSWER + 1)
    else:
        body = packed
    if len(body) > LARGEST_ANSWER:
        raise ValueError("the answer is too large")
    return body


def _is_timeout(error: BaseException | None) -> bool:
    """Whether a time-out is at the bottom of a chain; a connection that was never made moved nothing."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, (requests.ConnectTimeout, ConnectTimeoutError, NewConnectionError)):
            return False
        if isinstance(error, (TimeoutError, requests.Timeout, Urllib3Timeout)):
            return True
        inner = [one for one in error.args if isinstance(one, BaseException)]
        error = error.__cause__ or error.__context__ or (inner[0] if inner else None)
        seen += 1
    return False


# --- what an answer means ------------------------------------------------------------------------


def expect(answer: Answer) -> Json:
    """The document of a success.

    Raises `ServerFault` when the server may do it later, `Refused` with the server's code when it never will,
    `Unreachable` for what no Verilap server answers.
    """
    if answer.status == 200 and isinstance(answer.document, dict):
        return answer.document
    raise failure_of(answer)


def failure_of(answer: Answer) -> DeviceError:
    """What an answer that is no success means; see `expect`."""
    code, message = _reason(answer.document)
    if answer.status >= 500 or answer.status in BUSY:
        sentence = f"the server cannot do it now ({answer.status})"
        return ServerFault(sentence, status=answer.status, code_sent=code)
    if answer.status >= 400 and code:
        return Refused(message or code, code=code, status=answer.status)
    if answer.status in (400, 413):
        return Refused(f"the server refused ({answer.status})", status=answer.status)
    return Unreachable(f"what answers is no Verilap server ({answer.status})", status=answer.status)


def _reason(document: Json) -> tuple[str, str]:
    match document:
        case {"error": {"code": str(code), "message": str(message)}}:
            return code, message
    return "", ""


def misread(what: str, detail: object) -> BadAnswer:
    """The error for an answer that this version cannot read."""
    return BadAnswer(f"the server's answer to {what} cannot be read", what=what, detail=str(detail)[:300])
