"""Finding passages: what is near in meaning first, words in common as a lift for exact terms.

A passage scores the cosine of its nearest window to the question, plus WORDS times the share of the question's words
that it has, rare words weighing more. Adding keeps how near a passage is, which ranks alone would not: fusing ranks
with equal weight was worse than vectors by themselves (docs/benchmarks.md). Passages below FLOOR answer nothing.

The order of the others also looks at their document (a page of which several passages fit is more likely the one) and
at its kind. Shared pages and the business's own notes are searched together; row security keeps those of others out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from django.db import connection

from accounts.models import Business
from agent.knowledge.chunks import Chunk
from agent.knowledge.documents import chunk_of
from agent.knowledge.embeddings import Embedder, EmbeddingFailed, embedder
from agent.knowledge.pages import GLOSSARY
from agent.knowledge.vectors import nearness
from agent.models import StoredPassage

logger = structlog.get_logger(__name__)

WORDS = 0.2
FLOOR = 0.3  # of a passage's score; lower ones answer what no page covers
WORDS_FLOOR = 0.45  # of the words' share, where there are no vectors
UNREAD = 0.6  # what the words' share counts in place of the meaning that no encoder has read yet
PER_DOCUMENT = 2
BEST = 3  # passages by which a document is judged
LIFT = 0.5  # what its document counts for a passage
SET_BACK = {GLOSSARY: 0.25}  # one line a metric: right for a definition, in the way of everything else

#: Of each word of the question that any passage has: its weight by rarity (as BM25 weighs words), and who has it.
#: Words that nothing has count in full, so a question about other things covers little.
COVERAGE = """
with seen as (select id, search from agent_storedpassage where business_id is null or business_id = %(business)s),
     total as (select count(*)::float as n from seen),
     words as (select quote_literal(lexeme)::tsquery as word from unnest(to_tsvector('english', %(question)s))),
     weighed as (
       select word, (select ln(1 + (n - count(*) + 0.5) / (count(*) + 0.5)) from seen where search @@ word) as weight
       from words, total
     )
select seen.id, sum(weight) / (select sum(weight) from weighed)
from seen join weighed on seen.search @@ weighed.word
group by seen.id
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A found chunk with its score; higher is nearer."""

    chunk: Chunk
    score: float


def search(business: Business, question: str, *, limit: int = 5) -> tuple[Passage, ...]:
    """The passages that answer, best first, at most two of a document.

    Empty: the question has no words that carry meaning, or no passage comes near enough.
    """
    shares = coverage(business, question)
    encoder = embedder()
    near = _nearness(business, encoder, question) if encoder and question.strip() else {}
    scores = {
        passage: near.get(passage, UNREAD * share) + WORDS * share
        for passage in near.keys() | shares.keys()
        for share in (shares.get(passage, 0.0),)
    }
    return _best(scores, FLOOR if near else (UNREAD + WORDS) * WORDS_FLOOR, limit)


def coverage(business: Business, question: str) -> dict[int, float]:
    """The share of the question's words, by weight, that each passage has; passages without any are left out."""
    with connection.cursor() as cursor:
        cursor.execute(COVERAGE, {"business": business.pk, "question": question})
        return dict(cursor.fetchall())


def _nearness(business: Business, encoder: Embedder, question: str) -> dict[int, float]:
    try:
        return nearness(business, encoder, question)
    except EmbeddingFailed as error:
        logger.warning("encoder gave no vector; words alone are searched", encoder=encoder.model_id, error=str(error))
        return {}


def _best(scores: Mapping[int, float], floor: float, limit: int) -> tuple[Passage, ...]:
    """Passages above the floor in order, at most two of a document. A floor is about covering, not about order."""
    if max(scores.values(), default=0.0) < floor:
        return ()
    documents = dict(StoredPassage.objects.filter(pk__in=scores).values_list("pk", "doc_id"))
    lift = _lift(scores, documents)
    order = sorted(
        (passage for passage in documents if scores[passage] >= floor),
        key=lambda passage: (-scores[passage] - lift[documents[passage]], passage),
    )
    kept = _at_most_per_document(order, documents)[:limit]
    rows = StoredPassage.objects.in_bulk(kept)
    return tuple(Passage(chunk_of(rows[passage]), scores[passage]) for passage in kept)


def _lift(scores: Mapping[int, float], documents: Mapping[int, str]) -> dict[str, float]:
    """What each document adds to its passages: the mean of its best, less what its kind is set back by."""
    of_document: dict[str, list[float]] = {}
    for passage, document in documents.items():
        of_document.setdefault(document, []).append(scores[passage])
    return {
        document: LIFT * sum(sorted(found)[-BEST:]) / BEST - SET_BACK.get(document, 0.0)
        for document, found in of_document.items()
    }


def _at_most_per_document(ranked: Iterable[int], documents: Mapping[int, str]) -> list[int]:
    used: Counter[str] = Counter()
    kept = []
    for passage in ranked:
        used[documents[passage]] += 1
        if used[documents[passage]] <= PER_DOCUMENT:
            kept.append(passage)
    return kept
