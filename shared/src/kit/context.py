"""What a service function may need beside its session and its input."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.clock import Clock
from kit.encryption import Keyring
from kit.settings import ServiceSettings

if TYPE_CHECKING:
    from kit.peers import Peers


@dataclass(frozen=True)
class Context:
    service: str
    settings: ServiceSettings
    clock: Clock
    keyring: Keyring
    peers: "Peers"
