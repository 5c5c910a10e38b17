"""Addresses of the packet."""

from django.urls import path

from analytics.trading.packet import views

urlpatterns = [
    path("packet/", views.packet_page, name="packet"),
    path("packet/ask/", views.ask_for_packet, name="packet-ask"),
    path("packet/<int:packet>/file/", views.packet_file, name="packet-file"),
]
