"""`manage.py reconcile --source <id>`: compare a source with its account now; prints the drift as JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import jobs
from accounts.models import Job
from ingestion.models import Source


class Command(BaseCommand):
    help = "Compare a source with its account. Exit code 0: equal, 1: drift, 2: it could not be compared."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", type=int, required=True, help="The source's number.")

    def handle(self, *args: Any, source: int, **options: Any) -> None:
        # The shell is the owner of the house: it may name any source, and the job then works for its business alone.
        found = Source.objects.select_related("business").filter(pk=source).first()
        if found is None:
            raise CommandError(f"There is no source {source}.", returncode=2)
        kind = jobs.REGISTRY.get(f"ingestion.{found.provider}.reconcile")
        if kind is None:
            raise CommandError(f"{found.provider} has nothing to compare with.", returncode=2)
        now = timezone.now()
        job = kind.enqueue(found.business, source_id=found.pk, due_at=now)  # a given moment wakes no worker
        while not jobs.work(job.pk, now=now) and not job.is_over:
            time.sleep(0.1)  # a worker's sweep was faster: its result is as good
            job.refresh_from_db()
        job.refresh_from_db()
        self._print(job)

    def _print(self, job: Job) -> None:
        result = job.result or {"error": {"code": job.error_code, "message": job.error_message}}
        self.stdout.write(json.dumps(result, indent=2, sort_keys=True))
        if "sound" not in result:
            sys.exit(2)
        if not result["sound"]:
            sys.exit(1)
