"""Keeping what can be found in line with pages and notes."""

from __future__ import annotations

from datetime import timedelta

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from agent.knowledge.documents import load_pages
from agent.knowledge.embeddings import embedder
from agent.knowledge.prepared import prepared
from agent.knowledge.vectors import unread, write_missing


@periodic("agent.knowledge.refresh", queue="notifications", every=timedelta(hours=1))
def refresh(run: JobRun) -> dict[str, int]:
    """Shared pages that a release changed, and what an encoder did not read yet (it failed, or is another)."""
    pages, encoder = load_pages(), embedder()
    if encoder is None:
        return {"pages": pages, "owners": 0}
    owners: list[Business | None] = [None] if unread(encoder).shared().exists() else []
    waiting = unread(encoder).filter(business__isnull=False)
    owners += Business.objects.filter(pk__in=waiting.values("business_id")).order_by("pk")
    for owner in owners:
        encode.enqueue(owner, dedupe="encode")
    return {"pages": pages, "owners": len(owners)}


@job("agent.knowledge.encode", queue="notifications", max_attempts=5, stepwise=True)
def encode(run: JobRun) -> dict[str, int]:
    """Vectors for the notes of one business, or for the shared pages, a round a transaction.

    Until they are there, passages are found by their words alone.
    """
    encoder, done, written = embedder(), 0, 1
    known = prepared(encoder) if encoder and run.business is None else {}
    while encoder and written:
        with run.step():
            written = write_missing(run.business, encoder, prepared=known)
        done += written
    return {"passages": done}
