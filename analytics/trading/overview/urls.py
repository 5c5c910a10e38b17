"""Addresses of the overview."""

from django.urls import path

from analytics.trading.overview import views

urlpatterns = [
    path("overview/", views.overview_page, name="overview"),
    path("overview.csv", views.overview_file, name="overview-file"),
]
