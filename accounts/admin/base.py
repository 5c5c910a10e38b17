"""What every list of the console shares: facts are looked at, never edited."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ConsoleAdmin(ModelAdmin):
    """A read-only list and page. What may be done to a row is an action with a reason."""

    #: Where the sidebar shows it, and with which icon of the Material set.
    console_group: ClassVar[str] = "Records"
    console_icon: ClassVar[str] = "database"

    list_per_page = 50
    list_fullwidth = True
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
