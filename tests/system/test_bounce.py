"""``./gridloop bounce`` as a mail system calls it: what it posts, and when it asks to be called again."""

import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kit.messages.signature import SIGNATURE, TIMESTAMP, verify
from tests.kit.messages.reports import postfix
from tests.support.databases import ROOT

SECRET = "a secret of the mail system's pipe, long enough"
TEMPORARY = 75


@dataclass
class Suite:
    """What is posted, and what is answered."""

    url: str = ""
    status: int = 200
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def suite() -> Iterator[Suite]:
    found = Suite()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.posts.append((self.path, dict(self.headers), body))
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(b'{"taken": "bounced"}')

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(SECRET)
    return str(path)


def bounce(mail: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["./gridloop", "bounce", *arguments], cwd=ROOT, input=mail, capture_output=True, check=False)


def test_the_report_is_posted_as_it_came_and_signed(suite: Suite, secret: str) -> None:
    raw = postfix(newline="\n")
    done = bounce(raw, "--url", suite.url, "--secret", secret)
    assert (done.returncode, done.stdout) == (0, b"bounced\n"), done.stderr
    ((path, headers, body),) = suite.posts
    assert (path, headers["Content-Type"], body) == ("/v1/invitations/bounces", "message/rfc822", raw)
    stamp = {"timestamp": headers[TIMESTAMP], "signature": headers[SIGNATURE]}
    verify([SECRET.encode()], body, **stamp, now=time.time())


def test_of_a_large_one_the_beginning_is_enough(suite: Suite, secret: str) -> None:
    raw = postfix() + b"x" * 10 * 1024**2
    assert bounce(raw, "--url", suite.url, "--secret", secret).returncode == 0
    assert suite.posts[0][2] == raw[: 1024**2]


@pytest.mark.parametrize("status", [403, 500, 503])
def test_what_was_not_taken_is_piped_again_later(suite: Suite, secret: str, status: int) -> None:
    suite.status = status
    done = bounce(postfix(), "--url", suite.url, "--secret", secret)
    assert (done.returncode, f"answered {status}" in done.stderr.decode()) == (TEMPORARY, True)


def test_nor_is_one_lost_while_nobody_is_there_or_nothing_is_set_up(tmp_path: Path, secret: str) -> None:
    (tmp_path / "short").write_text("too short")
    for arguments in (
        ("--url", "http://127.0.0.1:1", "--secret", secret),
        ("--url", "http://127.0.0.1:1"),
        ("--url", "http://127.0.0.1:1", "--secret", str(tmp_path / "short")),
        ("--data", str(tmp_path / "none"), "--secret", secret),
    ):
        done = bounce(postfix(), *arguments)
        assert (done.returncode, len(done.stderr.decode().splitlines())) == (TEMPORARY, 1), done.stderr
