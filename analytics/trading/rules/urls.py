"""Addresses of the deeds beside the face."""

from django.urls import path

from analytics.trading.rules import views

urlpatterns = [
    path("rules/add/", views.add, name="rules-add"),
    path("rules/<int:rule>/switch/", views.switch, name="rules-switch"),
    path("rules/<int:rule>/remove/", views.remove, name="rules-remove"),
]
