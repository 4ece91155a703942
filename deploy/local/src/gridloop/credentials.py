"""Makes the secrets of a data folder once: files of mode 0600 in a folder of mode 0700."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from gridloop.errors import MachineError
from gridloop.layout import SERVICES, Layout, write_private


class Credentials:
    """The generated secrets of one data folder; missing ones are made, existing ones are never changed.

    Files: ``passwords.json`` (PostgreSQL roles and NATS users), ``<service>.signing.json`` (private Ed25519
    JWK), ``<service>.keyring.json`` (encryption keys), ``public/<service>.json`` (public JWK),
    ``operator.json`` (client credentials of the operator), ``first-admin.json`` (one-time password).
    """

    def __init__(self, layout: Layout) -> None:
        self._folder = layout.secrets
        self.public = self._folder / "public"
        self.operator = self._folder / "operator.json"
        self.first_admin = self._folder / "first-admin.json"
        self.first_admin_shown = self._folder / "first-admin.shown"

    def make(self) -> None:
        self.public.mkdir(exist_ok=True, mode=0o700)
        _once(self._folder / "passwords.json", _passwords)
        _once(self.operator, lambda: {"client_id": "operator", "client_secret": secrets.token_urlsafe(32)})
        _once(self.first_admin, lambda: {"username": "admin", "password": secrets.token_urlsafe(12)})
        for service in SERVICES:
            make_keys(service, self.signing_key(service), self.keyring(service), self.public)

    def passwords(self) -> dict[str, str]:
        """By role or user: ``postgres``, ``<service>_owner``, ``<service>_app``, ``nats:<user>``."""
        return self.read(self._folder / "passwords.json")

    def signing_key(self, service: str) -> Path:
        return self._folder / f"{service}.signing.json"

    def keyring(self, service: str) -> Path:
        return self._folder / f"{service}.keyring.json"

    @staticmethod
    def read(path: Path) -> dict[str, str]:
        """Raises ``MachineError`` when the file cannot be read or is not JSON."""
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise MachineError(f"The secret {path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise MachineError(f"The secret {path} is damaged (not JSON): put it back from a backup.") from error


def make_keys(service: str, private: Path, keyring: Path, public: Path) -> None:
    """What is missing of a service's keys: to sign (its public half into the folder ``public``) and to encrypt."""
    _once(keyring, _keyring)
    if private.exists() and (public / f"{service}.json").exists():
        return
    from joserfc.jwk import OKPKey

    key = OKPKey.generate_key("Ed25519", {"kid": f"{service}-1", "alg": "Ed25519", "use": "sig"})
    write_private(public / f"{service}.json", json.dumps(key.as_dict(private=False)))
    write_private(private, json.dumps(key.as_dict(private=True)))


def _once(path: Path, make: Callable[[], object]) -> None:
    if not path.exists():
        write_private(path, json.dumps(make()))


def _passwords() -> dict[str, str]:
    names = ["postgres", "nats:admin", *(f"nats:{service}" for service in SERVICES)]
    names += [f"{service}_{role}" for service in SERVICES for role in ("owner", "app")]
    return {name: secrets.token_urlsafe(24) for name in names}


def _keyring() -> dict[str, object]:
    return {"current": "k1", "keys": {"k1": _random_key()}, "lookup": _random_key()}


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
