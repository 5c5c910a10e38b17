"""The console's site: who may enter, and its first page."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from accounts.formats import duration
from accounts.queue_health import WorkHealth, work_health

GROUPS = ("Customers", "Work", "Records")


class ConsoleSite(UnfoldAdminSite):
    """Open to staff who signed in through the house's own log-in, with a second factor where settings ask for it."""

    index_title = "Overview"
    index_template = "accounts/console/index.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only admins of the house: those of libraries would change rows without a reason and an event."""
        if admin_class is not None and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """How the background work is doing."""
        health = work_health(now=request.now)  # type: ignore[attr-defined]
        return super().index(request, {**(extra_context or {}), "health": health, "tables": _tables(health)})

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The registered lists by group, in the order of `GROUPS`; whoever registers one needs no second entry here."""
        overview = {"title": "Overview", "icon": "monitoring", "link": reverse("admin:index"), "has_permission": True}
        overview["active"] = request.path == overview["link"]
        groups: dict[str, list[dict[str, Any]]] = {}
        for model, model_admin in self._registry.items():
            if model_admin.has_view_permission(request):
                group = getattr(model_admin, "console_group", str(model._meta.app_config.verbose_name))
                groups.setdefault(group, []).append(_entry(request, model, model_admin))
        order = {name: place for place, name in enumerate(GROUPS)}
        named = sorted(groups, key=lambda name: (order.get(name, len(order)), name))
        return [{"items": [overview]}, *({"title": name, "separator": True, "items": groups[name]} for name in named)]

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not self.lacks_second_factor(request)

    def lacks_second_factor(self, request: HttpRequest) -> bool:
        return bool(settings.STAFF_MFA_REQUIRED) and not is_mfa_enabled(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """The console has no log-in of its own: one door, with its rate limits and its second factor."""
        if not request.user.is_authenticated:
            return redirect(
                f"{reverse('account_login')}?{urlencode({'next': request.GET.get('next') or request.path})}"
            )
        if request.user.is_staff and self.lacks_second_factor(request):
            messages.warning(request, "The staff console needs two-factor authentication. Set it up first.")
            return redirect("mfa_index")
        return redirect("home")


def _entry(request: HttpRequest, model: Any, model_admin: Any) -> dict[str, Any]:
    link = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return {
        "title": str(model._meta.verbose_name_plural).capitalize(),
        "icon": getattr(model_admin, "console_icon", "database"),
        "link": link,
        "active": request.path.startswith(link),
        "has_permission": True,
    }


def _tables(health: WorkHealth) -> dict[str, dict[str, Any]]:
    """The overview's tables as unfold's component takes them."""
    return {
        "queues": {
            "headers": ["Queue", "Due", "Running", "Failed in a day", "Oldest due"],
            "rows": [[q.queue, q.due, q.running, q.failed, duration(q.oldest_due)] for q in health.queues],
        },
        "inbox": {
            "headers": ["Open", "Failed", "Oldest open"],
            "rows": [[health.inbox.open, health.inbox.failed, duration(health.inbox.oldest_open)]],
        },
        "heartbeats": {
            "headers": ["Process", "Last heard of"],
            "rows": [[name, f"{duration(age)} ago"] for name, age in health.heartbeats],
        },
    }
