"""Addresses of the chat, the knowledge pages, and of connecting other assistants."""

from django.urls import include, path

from agent.chat import views
from agent.oauth import views as connect

app_name = "agent"

urlpatterns = [
    path(
        "b/<slug:business>/agent/",
        include(
            [
                path("", views.start, name="start"),
                path("ask/", views.ask, name="ask"),
                path("connect/", connect.connect_page, name="connect"),
                path("connect/<int:consent>/withdraw/", connect.withdraw_consent, name="connect-withdraw"),
                path("knowledge/<slug:doc_id>/", views.knowledge, name="knowledge"),
                path("<uuid:conversation>/", views.thread, name="conversation"),
                path("<uuid:conversation>/archive/", views.archive, name="archive"),
            ]
        ),
    ),
]
