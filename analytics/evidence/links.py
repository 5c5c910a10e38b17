"""Addresses of evidence pages."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Business


def evidence_url(business: Business, kind: str, key: object, metric: str) -> str:
    """Where the figure `metric` of a kept set of figures is explained; empty when nothing was kept."""
    if key in (None, ""):
        return ""
    kwargs = {"business": business.slug, "kind": kind, "key": str(key), "metric": metric}
    return reverse("evidence:figure", kwargs=kwargs)
