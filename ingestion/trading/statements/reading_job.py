"""The job that reads a statement: received → parsing → needs input → matching → reconciling → analysing → done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.errors import NotYours, Problem
from accounts.events import record
from accounts.jobs import JobRun, job, periodic
from accounts.leases import LeaseLost
from accounts.models import Job
from ingestion.models import Source, Statement, SyncRun
from ingestion.pipeline.followups import announce
from ingestion.pipeline.runs import close_run, open_run
from ingestion.trading.accounts import recognise
from ingestion.trading.reading.document import Unreadable
from ingestion.trading.statements import mappings, splitting, states
from ingestion.trading.statements.importing import Imported, write
from ingestion.trading.statements.reconcile import reconcile
from ingestion.trading.statements.understand import Understood, understand

DESK = "trading"
NAME = "ingestion.trading.read_statement"
State = Statement.State
#: Nothing is left to read. One that failed is read again by the next attempt.
OVER = (State.NEEDS_INPUT, State.ANALYSING, State.DONE, State.PARTIAL, State.REJECTED)
BUSY = (State.PARSING, State.MATCHING, State.RECONCILING)


@job(NAME, queue="ingest", max_attempts=5, stepwise=True)
def read_statement_job(run: JobRun, *, statement_id: int) -> dict[str, Any]:
    """Read one statement into facts and trades. Doing it again, or from the middle, changes nothing.

    While another statement of the same account is read, this one stays received; that one's end wakes it.
    """
    with run.step():
        statement = _statement(run, statement_id)
        if statement.state in OVER:
            return {"state": statement.state}
        if ahead := _ahead(statement):
            return {"state": State.RECEIVED, "waits_for": ahead.pk}
        states.enter(statement, State.PARSING)
    with _ending(run, statement):
        return _read(run, statement)


def _read(run: JobRun, statement: Statement) -> dict[str, Any]:
    run.progress(0, 4, "Reading the file")
    with statement.file.open("rb") as file:
        data = file.read()
    with run.step():
        found = understand(
            statement.business, data, filename=statement.filename, answers=statement.answers, chosen=statement.source
        )
        states.keep_reading(statement, found)
        if found.questions:
            states.ask(statement, found.questions)
            _wake_next(statement)
            return {"state": State.NEEDS_INPUT, "questions": [question.key for question in found.questions]}
        mappings.remember(
            statement.business, found.reading.header, statement.answers, actor=statement.uploaded_by, now=run.as_of
        )
        _settle_account(statement, found)
        for sibling in splitting.split(statement, data, found):
            _enqueue(sibling)
        if _ahead(statement):
            states.enter(statement, State.RECEIVED)
            return {"state": State.RECEIVED}
        states.enter(statement, State.MATCHING)
    with run.step():
        imported = _import(run, statement, found)
    with run.step():
        run.progress(3, 4, "Comparing with the statement's own totals")
        statement.reconciliation = reconcile(found.reading)
        _finish(run, statement, imported)
    return {"state": statement.state, **imported.counts}


def _settle_account(statement: Statement, found: Understood) -> None:
    """The account of the statement, made if it is new; what was answered for it is remembered on it."""
    account = found.account or recognise.create_account(
        statement.business, found.reading, found.number, currency=found.currency, user=statement.uploaded_by,
        now=statement.created_at,
    )  # fmt: skip
    changed = [name for name, value in _learnt(found).items() if value and not getattr(account, name)]
    for name in changed:
        setattr(account, name, _learnt(found)[name])
    if changed:
        account.save(update_fields=changed)
    statement.source = account.source
    statement.save(update_fields=["source"])


def _learnt(found: Understood) -> dict[str, Any]:
    """What the file or an answer tells of the account; it fills gaps and changes nothing that is set."""
    answered = next((d.value for d in found.reading.decisions if d.key == "zone" and d.made_by == "person"), "")
    return {
        "zone": answered or found.reading.account.zone,
        "currency": found.currency,
        "starting_balance": found.reading.account.starting_balance,
    }


def _import(run: JobRun, statement: Statement, found: Understood) -> Imported:
    assert statement.source is not None
    settings = statement.source.trading_account
    sync = open_run(statement.source, SyncRun.Kind.UPLOAD, started_at=run.as_of, job=run.job)
    imported = write(
        statement, settings, found.reading, currency=settings.currency or found.currency, run=sync, now=run.as_of,
        tell=lambda text: run.progress(1, 4, text),
    )  # fmt: skip
    close_run(sync, finished_at=timezone.now())
    statement.run = sync
    statement.counts = imported.counts
    statement.first_at, statement.last_at = imported.first, imported.last
    statement.reads += 1
    statement.state = State.RECONCILING
    statement.save(update_fields=["run", "counts", "first_at", "last_at", "reads", "state"])
    Source.objects.of(statement.business).filter(pk=statement.source_id).update(
        last_synced_at=run.as_of, last_attempt_at=run.as_of
    )
    return imported


def _finish(run: JobRun, statement: Statement, imported: Imported) -> None:
    """Figures follow; where nothing changed there is nothing to wait for."""
    assert statement.source is not None
    if imported.changed or run.job.attempts > 1:  # an attempt before may have written it all
        states.enter(statement, State.ANALYSING, also=("reconciliation",))
        announce(statement.source, desks=(DESK,))
    else:
        aside = statement.counts.get("quarantined", 0) or statement.counts.get("duplicate", 0)
        states.end(statement, State.PARTIAL if aside else State.DONE, now=run.as_of, also=("reconciliation",))
    counts = _for_event(statement)
    record("trading.statements.read", business=statement.business, subject=statement, counts=counts)
    _wake_next(statement)


def _for_event(statement: Statement) -> dict[str, int]:
    return {name: statement.counts.get(name, 0) for name in ("lines", "accepted", "known", "revised", "quarantined")}


@contextmanager
def _ending(run: JobRun, statement: Statement) -> Iterator[None]:
    """A failure is on the statement before it is the job's; the next statement of the account goes on."""
    try:
        yield
    except LeaseLost:
        raise
    except Unreadable as refusal:
        with run.step():
            states.end(statement, State.REJECTED, now=run.as_of, code=refusal.code, message=refusal.message)
            record("trading.statements.rejected", business=statement.business, subject=statement, code=refusal.code)
            _wake_next(statement)
        raise Problem(refusal.message, code=refusal.code) from refusal
    except Exception as error:
        problem = error if isinstance(error, Problem) else Problem("Something went wrong on our side.")
        with run.step():
            states.end(statement, State.FAILED, now=run.as_of, code=problem.code, message=problem.message)
            _wake_next(statement)
        raise


def _statement(run: JobRun, statement_id: int) -> Statement:
    assert run.business is not None
    found = Statement.objects.of(run.business).select_related("source__trading_account", "uploaded_by")
    statement = found.filter(pk=statement_id).first()
    if statement is None:
        raise NotYours("There is no such statement.", statement_id=statement_id)
    statement.business = run.business
    if statement.source is not None:
        statement.source.business = run.business
    return statement


def _ahead(statement: Statement) -> Statement | None:
    """A statement of the same account that is being read: only one is, at a time."""
    others = Statement.objects.of(statement.business).filter(state__in=BUSY).exclude(pk=statement.pk)
    mine = others.filter(source=statement.source_id) if statement.source_id else others.filter(source=None)
    found: Statement | None = mine.order_by("created_at").first()
    return found


def _enqueue(statement: Statement) -> None:
    read_statement_job.enqueue(statement.business, statement_id=statement.pk, dedupe=f"statement:{statement.pk}")


def _wake_next(statement: Statement) -> None:
    """The oldest statement that waits in this account, or for an account to be known, is read next."""
    waiting = Statement.objects.of(statement.business).filter(state=State.RECEIVED).exclude(pk=statement.pk)
    for one in waiting.order_by("created_at", "pk")[:5]:
        _enqueue(one)


@periodic("ingestion.trading.statements.watch", queue="ingest", every=timedelta(minutes=5))
def watch(run: JobRun) -> dict[str, int]:
    """Statements that no job has in hand any more, such as after a worker was lost in every attempt."""
    open_jobs = Job.objects.filter(name=NAME, state__in=(Job.State.QUEUED, Job.State.RUNNING))
    held = {int(args.get("statement_id", 0)) for args in open_jobs.values_list("args", flat=True)}
    stuck = Statement.objects.filter(state__in=(State.RECEIVED, *BUSY)).exclude(pk__in=held).select_related("business")
    woken = 0
    for statement in stuck.order_by("created_at")[:200]:
        Statement.objects.filter(pk=statement.pk).update(state=State.RECEIVED)
        _enqueue(statement)
        woken += 1
    return {"woken": woken}
