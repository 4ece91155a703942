"""The leanest HTTP client there can be: what it costs itself must not be counted to the service."""

import socket
from typing import Self

CHUNK = 65_536
HEAD_END = b"\r\n\r\n"


class Connection:
    """One kept connection to 127.0.0.1; requests one after the other."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer, which must have a Content-Length."""
        self._socket.sendall(request)
        received = b""
        while HEAD_END not in received:
            received += self._more()
        head, body = received.split(HEAD_END, 1)
        length = int(header(head, b"content-length"))
        while len(body) < length:
            body += self._more()
        return int(head.split(b" ", 2)[1]), head, body

    def _more(self) -> bytes:
        received = self._socket.recv(CHUNK)
        if not received:
            raise ConnectionError("The service closed the connection in the middle of an answer.")
        return received


def header(head: bytes, name: bytes) -> bytes:
    """Raises ValueError where there is none of this name (in lower case)."""
    place = head.lower().index(b"\r\n" + name + b":") + len(name) + 3
    return head[place:].split(b"\r\n", 1)[0].strip()


def put(path: str, body: bytes, token: str) -> bytes:
    """A whole PUT request with a JSON body."""
    lines = [f"PUT {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + HEAD_END + body
