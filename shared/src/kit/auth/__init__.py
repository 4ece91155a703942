"""Access: tokens, roles, units, and the policies that routes declare."""

from kit.auth.actor import EVERYWHERE, Actor, Role
from kit.auth.policy import Policy, Public, allow, public
from kit.auth.tokens import Signer, Verifier

__all__ = ["EVERYWHERE", "Actor", "Policy", "Public", "Role", "Signer", "Verifier", "allow", "public"]
