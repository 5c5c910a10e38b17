"""`manage.py load_knowledge`: the shared pages of this release, into the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from agent.knowledge.loading import load


class Command(BaseCommand):
    help = "Bring the shared knowledge passages and their vectors in line with this release. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        documents, passages = load()
        self.stdout.write(f"{documents} pages written, {passages} passages encoded")
