"""Addresses of recommendations, notifications and digests."""

from django.urls import include, path

from recommendations.board import views as board
from recommendations.digests import views as digests
from recommendations.notifications import views as notifications
from recommendations.outbound import views as outbound
from recommendations.outcomes import views as outcomes
from recommendations.preferences import views as preferences

app_name = "recommendations"

urlpatterns = [
    path(
        "b/<slug:business>/recommendations/",
        include(
            [
                path("", board.board, name="list"),
                path("slot/", board.slot, {"desk": "payments"}, name="slot"),
                path("slot/trading/", board.slot, {"desk": "trading"}, name="slot-trading"),
                path("alerts/", notifications.alerts, name="alerts"),
                path("alerts/count/", notifications.alerts_count, name="alerts-count"),
                path("alerts/read/", notifications.alerts_read, name="alerts-read"),
                path("mails/", preferences.preferences, name="preferences"),
                path("outbound/", outbound.endpoints, name="outbound"),
                path("outbound/<uuid:endpoint>/", outbound.endpoint, name="outbound-endpoint"),
                path("outbound/<uuid:endpoint>/do/", outbound.deed, name="outbound-deed"),
                path("outbound/<uuid:endpoint>/<uuid:message>/", outbound.replay, name="outbound-replay"),
                path("mute/", board.mute_rule, name="mute"),
                path("<uuid:recommendation>/", board.detail, name="detail"),
                path("<uuid:recommendation>/outcome/", outcomes.outcome, name="outcome"),
                path("<uuid:recommendation>/decide/", board.decide_one, name="decide"),
            ]
        ),
    ),
    path("digest/stop/<str:token>/", preferences.stop, name="digest-stop"),
    path("digest/decide/<str:token>/", digests.decide_by_mail, name="decide-by-mail"),
]
