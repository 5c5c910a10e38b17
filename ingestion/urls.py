"""Addresses of sources, uploads and inbound webhooks."""

from django.urls import include, path

from ingestion.providers.stripe import webhooks
from ingestion.sources import upload_views, views

sources = [
    path("b/<slug:business>/sources/", views.sources_page, name="list"),
    path("b/<slug:business>/sources/connect/", views.connect_page, name="connect"),
    path("b/<slug:business>/sources/connect/stripe/", views.consent_start, name="consent"),
    path("b/<slug:business>/sources/connect/stripe-key/", views.key_connect, name="key"),
    path("b/<slug:business>/sources/upload/", upload_views.upload_page, name="upload"),
    path("b/<slug:business>/sources/uploads/<int:upload_id>/", upload_views.upload_report, name="upload_report"),
    path(
        "b/<slug:business>/sources/uploads/<int:upload_id>/progress/",
        upload_views.upload_progress,
        name="upload_progress",
    ),
    path("b/<slug:business>/sources/<int:source_id>/", views.source_page, name="page"),
    path("b/<slug:business>/sources/<int:source_id>/progress/", views.source_progress, name="progress"),
    path("b/<slug:business>/sources/<int:source_id>/sync/", views.source_sync, name="sync"),
    path("b/<slug:business>/sources/<int:source_id>/disconnect/", views.source_disconnect, name="disconnect"),
    path(
        "b/<slug:business>/sources/<int:source_id>/rejected/<int:row_id>/resolve/",
        views.rejected_resolve,
        name="resolve",
    ),
    path("integrations/stripe/callback", views.stripe_callback, name="stripe_callback"),
]

urlpatterns = [
    path("", include((sources, "sources"))),
    path("webhooks/stripe", webhooks.receive, name="webhooks_stripe"),
]
