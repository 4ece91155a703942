"""PostgreSQL on this machine: made once with its roles and databases, started with durable settings."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gridloop.account import Account
from gridloop.errors import MachineError
from gridloop.layout import SERVICES, Layout
from gridloop.process import Process

VERSION = "18"
PORT_LINE, STATUS_LINE = 3, 7
ROLES = Path(__file__).with_name("roles.sql")
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "wal_level": "replica",
    "jit": "off",
    "io_method": "sync",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


@dataclass
class Postgres:
    """One cluster with a database, an owner role and an application role for each service."""

    layout: Layout
    programs: Path
    account: Account | None
    passwords: dict[str, str]
    port: int = 0

    def check(self) -> None:
        """Raises ``MachineError`` when the data belong to another major version of PostgreSQL."""
        written_by = self.layout.postgres / "PG_VERSION"
        if written_by.exists() and (found := written_by.read_text().strip()) != VERSION:
            raise MachineError(
                f"{self.layout.postgres} was written by PostgreSQL {found}, this is PostgreSQL {VERSION}: "
                f"start the Gridloop that wrote it, or take another folder with --data."
            )

    def make(self) -> None:
        """Initialise the cluster beside its place and rename it, so that a half-made one is never used."""
        if self.layout.postgres.exists():
            return
        part = self.layout.root / "postgres.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        if self.account:
            os.chown(part, self.account.uid, self.account.gid)
        self._initdb(part)
        self._administer(part, "postgres", cluster_sql(self.passwords))
        for service in SERVICES:
            self._administer(part, service, ROLES.read_text(encoding="utf-8").format(service=service))
        part.rename(self.layout.postgres)

    def process(self, port: int) -> Process:
        self.port = port
        settings = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(port)}).items()]
        return Process(
            name="postgres",
            command=[str(self.programs / "postgres"), "-D", str(self.layout.postgres), *settings],
            environment=_environment(),
            log=self.layout.logs / "postgres.log",
            note=self.layout.run / "postgres.json",
            account=self.account,
            stop_signal=signal.SIGINT,
        )

    def ready(self, pid: int) -> bool:
        """Whether the server ``pid`` accepts connections, by its own status file (as ``pg_ctl`` does)."""
        try:
            lines = (self.layout.postgres / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        ours = lines[:1] == [str(pid)]  # the file of a killed server stays
        return ours and "ready" in (line.strip() for line in lines[STATUS_LINE:])

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def _initdb(self, folder: Path) -> None:
        secret = folder.with_name("postgres.password")
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(self.passwords["postgres"])
        if self.account:
            os.chown(secret, self.account.uid, self.account.gid)
        access = ["--auth=scram-sha-256", "--username=postgres", f"--pwfile={secret}"]
        text = ["--no-locale", "--encoding=UTF8"]
        try:
            self._run(["initdb", "-D", str(folder), *text, *access, "--no-instructions"])
        finally:
            secret.unlink()

    def _administer(self, folder: Path, database: str, statements: str) -> None:
        """Run SQL without a server, one statement a line: nothing listens before the roles are right."""
        lines = "\n".join(line for line in statements.splitlines() if line and not line.startswith("--"))
        done = self._run(["postgres", "--single", "-D", str(folder), database], lines + "\n")
        if " ERROR: " in done or "FATAL: " in done:
            raise MachineError(f"PostgreSQL refused to make the roles of {database}: {done.strip().splitlines()[-1]}")

    def _run(self, command: Iterable[str], text: str | None = None) -> str:
        program, *arguments = command
        account = self.account
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode != 0:
            raise MachineError(f"PostgreSQL cannot be set up in {self.layout.root}: {_reason(done.stderr)}")
        return done.stderr


def running_port(layout: Layout) -> int:
    """Where the server of this data folder listens. Raises ``MachineError`` when none runs."""
    try:
        return int((layout.postgres / "postmaster.pid").read_text().splitlines()[PORT_LINE])
    except (OSError, ValueError, IndexError) as error:
        raise MachineError(f"No PostgreSQL runs on {layout.postgres}.") from error


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() or "FATAL" in line or "No space" in line]
    return (telling or lines or ["it gave no reason"])[-1]


def cluster_sql(passwords: Mapping[str, str]) -> str:
    """Roles and databases of all services, one statement a line; what belongs into each database is in ROLES."""
    lines = []
    for service in SERVICES:
        lines += [
            f"CREATE ROLE {service}_owner LOGIN PASSWORD '{passwords[service + '_owner']}';",
            f"CREATE ROLE {service}_app LOGIN PASSWORD '{passwords[service + '_app']}';",
            f"ALTER ROLE {service}_app SET transaction_timeout = '5s';",
            f"CREATE DATABASE {service} OWNER {service}_owner;",
        ]
    lines += [f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC;" for database in ("postgres", "template1")]
    return "\n".join(lines)
