"""HTTP: the app factory, problems, health, and what endpoints ask for."""

from kit.http.runtime import Runtime
from kit.http.service import Ctx, create_service

__all__ = ["Ctx", "Runtime", "create_service"]
