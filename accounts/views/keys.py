"""API keys of a business."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import keys
from accounts.access import business_view
from accounts.forms import SCOPE_LABELS, KeyForm
from accounts.models import ApiKey
from accounts.requests import BusinessRequest
from accounts.views.deeds import do


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:keys")
def keys_page(request: BusinessRequest) -> HttpResponse:
    """The keys, and the form for a new one. Its text is in the answer to the form and nowhere else."""
    form, made = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        made = keys.create_key(
            request.business, name=form.cleaned_data["name"], scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(request.now), actor=request.user, now=request.now,
        )  # fmt: skip
        form = KeyForm()
    rows = [_row(key, request.now) for key in keys.keys_of(request.business)]
    return render(request, "accounts/keys.html", {"form": form, "made": made, "rows": rows})


@require_POST
@business_view(permission="write:keys")
def revoke(request: BusinessRequest, key: int) -> HttpResponse:
    return do(
        request,
        lambda: keys.revoke_key(request.business, key_id=key, actor=request.user, now=request.now),
        done="The key no longer works.",
        back=reverse("accounts:keys", kwargs={"business": request.business.slug}),
    )


def _row(key: ApiKey, now: datetime) -> dict[str, Any]:
    """A key with its state in one word and its scopes in words."""
    expired = key.expires_at is not None and key.expires_at <= now
    state = "revoked" if key.revoked_at else "expired" if expired else "works"
    return {"key": key, "state": state, "scopes": [SCOPE_LABELS.get(scope, scope) for scope in key.scopes]}
