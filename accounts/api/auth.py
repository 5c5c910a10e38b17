"""Who calls the API: a session, a bearer token or an API key."""

from __future__ import annotations

from ninja.security import SessionAuth

AUTHENTICATION = [SessionAuth()]
