"""Pages cut into passages: by heading, at most 512 tokens each, 50 tokens of overlap where a section is longer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.knowledge.pages import Page

NOTE_PREFIX = "note-"
LIMIT = 512
OVERLAP = 50
HEADING = re.compile(r"^(#{1,4})\s+(.+)$", re.MULTILINE)
PIECE = re.compile(r"\w+|[^\w\s]")
LONGEST_PIECE = 5  # letters in an average word piece of an English tokenizer; counts come out slightly high


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a page. `heading` is the nearest heading above it, `anchor` its place on the page."""

    doc_id: str
    seq: int
    title: str
    heading: str
    anchor: str
    text: str
    tokens: int

    @property
    def is_note(self) -> bool:
        """Whether it is of a business's own note: somebody's words, not ours."""
        return self.doc_id.startswith(NOTE_PREFIX)


def count_tokens(text: str) -> int:
    """Estimated tokens: a long word counts as several pieces, a punctuation mark as one."""
    return sum(-(-len(piece) // LONGEST_PIECE) for piece in PIECE.findall(text))


def chunks(page: Page) -> tuple[Chunk, ...]:
    """All passages of a page in order. Sections without text of their own give none."""
    found: list[Chunk] = []
    for heading, text in _sections(page):
        for part in split(text):
            found.append(Chunk(page.doc_id, len(found), page.title, heading, anchor(heading), part, count_tokens(part)))
    return tuple(found)


def split(text: str, *, limit: int = LIMIT, overlap: int = OVERLAP) -> list[str]:
    """Cut `text` between words into parts of at most `limit` tokens that share about `overlap` tokens.

    Empty: a blank text gives no parts. A single word longer than the limit stays whole.
    """
    words = re.findall(r"\S+\s*", text.strip())
    parts: list[str] = []
    start = 0
    while start < len(words):
        end, used = start, 0
        while end < len(words) and (end == start or used + count_tokens(words[end]) <= limit):
            used += count_tokens(words[end])
            end += 1
        parts.append("".join(words[start:end]).strip())
        if end == len(words):
            break
        start = max(_step_back(words, end, overlap), start + 1)
    return parts


def anchor(heading: str) -> str:
    """The heading as a fragment of an address: `Small numbers` becomes `small-numbers`."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _sections(page: Page) -> list[tuple[str, str]]:
    marks = list(HEADING.finditer(page.body))
    if not marks:
        return [(page.title, page.body)]
    ends = [mark.start() for mark in marks[1:]] + [len(page.body)]
    sections = [(page.title, page.body[: marks[0].start()].strip())]
    sections += [(mark[2].strip(), page.body[mark.end() : end].strip()) for mark, end in zip(marks, ends, strict=True)]
    return [(heading, text) for heading, text in sections if text]


def _step_back(words: list[str], end: int, overlap: int) -> int:
    start, shared = end, 0
    while start > 0 and shared + count_tokens(words[start - 1]) <= overlap:
        start -= 1
        shared += count_tokens(words[start])
    return start
