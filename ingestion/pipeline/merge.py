"""The only place that writes facts.

A batch of rows is checked and written as text (`encode`), staged by COPY, and moved into the facts by one
`INSERT … ON CONFLICT` (`statements`). Whatever order, repetition or grouping the rows come in, the facts end up the
same; merging again what is there writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.errors import NotYours
from ingestion.models import Source, SyncRun
from ingestion.pipeline.ahead import Start, ahead, batched, not_yet
from ingestion.pipeline.dirty import mark_dirty
from ingestion.pipeline.encode import Encoded, encode, row_text
from ingestion.pipeline.quarantine import quarantine
from ingestion.pipeline.report import MergeReport
from ingestion.pipeline.rows import Rejected, Row
from ingestion.pipeline.runs import count
from ingestion.pipeline.statements import DROP_HEADS, PREPARE, STAGE_HEADS, Fate, Statements, statements_of
from ingestion.pipeline.streams import FactStream, stream_of

BATCH = 25_000
Group = tuple[Any, ...]

#: What COPY raises for a row that the table refuses, as opposed to a broken connection or a full disk.
REFUSED = (psycopg.DataError, psycopg.IntegrityError)


def merge(
    source: Source, stream: str, rows: Iterable[Row | Rejected], *, observed_at: datetime, run: SyncRun | None = None
) -> MergeReport:
    """Stage by COPY, write what is new or newer and different, quarantine the rest, mark dirty days.

    Shape:   counts with new + changed + unchanged + quarantined == rows seen; the run, if given, counts them too.
    Window:  dirty days are days in the business's time zone, of the values before and after a change.
    Empty:   no rows write nothing.
    Errors:  KeyError for an unknown stream; TypeError for rows of another stream; NotYours when the source is gone.
    Works in the caller's transaction, as the tenant role or as the owner, and locks the source until it ends.
    """
    kind = stream_of(stream)
    report = last = MergeReport(stream)
    for encoded, start_next in ahead(partial(encode, kind), batched(rows, BATCH)):
        last = merge_encoded(
            source,
            encoded,
            observed_at=observed_at,
            run=run,
            meanwhile=start_next,
            likely_known=last.changed_nothing,
        )
        report += last
    return report


def merge_encoded(
    source: Source,
    encoded: Encoded,
    *,
    observed_at: datetime,
    run: SyncRun | None = None,
    meanwhile: Start = not_yet,
    likely_known: bool = False,
) -> MergeReport:
    """Merge one batch that `encode` has prepared, all or nothing.

    `meanwhile` is called right before the long wait for the database: it may start the work on the next batch.
    `likely_known` tells that the batch before held nothing new, as in a replay: then the heads alone are sent first,
    and the rest only if one of them would win.
    """
    stream = encoded.stream
    with transaction.atomic():
        if likely_known and encoded.lines and _all_known(source, encoded, meanwhile):
            report = _report(encoded.stream, [], seen=encoded.seen, quarantined=len(encoded.rejected))
        else:
            report = _written(source, encoded, observed_at=observed_at, run=run, meanwhile=meanwhile)
        if encoded.rejected:
            quarantine(source, encoded.rejected, stream=stream.key, observed_at=observed_at, run=run)
        mark_dirty(source, desk=stream.desk, days=report.dirty_days)
        if run is not None:
            count(run, report)
    return report


def _written(
    source: Source, encoded: Encoded, *, observed_at: datetime, run: SyncRun | None, meanwhile: Start
) -> MergeReport:
    """Stage the lines, decide, write the winners; rows that staging refused join `encoded.rejected`."""
    seen = encoded.seen
    groups: list[Group] = []
    if encoded.lines:
        statements = statements_of(encoded.stream)
        values: dict[str, Any] = {
            "business": source.business_id,
            "source": source.pk,
            "run": run.pk if run else None,
            "observed_at": observed_at,
            "zone": source.business.time_zone,
        }
        with connection.cursor() as cursor:
            _lock(cursor, source)
            cursor.execute(statements.stage)
            encoded.rejected += _stage(cursor, statements, encoded, 0, len(encoded.lines))
            if encoded.repeats:
                cursor.execute(statements.thin)
            meanwhile()
            cursor.execute(statements.decide, values)
            groups = cursor.fetchall()
            _write(cursor, statements, values, fates={group[0] for group in groups})
            cursor.execute(statements.drop)
    return _report(encoded.stream, groups, seen=seen, quarantined=len(encoded.rejected))


def _write(cursor: CursorWrapper, statements: Statements, values: dict[str, Any], *, fates: set[int]) -> None:
    """Write the staged rows that win, if any do."""
    if fates <= {Fate.KNOWN}:
        return
    if Fate.KNOWN in fates:
        cursor.execute(statements.keep_winners, values)
    cursor.execute(statements.write, values)


def _all_known(source: Source, encoded: Encoded, meanwhile: Start) -> bool:
    """Whether every line is held already, in this version or a greater one, so that there is nothing to write."""
    statements = statements_of(encoded.stream)
    with connection.cursor() as cursor:
        _lock(cursor, source)
        cursor.execute(STAGE_HEADS)
        with cursor.copy(statements.copy_heads) as copy:
            copy.write("\n".join(encoded.heads) + "\n")
        meanwhile()
        cursor.execute(statements.probe, {"business": source.business_id, "source": source.pk})
        (some_win,) = cursor.fetchone()
        cursor.execute(DROP_HEADS)
    return not some_win


def _lock(cursor: CursorWrapper, source: Source) -> None:
    cursor.execute(PREPARE, [source.pk, source.business_id])
    if cursor.fetchone() is None:
        raise NotYours("There is no such source.", source_id=source.pk)


def _stage(cursor: CursorWrapper, statements: Statements, encoded: Encoded, start: int, end: int) -> list[Rejected]:
    """Copy lines [start, end) into the staging table; halve what it refuses until the guilty rows are alone."""
    try:
        with transaction.atomic(), cursor.copy(statements.copy) as copy:
            copy.write("\n".join(encoded.lines[start:end]) + "\n")
    except REFUSED as problem:
        if end - start == 1:
            return [_refused(encoded, start, problem)]
        middle = (start + end) // 2
        return [
            *_stage(cursor, statements, encoded, start, middle),
            *_stage(cursor, statements, encoded, middle, end),
        ]
    return []


def _refused(encoded: Encoded, index: int, problem: psycopg.Error) -> Rejected:
    row = encoded.rows[index]
    said = problem.diag.message_primary or "The database refused the row."
    return Rejected(row[0], problem.diag.constraint_name or "refused_by_database", said, row_text(row))


def _report(stream: FactStream, groups: list[Group], *, seen: int, quarantined: int) -> MergeReport:
    """Add up what was decided."""
    rows = dict.fromkeys(Fate, 0)
    days: set[date] = set()
    for fate, number, *of_group in groups:
        rows[fate] += number
        days.update(day for day in of_group if day is not None)
    return MergeReport(
        stream.key,
        seen=seen,
        new=rows[Fate.NEW],
        changed=rows[Fate.CHANGED],
        unchanged=seen - quarantined - rows[Fate.NEW] - rows[Fate.CHANGED],
        quarantined=quarantined,
        dirty_days=frozenset(days),
    )
