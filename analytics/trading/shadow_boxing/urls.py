"""Addresses beside the face: one programme in full, and playing it anew."""

from django.urls import path

from analytics.trading.shadow_boxing import views

urlpatterns = [
    path("shadow-boxing/again/", views.play_again, name="shadow-boxing-again"),
    path("shadow-boxing/<slug:programme>/", views.programme_page, name="shadow-boxing-programme"),
]
