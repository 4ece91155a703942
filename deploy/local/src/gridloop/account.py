"""Whose account the engines run under.

PostgreSQL refuses to run as root. Started by root, both engines run as a system user of their own; started by
anybody else, as that person.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gridloop.errors import MachineError

SYSTEM_USER = "gridloop"


@dataclass(frozen=True)
class Account:
    """Numeric ids of the user that the engines run as; ``None`` where they run as the caller."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder from the root down to ``folder`` may be passed by this user."""
        known = [place for place in (folder, *folder.parents) if place.is_dir()]
        return all(self._passes(place.stat()) for place in known)

    def _passes(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def engine_account() -> Account | None:
    """The user to drop to (made when it is missing), or ``None`` where the caller is not root."""
    if os.geteuid() != 0:
        return None
    try:
        found = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        found = _add_system_user()
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _add_system_user() -> pwd.struct_passwd:
    command = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if command is None:
        raise MachineError(
            f"PostgreSQL refuses to run as root and there is no useradd to make the system user "
            f"{SYSTEM_USER!r}: start Gridloop as an ordinary user."
        )
    flags = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    shell = ["--shell", "/usr/sbin/nologin"]
    made = subprocess.run([command, *flags, *shell, SYSTEM_USER], capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise MachineError(
            f"PostgreSQL refuses to run as root and the system user {SYSTEM_USER!r} could not be made "
            f"({made.stderr.strip()}): start Gridloop as an ordinary user."
        ) from None
