"""A folder for each service with its own keys and the public keys of all: nobody holds another's."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from gridloop.credentials import make_keys
from gridloop.layout import SERVICES, write_private


def lay_out(folder: Path, operator: Mapping[str, str], first_administrator: Mapping[str, str]) -> None:
    """Writes ``<service>/signing.json``, ``keyring.json`` and ``public/``; the gateway's has also
    ``operator.json`` and ``first-admin.json``, written anew each time.
    """
    for service in SERVICES:
        own = folder / service
        (own / "public").mkdir(parents=True, exist_ok=True, mode=0o700)
        make_keys(service, own / "signing.json", own / "keyring.json", own / "public")
    for service in SERVICES:
        for other in SERVICES:
            if other != service:
                shutil.copyfile(
                    folder / other / "public" / f"{other}.json", folder / service / "public" / f"{other}.json"
                )
    write_private(folder / "gateway" / "operator.json", json.dumps(operator))
    write_private(folder / "gateway" / "first-admin.json", json.dumps(first_administrator))
