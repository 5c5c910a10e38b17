"""The staff console as an installed app: Django's admin with a site of our own."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    default_site = "accounts.admin.site.ConsoleSite"
