"""Addresses of the chat, the knowledge pages, and of connecting other assistants."""

from django.urls import include, path

from agent.chat import history_views, run_views, views
from agent.knowledge import views as knowledge
from agent.oauth import views as connect
from agent.usage.views import usage_page
from agent.verified import views as verified

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
                path("usage/", usage_page, name="usage"),
                path("knowledge/", knowledge.index, name="knowledge-index"),
                path("knowledge/notes/new/", knowledge.new_note, name="note-new"),
                path("knowledge/notes/<int:note>/edit/", knowledge.edit_note, name="note-edit"),
                path("knowledge/notes/<int:note>/delete/", knowledge.remove_note, name="note-delete"),
                path("knowledge/<slug:doc_id>/", knowledge.page, name="knowledge"),
                path("verified/", verified.index, name="verified"),
                path("verified/<int:verified>/withdraw/", verified.withdraw, name="verified-withdraw"),
                path("<uuid:conversation>/", views.thread, name="conversation"),
                path("<uuid:conversation>/rename/", history_views.rename, name="rename"),
                path("<uuid:conversation>/archive/", history_views.archive, name="archive"),
                path("<uuid:conversation>/delete/", history_views.delete, name="delete"),
                path("runs/<uuid:run>/", run_views.progress, name="run"),
                path("runs/<uuid:run>/stop/", run_views.stop, name="stop"),
                path("answers/<uuid:message>/feedback/", history_views.rate, name="rate"),
                path("answers/<uuid:message>/verify/", verified.verify, name="verify"),
            ]
        ),
    ),
]
