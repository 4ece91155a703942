"""NATS JetStream on this machine: durable file storage, a user per service who may do no more than needed."""

import contextlib
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridloop.account import Account
from gridloop.engines.permissions import permissions
from gridloop.layout import SERVICES, Layout, write_private
from gridloop.process import Process

STORE_LIMIT = 64 << 30


@dataclass
class Nats:
    """One server; its configuration is written anew at each start, readable by its own user only."""

    layout: Layout
    program: Path
    account: Account | None
    passwords: dict[str, str]
    port: int = 0

    def make(self) -> None:
        self.layout.nats.mkdir(exist_ok=True, mode=0o700)
        self._own(self.layout.nats)

    def process(self, port: int) -> Process:
        self.port = port
        path = self.layout.nats / "nats.conf"
        told = configuration(f"127.0.0.1:{port}", str(self.layout.nats / "store"), self.passwords)
        write_private(path, json.dumps(told, indent=1))
        self._own(path)
        return Process(
            name="nats",
            command=[str(self.program), "-c", str(path)],
            environment={"PATH": "/usr/bin:/bin"},
            log=self.layout.logs / "nats.log",
            note=self.layout.run / "nats.json",
            account=self.account,
        )

    def ready(self) -> bool:
        """Whether it greets a connection; it listens only after its streams are recovered."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5) as probe:
            return probe.recv(5) == b"INFO "
        return False

    def url(self, user: str) -> str:
        return f"nats://{user}:{self.passwords['nats:' + user]}@127.0.0.1:{self.port}"

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def configuration(listen: str, store: str, passwords: Mapping[str, str]) -> dict[str, object]:
    """The server's configuration; ``passwords`` by ``nats:<user>``, for ``admin`` and each service."""
    return {
        "listen": listen,
        "server_name": "gridloop",
        "max_payload": 1 << 20,
        "jetstream": {
            "store_dir": store,
            "sync_interval": "always",
            "max_memory_store": 64 << 20,
            "max_file_store": STORE_LIMIT,
        },
        "authorization": {"users": [_user("admin", passwords), *(_limited(name, passwords) for name in SERVICES)]},
    }


def _user(name: str, passwords: Mapping[str, str]) -> dict[str, object]:
    return {"user": name, "password": passwords[f"nats:{name}"]}


def _limited(service: str, passwords: Mapping[str, str]) -> dict[str, object]:
    return _user(service, passwords) | {"permissions": permissions(service)}
