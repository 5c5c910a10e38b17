"""Addresses beside the face: taking part and leaving."""

from django.urls import path

from analytics.trading.cohort import views

urlpatterns = [path("cohort/share/", views.share, name="cohort-share")]
