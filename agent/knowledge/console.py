"""The staff console's view of what can be found."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.base import ConsoleAdmin
from agent.models import Note, StoredPassage


@admin.register(Note)
class NoteAdmin(ConsoleAdmin):
    """Whose notes there are; their text stays with the business."""

    console_group, console_icon = "Agent", "sticky_note_2"
    list_display = ("title", "business", "author", "updated_at")
    search_fields = ("=id", "business__slug")
    list_select_related = ("business", "author")
    exclude = ("text",)


@admin.register(StoredPassage)
class StoredPassageAdmin(ConsoleAdmin):
    """The shared passages as they are found."""

    console_group, console_icon = "Agent", "menu_book"
    list_display = ("doc_id", "seq", "heading", "tokens")
    search_fields = ("doc_id", "heading")
    ordering = ("doc_id", "seq")
    exclude = ("search",)

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).filter(business__isnull=True)
