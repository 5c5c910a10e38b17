"""Addresses of the chat and the knowledge pages."""

from django.urls import include, path

from agent.chat import views

app_name = "agent"

urlpatterns = [
    path(
        "b/<slug:business>/agent/",
        include(
            [
                path("", views.start, name="start"),
                path("ask/", views.ask, name="ask"),
                path("knowledge/<slug:doc_id>/", views.knowledge, name="knowledge"),
                path("<uuid:conversation>/", views.thread, name="conversation"),
                path("<uuid:conversation>/archive/", views.archive, name="archive"),
            ]
        ),
    ),
]
