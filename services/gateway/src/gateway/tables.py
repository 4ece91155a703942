"""All tables of the gateway, for its migrations."""

from gateway.accounts import models as accounts
from gateway.clients import models as clients
from gateway.db import Base
from gateway.parts import models as parts
from gateway.sessions import models as sessions

__all__ = ["Base", "accounts", "clients", "parts", "sessions"]
