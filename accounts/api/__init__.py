"""The JSON API of people and businesses."""

from ninja import Router

#: (prefix, router) pairs that config mounts; every app's `api` offers the same name.
ROUTERS: list[tuple[str, Router]] = []
