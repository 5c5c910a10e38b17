"""Finding the page that answers: the search in use beside Postgres' full text, on 60 labelled questions.

The labels (`agent/evals/retrieval.toml`) were written from the pages' headings, in other words than the pages'. Full
text is the baseline, in the same run: an OR query over the same passages, headings weighted above text, ranked by cover
density. Off-topic questions must find nothing; full text has no floor, so what it finds there is told beside it.

    .venv/bin/python benchmarks/retrieval.py

Takes the server of DATABASE_URL, or the checkout's embedded one; makes a database there and drops it at the end.
The exit code is 1 when the search in use is not first more often than full text, or finds something off topic more
than once.
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

from ingest import ROOT, application, own_database

LABELS = Path(ROOT) / "agent" / "evals" / "retrieval.toml"
DEPTH = 5
MOST_OFF_TOPIC = 1
Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Quality:
    """Over the labelled questions: shares found first and among five, mean reciprocal rank, median milliseconds."""

    hit1: float
    recall5: float
    mrr: float
    off_topic: int
    ms: float


def main() -> int:
    labels = tomllib.loads(LABELS.read_text())
    with tempfile.TemporaryDirectory() as folder, own_database() as url, application(url, folder):
        used, bare = measured(in_use(), labels), measured(full_text(), labels)
    print(f"{'':24}{'hit@1':>8}{'recall@5':>10}{'MRR':>8}{'off topic':>11}{'ms':>8}")
    for name, found in (("search in use (BM25)", used), ("Postgres full text", bare)):
        print(f"{name:24}{found.hit1:8.2f}{found.recall5:10.2f}{found.mrr:8.2f}{found.off_topic:11}{found.ms:8.1f}")
    print(f"hit@1 is {used.hit1 / bare.hit1:.2f} times that of full text, MRR {used.mrr / bare.mrr:.2f}")
    return int(used.hit1 <= bare.hit1 or used.off_topic > MOST_OFF_TOPIC)


def measured(search: Search, labels: dict[str, dict[str, str]]) -> Quality:
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
        off_topic=sum(bool(search(question)) for question in labels["off_topic"]),
        ms=median(times),
    )


def in_use() -> Search:
    from agent.knowledge.search import index

    return lambda question: [passage.chunk.doc_id for passage in index().search(question, limit=DEPTH)]


def full_text() -> Search:
    from django.db import connection

    from agent.knowledge.chunks import chunks
    from agent.knowledge.pages import pages

    with connection.cursor() as cursor:
        cursor.execute("create temporary table passage (doc_id text, vector tsvector)")
        for page in pages():
            for chunk in chunks(page):
                cursor.execute(
                    "insert into passage select %s, setweight(to_tsvector('english', %s), 'A')"
                    " || setweight(to_tsvector('english', %s), 'D')",
                    [chunk.doc_id, f"{chunk.title} {chunk.heading}", chunk.text],
                )

    def search(question: str) -> list[str]:
        words = " or ".join(re.findall(r"\w+", question))
        with connection.cursor() as cursor:
            cursor.execute(
                "select doc_id from passage, websearch_to_tsquery('english', %s) query where vector @@ query"
                " order by ts_rank_cd(vector, query) desc, doc_id limit 20",
                [words],
            )
            return [doc for (doc,) in cursor.fetchall()]

    return search


if __name__ == "__main__":
    sys.exit(main())
