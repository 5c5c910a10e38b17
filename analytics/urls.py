"""Addresses of the figures, by desk, and of their evidence."""

from django.urls import include, path

urlpatterns = [
    path("b/<slug:business>/payments/", include("analytics.payments.urls")),
    path("b/<slug:business>/trading/", include("analytics.trading.urls")),
    path("b/<slug:business>/evidence/", include("analytics.evidence.urls")),
]
