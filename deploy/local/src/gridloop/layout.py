"""Where things are: the checkout, and the folders inside a data folder."""

import os
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("survey", "incident", "responsibility", "gateway")
DATA_VERSION = "1"


def checkout() -> Path:
    """The root of the source tree that this package is installed from (editable)."""
    return Path(__file__).resolve().parents[4]


@dataclass(frozen=True)
class Layout:
    """The folders of one suite's data; nothing else is ever written."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def nats(self) -> Path:
        return self.root / "nats"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def files(self) -> Path:
        return self.root / "files"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def version(self) -> Path:
        return self.root / "VERSION"

    def make(self) -> None:
        """Make the folders. The engines' user passes through the root; the rest is the caller's alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        for folder in (self.logs, self.secrets, self.files, self.run):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that is complete or absent, readable by its owner only unless ``mode`` says more."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
