"""Loaded before settings are read: gives the suite a database server and the standing world."""

from __future__ import annotations

import os

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
embedded.prepare([])

pytest_plugins = ["accounts.testing.plugin"]
