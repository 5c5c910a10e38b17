"""`manage.py seed_model_prices`: what models cost, from the snapshot that is installed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agent.llm.prices import ensure_prices


class Command(BaseCommand):
    help = "Write the prices of models that are missing or new in the installed snapshot. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{ensure_prices(today=timezone.now().date())} prices written")
