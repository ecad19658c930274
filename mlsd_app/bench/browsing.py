"""A browser as far as a server sees one, cheap enough not to be what is measured."""

from __future__ import annotations

import gzip
import re
import select
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from django.conf import settings

NO_CONTENT = 204  # an answer without a body, nor a length of it
ANSWERS_WITHIN = 60  # seconds; the first answer waits for the worker to load
TOKEN = re.compile(r'"X-CSRFToken": "(\w+)"')


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; ``body`` is what was sent, compressed or not."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Visitor:
    """A signed-in person on one connection that stays open, as browsers keep theirs."""

    def __init__(self, address: tuple[str, int], session: str) -> None:
        self.address = address
        self.session = session
        self.host = "{}:{}".format(*address)
        self._cookies = {settings.SESSION_COOKIE_NAME: session}
        self._page = f"http://{self.host}/"
        self._token = ""
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def get(self, path: str) -> Response:
        """What is at ``path``, compressed where the server does that."""
        return self._exchange("GET", path, {"Accept-Encoding": "gzip"})

    def open(self, path: str) -> Response:
        """Load a page; what is posted from now on is posted by it."""
        response = self.get(path)
        token = TOKEN.search(response.text)
        if response.status != 200 or token is None:
            raise ConnectionError(f"{path} answered {response.status} and no page to write in.")
        self._page = f"http://{self.host}{path}"
        self._token = token[1]
        return response

    def post(self, path: str, fields: Mapping[str, str]) -> Response:
        """Post ``fields`` as htmx does. Raises ``ConnectionError`` unless the answer is 200."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "HX-Current-URL": self._page,
            "X-CSRFToken": self._token,
            "Origin": f"http://{self.host}",
            "Referer": self._page,
        }
        response = self._exchange("POST", path, headers, urlencode(fields).encode())
        if response.status != 200:
            raise ConnectionError(f"{path} answered {response.status}: {response.text[:500]}")
        return response

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Host": self.host, "Cookie": cookies, "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        line = self._connected()
        line.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        response = self._receive(line)
        for name, value in re.findall(r"(\w+)=([^;]*)", response.headers.get("set-cookie", ""))[:1]:
            self._cookies[name] = value
        if response.headers.get("connection") == "close":
            self._hang_up()
        return response

    def _connected(self) -> socket.socket:
        """The open connection; a new one when the server closed it while nothing was asked."""
        if self._socket is not None:
            ended, _, _ = select.select([self._socket], [], [], 0)
            if not ended:
                return self._socket
            self._hang_up()
        self._socket = socket.create_connection(self.address, timeout=ANSWERS_WITHIN)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _receive(self, line: socket.socket) -> Response:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more(line)
        head, _, body = received.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {}
        for one in rest:
            name, _, value = one.partition(": ")
            headers[name.lower()] = value
        status = int(first.split(" ", 2)[1])
        length = 0 if status == NO_CONTENT else int(headers["content-length"])
        parts = [body]
        missing = length - len(body)
        while missing > 0:
            parts.append(self._more(line))
            missing -= len(parts[-1])
        return Response(status, headers, b"".join(parts))

    def _more(self, line: socket.socket) -> bytes:
        part = line.recv(65536)
        if not part:
            raise ConnectionError("The server closed the connection in the middle of an answer.")
        return part
