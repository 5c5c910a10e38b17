"""What the shell offers: links of the desks, and slots that a lower app's page leaves to a higher app.

Apps register in `AppConfig.ready`; the templates below them never name them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.models import Desk

#: The group of links that belong to the business itself and not to a desk.
BUSINESS = "business"
GROUP_LABELS = {**dict(Desk.choices), BUSINESS: "Business"}


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One registered link; `also` names further URL names that belong under it, such as a detail page."""

    desk: str
    label: str
    url_name: str
    icon: str
    order: int
    permission: str = "read:analytics"
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class NavGroup:
    """The links of one desk, ready to print."""

    key: str
    label: str
    items: tuple[NavItem, ...]


_entries: dict[str, NavEntry] = {}
_slots: dict[str, tuple[str, str]] = {}


def register_nav(
    desk: str,
    label: str,
    url_name: str,
    icon: str,
    order: int,
    *,
    permission: str = "read:analytics",
    also: tuple[str, ...] = (),
) -> None:
    """Add a link to the shell; `url_name` takes the business slug. A second call for a URL name replaces the first."""
    _entries[url_name] = NavEntry(desk, label, url_name, icon, order, permission, also)


def open_desks() -> frozenset[str]:
    """The desks that have pages: those for which any app registered a link."""
    return frozenset(entry.desk for entry in _entries.values() if entry.desk != BUSINESS)


def register_slot(name: str, url_name: str, *, permission: str = "read:analytics") -> None:
    """Fill the slot `name` of lower pages with the fragment at `url_name`, which takes the business slug."""
    _slots[name] = (url_name, permission)


def nav_items(request: HttpRequest) -> list[NavGroup]:
    """The links this member may follow in this business, by desk; nothing outside a business."""
    business, member = getattr(request, "business", None), getattr(request, "member", None)
    if business is None or member is None:
        return []
    here = request.resolver_match.view_name if request.resolver_match else ""
    groups = []
    for key in (*(desk for desk in Desk.values if desk in business.desks), BUSINESS):
        items = tuple(_items(_of_desk(key), business.slug, member, here))
        if items:
            groups.append(NavGroup(key, str(GROUP_LABELS[key]), items))
    return groups


def slot_url(request: HttpRequest, name: str) -> str:
    """Where the fragment of a slot is, or an empty text when nobody fills it for this member."""
    business, member = getattr(request, "business", None), getattr(request, "member", None)
    if name not in _slots or business is None or member is None:
        return ""
    url_name, permission = _slots[name]
    return _address(url_name, business.slug) if member.may(permission) else ""


def _of_desk(key: str) -> list[NavEntry]:
    return sorted((entry for entry in _entries.values() if entry.desk == key), key=lambda entry: entry.order)


def _items(entries: list[NavEntry], slug: str, member: Any, here: str) -> Iterator[NavItem]:
    for entry in entries:
        url = _address(entry.url_name, slug)
        if url and member.may(entry.permission):
            yield NavItem(entry.label, url, entry.icon, here == entry.url_name or here in entry.also)


def _address(url_name: str, slug: str) -> str:
    try:
        return reverse(url_name, kwargs={"business": slug})
    except NoReverseMatch:
        return ""
