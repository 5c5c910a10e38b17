"""Finding the page that answers: words, vectors and both, on labelled questions.

The labels (`agent/evals/retrieval.toml`) were written from the pages' headings, in other words than the pages'. The
baseline, in the same run, is Postgres' full text alone: an OR query over the same passages, headings weighted above
text, ranked by cover density. `words` and `vectors` are the two halves of the search in use, each alone. Off-topic
questions must find nothing; what has no floor of its own always finds something, and is not counted.

    .venv/bin/python benchmarks/retrieval.py

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when both together are not first more often than full text, miss more of the first five than
vectors alone, or find something for more than one in ten off-topic questions.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ingest import ROOT, application, own_database

LABELS = Path(ROOT) / "agent" / "evals" / "retrieval.toml"
DEPTH = 5
MOST_OFF_TOPIC = 0.1
Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Quality:
    """Over the labelled questions: shares found first and among five, mean reciprocal rank, median milliseconds."""

    hit1: float
    recall5: float
    mrr: float
    off_topic: float
    ms: float

    def line(self, name: str, *, floor: bool) -> str:
        off = f"{self.off_topic:11.2f}" if floor else f"{'':>11}"
        return f"{name:28}{self.hit1:8.2f}{self.recall5:10.2f}{self.mrr:8.2f}{off}{self.ms:8.1f}"


def main() -> int:
    labels = tomllib.loads(LABELS.read_text())
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        found = {name: (measured(search, labels), floor) for name, search, floor in variants()}
    n, off = len(labels["questions"]), len(labels["off_topic"])
    print(f"{n} questions, {off} off topic; shares")
    print(f"{'':28}{'hit@1':>8}{'recall@5':>10}{'MRR':>8}{'off topic':>11}{'ms':>8}")
    for name, (quality, floor) in found.items():
        print(quality.line(name, floor=floor))
    bare, both = found["Postgres full text"][0], found["both (in use)"][0]
    vectors = found["vectors"][0]
    print(f"hit@1 is {both.hit1 / bare.hit1:.2f} times that of full text, MRR {both.mrr / bare.mrr:.2f}")
    worse = both.hit1 <= bare.hit1 or both.recall5 < vectors.recall5
    return int(worse or both.off_topic > MOST_OFF_TOPIC)


def measured(search: Search, labels: dict[str, Any]) -> Quality:
    ranks, times = [], []
    for question, wanted in labels["questions"].items():
        began = time.perf_counter()
        found = list(dict.fromkeys(search(question)))[:DEPTH]
        times.append((time.perf_counter() - began) * 1000)
        ranks.append(found.index(wanted) + 1 if wanted in found else 0)
    n = len(ranks)
    return Quality(
        hit1=sum(rank == 1 for rank in ranks) / n,
        recall5=sum(rank > 0 for rank in ranks) / n,
        mrr=sum(1 / rank for rank in ranks if rank) / n,
        off_topic=sum(bool(search(question)) for question in labels["off_topic"]) / len(labels["off_topic"]),
        ms=median(times),
    )


def variants() -> list[tuple[str, Search, bool]]:
    """Name, search, and whether it has a floor: each over the same stored passages."""
    from accounts.models import Business
    from agent.knowledge import vectors
    from agent.knowledge.embeddings import embedder
    from agent.knowledge.loading import load
    from agent.knowledge.search import coverage, search

    load()
    encoder, business = embedder(), Business(pk="00000000-0000-0000-0000-000000000001")
    assert encoder is not None

    def by(near: Callable[[Business, str, Any], dict[int, float]]) -> Search:
        return lambda question: _documents(near(business, encoder.model_id, encoder.embed([question])[0]))

    def both(question: str) -> list[str]:
        return [passage.chunk.doc_id for passage in search(business, question, limit=DEPTH)]

    found: list[tuple[str, Search, bool]] = [
        ("Postgres full text", full_text, False),
        ("words", lambda question: _documents(coverage(business, question)), False),
        ("vectors", by(vectors.by_numpy), False),
        ("both (in use)", both, True),
    ]
    if vectors.has_pgvector():
        found.insert(3, ("vectors, by pgvector", by(vectors.by_server), False))
    return found


def _documents(scores: dict[int, float]) -> list[str]:
    from agent.models import StoredPassage

    order = sorted(scores, key=lambda passage: (-scores[passage], passage))[:20]
    documents = dict(StoredPassage.objects.filter(pk__in=order).values_list("pk", "doc_id"))
    return [documents[passage] for passage in order]


def full_text(question: str) -> list[str]:
    from django.db import connection

    words = " or ".join(re.findall(r"\w+", question))
    with connection.cursor() as cursor:
        cursor.execute(
            "select doc_id from agent_storedpassage, websearch_to_tsquery('english', %s) query where search @@ query"
            " order by ts_rank_cd(search, query) desc, id limit 20",
            [words],
        )
        return [doc for (doc,) in cursor.fetchall()]


if __name__ == "__main__":
    sys.exit(main())
