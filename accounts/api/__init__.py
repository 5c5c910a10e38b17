"""The JSON API of people and businesses."""

from ninja import Router

from accounts.api import businesses, keys, sessions, users

#: (prefix, router) pairs that config mounts; every app's `api` offers the same name.
ROUTERS: list[tuple[str, Router]] = [
    ("/auth", sessions.router),
    ("/users", users.router),
    ("/users/businesses", businesses.router),
    ("/users/businesses", keys.router),
]
