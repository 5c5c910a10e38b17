"""Addresses of the payments desk's figures."""

from django.urls import path

from analytics.payments.disputes import views as disputes
from analytics.payments.metrics import views as metrics
from analytics.payments.payouts import views as payouts
from analytics.payments.readiness import views as readiness

app_name = "payments"

urlpatterns = [
    path("readiness/", readiness.readiness_page, name="readiness"),
    path("metrics/", metrics.metrics_page, name="metrics"),
    path("metrics/period.csv", metrics.period_file, name="metrics-file"),
    path("disputes/", disputes.disputes_page, name="disputes"),
    path("payouts/", payouts.payouts_page, name="payouts"),
]
