"""DATABASE_URL → Django's settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config import env


def database_from_url(url: str) -> dict[str, Any]:
    """Django's settings for a `postgresql://` URL, as given by platforms and by the embedded server.

    Empty:  an empty URL names a database that nobody can reach, for commands that never connect.
    Errors: BadSetting for another scheme; Bellwether speaks Postgres only.
    """
    parts = urlsplit(url or "postgresql://nobody@/unset?host=unset")
    if parts.scheme not in ("postgresql", "postgres"):
        raise env.BadSetting("DATABASE_URL starts with postgresql://.")
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    options: dict[str, Any] = dict(query)
    if pool := env.number("DATABASE_POOL", 12):
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }
