"""Where messages may not go: into private networks, by whatever spelling, and not by a name that moved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.errors import InvalidInput
from recommendations.outbound.addresses import checked

PUBLIC = "93.184.216.34"


def leads_to(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="private network"):
        checked("https://hooks.example.com/x", resolver=leads_to(address))


def test_one_private_address_among_several_is_enough() -> None:
    with pytest.raises(InvalidInput, match="private network"):
        checked("https://hooks.example.com/x", resolver=leads_to(PUBLIC, "10.0.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "ftp://hooks.example.com/", "javascript:alert(1)", "https://", "hooks.example.com",
        "https://user:pass@hooks.example.com/", "https://hooks.example.com/#part", "https://hooks.example.com:99999/",
        "https://hooks example.com/", "https://[::1/", "file:///etc/passwd", "https://hooks.example.com/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        checked(url, resolver=leads_to(PUBLIC))


def test_a_public_address_is_pinned() -> None:
    target = checked("https://Hooks.Example.com:8443/a/b?c=1", resolver=leads_to(PUBLIC))
    assert (target.host, target.port, target.ip, target.path) == ("hooks.example.com", 8443, PUBLIC, "/a/b?c=1")


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::6810:84e5"])
def test_public_addresses_of_both_families_work(address: str) -> None:
    assert checked("https://hooks.example.com/", resolver=leads_to(address)).ip == address


def test_named_private_hosts_may_be_called_and_in_the_clear(settings: object) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["n8n.lan"]  # type: ignore[attr-defined]
    assert checked("http://n8n.lan:5678/hook", resolver=leads_to("192.168.1.5")).ip == "192.168.1.5"
    with pytest.raises(InvalidInput):
        checked("http://other.lan/", resolver=leads_to("192.168.1.5"))
