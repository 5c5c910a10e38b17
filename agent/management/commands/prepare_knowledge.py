"""`manage.py prepare_knowledge`: vectors of the shared pages, made where the program is built."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from agent.knowledge.embeddings import embedder
from agent.knowledge.prepared import prepare


class Command(BaseCommand):
    help = "Compute the vectors of the shared knowledge pages and keep them beside the program. Needs no database."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        encoder = embedder()
        if encoder is None or encoder.model_id.startswith("openai:"):
            self.stdout.write("Nothing to prepare: EMBEDDINGS is not minilm.")
            return
        self.stdout.write(f"{prepare(encoder)} passages of the knowledge pages encoded")
