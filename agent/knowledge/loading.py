"""Bringing the shared pages of a release into the database, with their vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import connection

from agent.knowledge.documents import load_pages
from agent.knowledge.embeddings import EmbeddingFailed, embedder
from agent.knowledge.prepared import prepared
from agent.knowledge.vectors import unread, windows_of, write_missing

logger = structlog.get_logger(__name__)

LOCK = "bellwether knowledge"


def load() -> tuple[int, int]:
    """Write what changed; returns (pages written, passages encoded). A second run gives (0, 0).

    Runs as the owner, one at a time: several processes of a deployment may begin together. When the encoder fails,
    the hourly job goes on.
    """
    with _alone():
        return load_pages(), _encode()


def load_prepared() -> bool:
    """The same for a start that must not wait: only vectors that were made with the program are written.

    False when some are missing: then all are left to a worker.
    """
    with _alone():
        load_pages()
        encoder = embedder()
        if encoder is None:
            return True
        known = prepared(encoder)
        if any(window not in known for passage in unread(encoder).shared() for window in windows_of(passage, encoder)):
            return False
        while write_missing(None, encoder, prepared=known):
            pass
        return True


def _encode() -> int:
    encoder, done = embedder(), 0
    if encoder is None:
        return 0
    known = prepared(encoder)
    try:
        while written := write_missing(None, encoder, prepared=known):
            done += written
    except EmbeddingFailed as error:
        logger.warning("pages could not be encoded", encoder=encoder.model_id, error=str(error))
    return done


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext(%s))", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext(%s))", [LOCK])
