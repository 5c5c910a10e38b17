"""How the staff console looks; what it lists comes from each app's admin module."""

from typing import Any

from django.templatetags.static import static

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Bellwether staff",
    "SITE_HEADER": "Bellwether staff",
    "SITE_SYMBOL": "notifications",
    "SITE_URL": "/home/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")},
    ],
    "SHOW_HISTORY": False,
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}
