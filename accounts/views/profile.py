"""A person's own page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.errors import NotSignedIn
from accounts.forms import ProfileForm
from accounts.models import Member, User
from accounts.people import update_profile


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, picture and theme; with links to what allauth keeps (address, password, second factor)."""
    if not isinstance(request.user, User):
        raise NotSignedIn("Sign in to see your profile.")
    # The form must not write into the user at hand: update_profile compares and records what really changes.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        update_profile(request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("accounts:profile")
    memberships = Member.objects.filter(user=request.user).select_related("business").order_by("business__name")
    return render(request, "accounts/profile.html", {"form": form, "memberships": list(memberships)})
