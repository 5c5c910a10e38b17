"""The console's site: who may enter, and its first page."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """Open to staff who signed in through the house's own log-in, with a second factor where settings ask for it."""

    index_title = "Overview"
    enable_nav_sidebar = True

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
