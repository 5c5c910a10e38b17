"""Addresses of the sales side: prices, a business's plan, and Stripe's events."""

from django.urls import URLPattern, URLResolver, include, path

from billing.overview import views as overview
from billing.plans import views as plans
from billing.webhooks import views as webhooks

own_plan: list[URLPattern | URLResolver] = [
    path("", overview.plan_page, name="plan"),
    path("buy/", overview.buy, name="buy"),
    path("change/", overview.change_page, name="change"),
    path("change/confirm/", overview.change, name="change_confirm"),
    path("portal/", overview.portal, name="portal"),
    path("return/", overview.after_checkout, name="return"),
]

sales: list[URLPattern | URLResolver] = [
    path("buy/<slug:plan>/", plans.start, name="start"),
    path("b/<slug:business>/settings/plan/", include(own_plan)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("pricing/", plans.pricing, name="pricing"),
    path("enterprise/", plans.enterprise, name="enterprise"),
    path("webhooks/billing/stripe", webhooks.receive, name="billing-webhook"),
    path("", include((sales, "billing"))),
    path("", include("billing.orders.urls")),
]
