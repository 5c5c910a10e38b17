"""Documents in the database: written once, left alone while their words stay the same, gone with their source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from accounts.models import Business
from agent.knowledge.chunks import Chunk, chunks
from agent.knowledge.pages import pages
from agent.models import Note, StoredPassage


def load_pages() -> int:
    """Bring the shared passages in line with the pages of this release; returns how many documents were written.

    Pages that are gone lose their passages. Run at every start and deployment, and by beat; a second run writes none.
    """
    found = pages()
    with transaction.atomic():
        StoredPassage.objects.shared().exclude(doc_id__in=[page.doc_id for page in found]).delete()
        return sum(write_document(None, page.doc_id, chunks(page)) for page in found)


def write_document(business: Business | None, doc_id: str, parts: Sequence[Chunk], *, note: Note | None = None) -> bool:
    """Replace the passages of one document; False when they are the same already. No part takes the document out."""
    digest = digest_of(parts)
    stored = StoredPassage.objects.owned_by(business).filter(doc_id=doc_id)
    if parts and set(stored.values_list("digest", flat=True)) == {digest} and stored.count() == len(parts):
        return False
    stored.delete()
    StoredPassage.objects.bulk_create(
        StoredPassage(
            business=business, note=note, doc_id=doc_id, seq=part.seq, title=part.title[:160],
            heading=part.heading[:200], anchor=part.anchor[:200], text=part.text, tokens=part.tokens, digest=digest,
        )
        for part in parts
    )  # fmt: skip
    return True


def digest_of(parts: Sequence[Chunk]) -> str:
    """sha256 over everything that is stored of a document."""
    return hashlib.sha256(json.dumps([asdict(part) for part in parts]).encode()).hexdigest()


def chunk_of(passage: StoredPassage) -> Chunk:
    """A stored passage as the search returns it."""
    return Chunk(
        passage.doc_id, passage.seq, passage.title, passage.heading, passage.anchor, passage.text, passage.tokens
    )
