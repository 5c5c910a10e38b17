"""Vectors of stored passages: writing what is missing, and how near each passage is to a question.

Nearness is computed by the server where it has pgvector, else here from the same numbers; both give the same order.
Every vector is compared, without an index for approximate search: ten thousand take milliseconds, and a business must
never miss a passage of its own because others have more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from django.db import connection, transaction

from accounts.models import Business
from agent.knowledge.chunks import Chunk
from agent.knowledge.embeddings.model import Array, Embedder
from agent.models import PassageVector, StoredPassage
from agent.models.knowledge import SharedQuerySet

TOGETHER = 32  # passages in one round
HEAD = 20  # bytes before the elements of a one-dimensional array, as Postgres sends it
SEEN = "(business_id is null or business_id = %s) and model_id = %s"


def prefix_of(passage: StoredPassage | Chunk) -> str:
    """What a window is read behind: out of its place, a paragraph often does not say what it is about."""
    return f"{passage.title}. {passage.heading}. "


def windows_of(passage: StoredPassage | Chunk, encoder: Embedder) -> list[str]:
    """What the encoder reads of a passage; never nothing, or it would be asked for again and again."""
    prefix = prefix_of(passage)
    return encoder.windows(passage.text, prefix=prefix) or [prefix]


def unread(encoder: Embedder) -> SharedQuerySet:
    """Passages that `encoder` has not read yet."""
    read = PassageVector.objects.filter(model_id=encoder.model_id).values("passage_id")
    return StoredPassage.objects.exclude(pk__in=read)


def write_missing(business: Business | None, encoder: Embedder, *, prepared: Mapping[str, Array] | None = None) -> int:
    """Give some passages of a business, or shared ones, vectors of `encoder`; returns how many, 0 when all have theirs.

    One round, so that whoever calls it may keep each. `prepared` are vectors known already, by window. Vectors of
    another encoder are replaced. Errors: EmbeddingFailed.
    """
    missing = list(unread(encoder).owned_by(business).order_by("pk")[:TOGETHER])
    if missing:
        _write(business, missing, encoder, prepared or {})
    return len(missing)


def _write(
    business: Business | None, passages: Sequence[StoredPassage], encoder: Embedder, prepared: Mapping[str, Array]
) -> None:
    cut = [(passage, windows_of(passage, encoder)) for passage in passages]
    unknown = [window for _, windows in cut for window in windows if window not in prepared]
    known = {**prepared, **dict(zip(unknown, encoder.embed(unknown), strict=True))}
    rows = [
        PassageVector(
            business=business, passage=passage, window=number, model_id=encoder.model_id,
            embedding=known[window].tolist(),
        )
        for passage, windows in cut
        for number, window in enumerate(windows)
    ]  # fmt: skip
    with transaction.atomic():
        PassageVector.objects.filter(passage__in=passages).delete()
        PassageVector.objects.bulk_create(rows)


def nearness(business: Business, encoder: Embedder, question: str) -> dict[int, float]:
    """Cosine of every embedded passage that the business sees to the question, by passage; of windows the nearest.

    Empty: no passage has a vector of this encoder yet. Errors: EmbeddingFailed.
    """
    asked = encoder.embed([question])[0]
    found = by_server if has_pgvector() else by_numpy
    return found(business, encoder.model_id, asked)


def by_server(business: Business, model_id: str, asked: Array) -> dict[int, float]:
    """Inner products by pgvector."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select passage_id, max(-(embedding::vector <#> %s::real[]::vector)) from agent_passagevector"  # noqa: S608
            f" where {SEEN} group by passage_id",
            [asked.tolist(), business.pk, model_id],
        )
        return dict(cursor.fetchall())


def by_numpy(business: Business, model_id: str, asked: Array) -> dict[int, float]:
    """The same products here. The arrays come as the bytes that the server sends, not as lists of texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select passage_id, array_send(embedding) from agent_passagevector where {SEEN}",  # noqa: S608
            [business.pk, model_id],
        )
        rows = cursor.fetchall()
    if not rows:
        return {}
    elements = np.frombuffer(b"".join(bytes(sent)[HEAD:] for _, sent in rows), dtype=">i4").reshape(len(rows), -1, 2)
    matrix = np.ascontiguousarray(elements[:, :, 1]).view(">f4").astype(np.float32)
    best: dict[int, float] = {}
    for (passage, _), product in zip(rows, (matrix @ asked).tolist(), strict=True):
        best[passage] = max(product, best.get(passage, -1.0))
    return best


def has_pgvector() -> bool:
    """Whether this database has the extension."""
    with connection.cursor() as cursor:
        cursor.execute("select exists (select from pg_extension where extname = 'vector')")
        return bool(cursor.fetchone()[0])
