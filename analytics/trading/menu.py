"""The desk's entries in the menu: its faces, and pages of their own that a feature names in `views.NAV`."""

from __future__ import annotations

from accounts.navigation import register_nav
from analytics.trading import features
from analytics.trading.faces import DESK, FACES


def register() -> None:
    features.load()
    for one in FACES.values():
        register_nav(DESK, one.label, one.url_name, icon=one.icon, order=one.order, also=one.also)
    for part in features.parts("views"):
        for label, url_name, icon, order in getattr(part, "NAV", ()):
            register_nav(DESK, label, url_name, icon=icon, order=order)
