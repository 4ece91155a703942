"""All tables of the gateway, for its migrations."""

from gateway.accounts import models as accounts
from gateway.clients import models as clients
from gateway.customers import models as customers
from gateway.db import Base
from gateway.sessions import models as sessions

__all__ = ["Base", "accounts", "clients", "customers", "sessions"]
