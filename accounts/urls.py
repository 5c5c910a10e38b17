"""Addresses of people and businesses."""

from django.urls import include, path

from accounts.views import home, public

people = [
    path("home/", home.home, name="start"),
    path("theme/", public.theme, name="theme"),
    path("onboarding/business/", home.business_new, name="business_new"),
    path("b/<slug:business>/", home.switch, name="switch"),
]

urlpatterns = [
    path("", public.landing, name="landing"),
    path("pricing/", public.pricing, name="pricing"),
    path("home/", home.home, name="home"),
    path("", include((people, "accounts"))),
]
