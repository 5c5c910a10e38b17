"""`manage.py ingest_stripe_objects --source <id> FILE.jsonl`: plain Stripe API objects, one a line, of any size."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.errors import Problem
from accounts.tenancy import acting_for
from ingestion.models import Source, SyncRun
from ingestion.pipeline.ahead import ahead
from ingestion.pipeline.followups import announce
from ingestion.pipeline.ingest import prepare_lines, store
from ingestion.pipeline.lines import batches_of_lines
from ingestion.pipeline.report import MergeReport
from ingestion.pipeline.runs import close_run, open_run
from ingestion.providers.registry import provider_of


class Command(BaseCommand):
    help = "Merge a file of Stripe API objects, one JSON object a line, into the facts of a source."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="Path of the file; - reads standard input.")
        parser.add_argument("--source", required=True, type=int, help="Id of the source that the objects belong to.")
        parser.add_argument(
            "--observed-at",
            type=_moment,
            help="When the objects were fetched (ISO 8601). Default: when the file was last written, so that reading "
            "the same file again changes nothing.",
        )

    def handle(self, *, file: str, source: int, observed_at: datetime | None, **_: Any) -> None:
        target = Source.objects.select_related("business").filter(pk=source, provider="stripe").first()
        if target is None:
            raise CommandError(f"There is no Stripe source with id {source}.")
        with ExitStack() as stack:
            stream = sys.stdin.buffer if file == "-" else stack.enter_context(_opened(Path(file)))
            run, total = ingest_file(target, stream, observed_at=observed_at or _written_at(file))
        counts = " ".join(f"{name}={number}" for name, number in total.counts.items())
        self.stdout.write(f"run={run.pk} {counts} days={len(total.dirty_days)}")


def ingest_file(source: Source, file: BinaryIO, *, observed_at: datetime) -> tuple[SyncRun, MergeReport]:
    """Merge a file batch by batch, one tenant transaction each, so that a stop in between keeps what is done."""
    with acting_for(source.business):
        run = open_run(source, SyncRun.Kind.UPLOAD, started_at=timezone.now())
    try:
        total = _merged(source, file, observed_at=observed_at, run=run)
    except Exception:
        with acting_for(source.business):
            close_run(run, finished_at=timezone.now(), problem=Problem("The file was not read to its end."))
        raise
    with acting_for(source.business):
        if total.dirty_days:
            announce(source, desks=provider_of(source.provider).desks)
        close_run(run, finished_at=timezone.now())
    return run, total


def _merged(source: Source, file: BinaryIO, *, observed_at: datetime, run: SyncRun) -> MergeReport:
    total = MergeReport("")
    prepare = partial(prepare_lines, source.provider, version_at=observed_at)
    for prepared, start_next in ahead(prepare, batches_of_lines(file)):
        with acting_for(source.business):
            for report in store(source, prepared, observed_at=observed_at, run=run, meanwhile=start_next):
                total += report
    return total


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from None


def _written_at(file: str) -> datetime:
    if file == "-":
        return timezone.now()
    return datetime.fromtimestamp(Path(file).stat().st_mtime, UTC)


def _moment(text: str) -> datetime:
    """Errors: ValueError, which the parser reports, for anything but an ISO moment with its time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("The time needs a zone, such as 2026-06-15T12:00:00+00:00.")
    return moment
