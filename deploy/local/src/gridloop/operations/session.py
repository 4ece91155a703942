"""Signs in at a gateway and asks it, or a service behind it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx

from gridloop.credentials import Credentials
from gridloop.data_folder import DataFolder
from gridloop.errors import MachineError
from gridloop.layout import SERVICES, Layout
from gridloop.options import Options

REFUSED = 400


class RefusedError(MachineError):
    """The suite answered with a problem (RFC 9457)."""


@dataclass(frozen=True)
class Target:
    """Where a suite is and who asks: addresses of the gateway and, where known, of the services behind it."""

    gateway: str
    services: Mapping[str, str]
    client_id: str
    client_secret: str


def target(options: Options, url: str | None, at: str | None = None) -> Target:
    """The suite on this machine's data folder with its operator's key, or the one at ``url`` with
    ``GRIDLOOP_CLIENT_ID`` and ``GRIDLOOP_CLIENT_SECRET``. ``at`` is the address of the service that is meant.

    Raises ``MachineError`` when neither is there.
    """
    given = dict.fromkeys(SERVICES, at) if at else {}
    if url is not None:
        names = ("GRIDLOOP_CLIENT_ID", "GRIDLOOP_CLIENT_SECRET")
        if missing := [name for name in names if not os.environ.get(name)]:
            raise MachineError(f"With --url the environment must say who asks: {' and '.join(missing)} is not set.")
        known = {name: address for name, address in given.items() if address}
        return Target(url.rstrip("/"), known, *(os.environ[name] for name in names))
    return _here(options)


def _here(options: Options) -> Target:
    layout = Layout(options.data_folder())
    folder = DataFolder(layout)
    running: dict[str, Any] = folder.described() if folder.running() else {}
    if "url" not in running:
        raise MachineError(f"No suite runs on {layout.root}: start one with ./gridloop up, or name another by --url.")
    key = Credentials.read(Credentials(layout).operator)
    return Target(running["url"], running["services"], key["client_id"], key["client_secret"])


class Session:
    """A signed-in client; every answer is JSON, every refusal a ``RefusedError`` with the suite's own words."""

    def __init__(self, suite: Target) -> None:
        self._suite = suite
        self._http = httpx.Client(timeout=30)

    def __enter__(self) -> Self:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._suite.client_id,
            "client_secret": self._suite.client_secret,
        }
        token = self._asked("POST", self._suite.gateway + "/v1/auth/token", data=form)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def gateway(self, method: str, path: str, **what: Any) -> Any:
        return self._asked(method, self._suite.gateway + path, **what)

    def service(self, name: str, method: str, path: str, **what: Any) -> Any:
        """Ask a service itself, for what the gateway does not pass on."""
        address = self._suite.gateway if name == "gateway" else self._suite.services.get(name)
        if address is None:
            raise MachineError(f"The address of {name} is not known: give it with --at.")
        return self._asked(method, address + path, **what)

    def _asked(self, method: str, address: str, **what: Any) -> Any:
        try:
            answer = self._http.request(method, address, **what)
        except httpx.HTTPError as error:
            raise MachineError(f"{address} does not answer: {error}.") from error
        if answer.status_code >= REFUSED:
            raise RefusedError(_words(answer))
        return answer.json() if answer.content else {}


def _words(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        faults = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in problem.get("errors", ()))
        said = problem.get("detail") or problem.get("title") or problem.get("error_description")
    except (ValueError, KeyError, AttributeError):
        return f"{answer.request.url} answered {answer.status_code}."
    return f"{said} ({answer.status_code}){': ' + faults if faults else ''}"
