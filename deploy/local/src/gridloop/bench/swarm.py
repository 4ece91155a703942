"""Many phones at once: kept connections that each send their next request as soon as they have their answer.

One thread over non-blocking sockets, so that the client takes as little as it can from the cores it shares with
what it measures.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gridloop.bench.connection import CHUNK, HEAD_END, header

SILENCE = 60.0
OK = b"HTTP/1.1 200"


@dataclass
class _Phone:
    link: socket.socket
    received: bytearray = field(default_factory=bytearray)


def send_all(port: int, requests: Sequence[bytes], *, connections: int) -> float:
    """Seconds until every request has its answer; raises RuntimeError at the first that is not 200."""
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        phones = [_Phone(_connected(port)) for _ in range(min(connections, len(requests)))]
        began = time.perf_counter()
        for phone in phones:
            selector.register(phone.link, selectors.EVENT_READ, phone)
            phone.link.sendall(next(waiting))
        left = len(requests)
        while left:
            left -= _turn(selector, waiting)
        seconds = time.perf_counter() - began
        for phone in phones:
            phone.link.close()
    return seconds


def _turn(selector: selectors.BaseSelector, waiting: Iterator[bytes]) -> int:
    """Takes what has come; how many answers were whole."""
    ready = selector.select(SILENCE)
    if not ready:
        raise RuntimeError(f"Nothing was answered for {SILENCE:.0f} s.")
    answered = 0
    for key, _ in ready:
        phone: _Phone = key.data
        phone.received += phone.link.recv(CHUNK) or _gone()
        if _whole(phone.received):
            answered += 1
            _check(phone.received)
            phone.received.clear()
            if (following := next(waiting, None)) is not None:
                phone.link.sendall(following)
    return answered


def _whole(received: bytearray) -> bool:
    end = received.find(HEAD_END)
    if end < 0:
        return False
    return len(received) - end - len(HEAD_END) >= int(header(bytes(received[:end]), b"content-length"))


def _check(received: bytearray) -> None:
    if not received.startswith(OK) or b'"problem":{' in received:
        raise RuntimeError(f"An answer was refused: {bytes(received[-600:]).decode(errors='replace')}")


def _gone() -> bytes:
    raise ConnectionError("The service closed a connection in the middle of an answer.")


def _connected(port: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port), timeout=SILENCE)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link
