"""Addresses of evidence."""

from django.urls import path

from analytics.evidence import views

app_name = "evidence"

urlpatterns = [
    path("<str:kind>/<str:key>/<str:metric>/", views.figure_page, name="figure"),
    path("<str:kind>/<str:key>/<str:metric>/rows.csv", views.rows_file, name="rows"),
]
