"""The staff console as an installed app: Django's admin with a site of our own.

Its lists are in `accounts.admin`, which needs the site to exist before it is imported.
"""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "accounts.console.site.ConsoleSite"
