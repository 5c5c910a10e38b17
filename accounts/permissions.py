"""Who may do what: the one table of roles and permissions."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    ANALYST = "analyst", "Analyst"
    VIEWER = "viewer", "Viewer"


_VIEWER = frozenset({"read:analytics", "read:sources", "use:agent"})
_ANALYST = _VIEWER | {"write:recommendations", "write:notes", "export:data"}
_MANAGER = _ANALYST | {"write:sources", "read:members"}
_OWNER = _MANAGER | {"write:members", "write:business", "write:keys"}

TABLE: dict[str, frozenset[str]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.MANAGER: _MANAGER,
    Role.OWNER: _OWNER,
}
PERMISSIONS = _OWNER
#: What an API key may carry at most: a key never manages people, keys or the business itself.
KEY_SCOPES = _MANAGER - {"read:members"}


def may(role: str, permission: str) -> bool:
    """Whether `role` carries `permission`. An unknown permission is a mistake in the code, not a refusal."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    return permission in TABLE.get(role, frozenset())
