"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.models import Member
from accounts.navigation import nav_items


def shell(request: HttpRequest) -> dict[str, Any]:
    """Business, member, period, navigation and the person's theme; nothing for pages without a business."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {"theme": getattr(user, "theme", "") or request.COOKIES.get("theme", "system")}
    business = getattr(request, "business", None)
    if business is None or user is None or not user.is_authenticated:
        return context
    memberships = Member.objects.filter(user=user).select_related("business").order_by("business__name")
    return context | {
        "business": business,
        "member": getattr(request, "member", None),
        "businesses": [row.business for row in memberships],
        "period": getattr(request, "period", None),
        "nav": nav_items(request),
    }
