"""Addresses of statements and broker accounts, below the trading desk's own."""

from django.urls import path

from ingestion.trading.accounts import views as accounts
from ingestion.trading.statements import append_views, views

urlpatterns = [
    path("statements/", views.statements_page, name="statements"),
    path("statements/upload/", views.statement_upload, name="upload"),
    path("statements/<int:statement_id>/", views.statement_page, name="statement"),
    path("statements/<int:statement_id>/progress/", views.statement_progress, name="statement_progress"),
    path("statements/<int:statement_id>/answer/", views.statement_answer, name="statement_answer"),
    path("statements/<int:statement_id>/retry/", views.statement_retry, name="statement_retry"),
    path("statements/<int:statement_id>/duplicates/", views.statement_duplicates, name="statement_duplicates"),
    path("statements/<int:statement_id>/mapping/", views.mapping_page, name="mapping"),
    path("statements/<int:statement_id>/mapping/save/", views.mapping_save, name="mapping_save"),
    path("append/", append_views.append_page, name="append"),
    path("append/preview/", append_views.append_preview, name="append_preview"),
    path("append/paste/", append_views.append_paste, name="append_paste"),
    path("accounts/<int:source_id>/", accounts.account_page, name="account"),
    path("accounts/<int:source_id>/save/", accounts.account_save, name="account_save"),
]
