"""Finding passages: BM25 over the chunks of all pages, in memory. Small enough to need no database and no model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from agent.knowledge.chunks import Chunk, chunks
from agent.knowledge.pages import GLOSSARY, pages
from agent.knowledge.words import expanded, terms

K1 = 1.4
B = 0.6
HEADING_WEIGHT = 4  # a word of the heading counts as often as this many words of the text
TITLE_WEIGHT = 1
FLOOR = 0.36  # share of the question's own weight that a passage has to cover; lower ones answer what is off topic
PER_PAGE = 2
PAGE_WEIGHTS = {GLOSSARY: 0.7}  # one line a metric: right for a definition, in the way of everything else


@dataclass(frozen=True, slots=True)
class Passage:
    """A found chunk with its score; higher is nearer."""

    chunk: Chunk
    score: float


class Index:
    """Term statistics of a set of chunks."""

    def __init__(self, corpus: Sequence[Chunk]) -> None:
        self.corpus = tuple(corpus)
        self.counts = [_weighted(chunk) for chunk in self.corpus]
        self.lengths = [sum(count.values()) for count in self.counts]
        self.average = sum(self.lengths) / max(1, len(self.lengths))
        found_in = Counter(term for count in self.counts for term in count)
        n = len(self.corpus)
        self.idf = {term: math.log(1 + (n - df + 0.5) / (df + 0.5)) for term, df in found_in.items()}
        self.unseen = math.log(1 + (n + 0.5) / 0.5)

    def search(self, question: str, *, limit: int = 5) -> tuple[Passage, ...]:
        """The nearest passages, best first, at most two of a page.

        Empty: nothing when no passage covers enough of the question's words, or the question has none.
        """
        weights = expanded(question)
        asked = sum(self.idf.get(term, self.unseen) for term in set(terms(question)))
        scored = [
            Passage(chunk, self._score(weights, position) * PAGE_WEIGHTS.get(chunk.doc_id, 1))
            for position, chunk in enumerate(self.corpus)
            if asked and self._covered(weights, position) / asked >= FLOOR
        ]
        scored.sort(key=lambda passage: (-passage.score, passage.chunk.doc_id, passage.chunk.seq))
        return _at_most_per_page(scored)[:limit]

    def _score(self, weights: dict[str, float], position: int) -> float:
        counts, length = self.counts[position], self.lengths[position]
        total = 0.0
        for term, weight in weights.items():
            frequency = counts.get(term, 0)
            if frequency:
                damped = frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * length / self.average))
                total += weight * self.idf[term] * damped
        return total

    def _covered(self, weights: dict[str, float], position: int) -> float:
        return sum(weight * self.idf[term] for term, weight in weights.items() if term in self.counts[position])


@cache
def index() -> Index:
    """The index of all pages, built once a process."""
    return Index([chunk for page in pages() for chunk in chunks(page)])


def _weighted(chunk: Chunk) -> Counter[str]:
    counts = Counter(terms(chunk.text))
    for term in terms(chunk.heading):
        counts[term] += HEADING_WEIGHT
    for term in terms(f"{chunk.title} {chunk.doc_id.replace('-', ' ')}"):
        counts[term] += TITLE_WEIGHT
    return counts


def _at_most_per_page(ranked: Sequence[Passage]) -> tuple[Passage, ...]:
    used: Counter[str] = Counter()
    kept = []
    for passage in ranked:
        used[passage.chunk.doc_id] += 1
        if used[passage.chunk.doc_id] <= PER_PAGE:
            kept.append(passage)
    return tuple(kept)
