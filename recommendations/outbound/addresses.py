"""Whether an address may be called, and which machine it is: checked when it is saved and again at every call.

A name that led outside yesterday may lead inside today, so the address that was checked is the one that is connected
to.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings

from accounts.errors import InvalidInput

LONGEST = 2_000
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: connect to `ip`, speak as if to `host`."""

    scheme: str
    host: str
    port: int
    ip: str
    path: str


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name. Errors: InvalidInput for a name nobody knows."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidInput(f"Nobody knows the name {host[:100]}.", field="url") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked(url: str, *, resolver: Resolve = resolve) -> Target:
    """Where `url` leads.

    Errors: InvalidInput for anything but https to a machine on the public internet. Hosts named by
    OUTBOUND_PRIVATE_HOSTS may be private and speak plain http.
    """
    host, scheme, port, path = _parts(url)
    is_named = host in settings.OUTBOUND_PRIVATE_HOSTS
    if scheme != "https" and not is_named:
        raise InvalidInput("The address has to begin with https://.", field="url")
    addresses = [ip_address(address.split("%")[0]) for address in resolver(host, port)]
    if not addresses or not (is_named or all(map(is_public, addresses))):
        raise InvalidInput("This address leads into a private network, so it is not called.", field="url")
    return Target(scheme, host, port, str(addresses[0]), path)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public internet, also where it is wrapped in IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address.exploded.startswith("0064:ff9b"):  # translated to IPv4 by the network
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _parts(url: str) -> tuple[str, str, int, str]:
    """Host, scheme, port, path with query. Errors: InvalidInput."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise InvalidInput("This address cannot be read.", field="url") from None
    if len(url) > LONGEST or parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in url.strip()):
        raise InvalidInput("This is no web address.", field="url")
    if parts.username or parts.password or parts.fragment:
        raise InvalidInput("An address carries no name, password or #part here.", field="url")
    path = parts.path or "/"
    return (
        host,
        parts.scheme,
        port or (443 if parts.scheme == "https" else 80),
        (f"{path}?{parts.query}" if parts.query else path),
    )
