"""A model's text as an answer: the same shape as the analyst's, read from its marks, with nothing that leads away."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from agent.analyst.draft import Draft, known
from agent.grounding import CITED, SOURCE, Pool
from agent.tools.envelope import Cited, ToolResult

IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
DEFINITION = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*\S.*$", re.MULTILINE)
TAG = re.compile(r"<!--.*?(?:-->|$)|<[/!?]?[a-zA-Z][^>]*(?:>|$)", re.DOTALL)
ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*:|\B)//[^\s<>\])]*|\b(?:www\.|mailto:|javascript:|data:)[^\s<>\])]*", re.IGNORECASE
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
BLANKS = re.compile(r"\n{3,}")
MARK = re.compile(r"(\[(?:ev|Source):[^\]]*\])")

#: Facts that people named: their numbers are nobody's figures, as in labels.
NAMED = frozenset({"name", "industry", "account"})


@dataclass(frozen=True, slots=True)
class Written(Draft):
    """What a model wrote, cleaned. `removed` counts citations of pages that its tools did not give."""

    text: str = ""
    removed: int = 0

    @property
    def docs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(SOURCE.findall(self.text)))

    @property
    def cited(self) -> tuple[Cited, ...]:
        by_id = {cited.id: cited for result, _ in self.results for cited in result.all_figures}
        return tuple(by_id[ref] for ref in dict.fromkeys(CITED.findall(self.text)) if ref in by_id)

    def markdown(self) -> str:
        return self.text

    def pool(self, question: str) -> Pool:
        """What the text may print: figures, cited passages, the question, and what our own tools said in words.

        Labels, texts of rows and names are left out: they may come from outside; their numbers are nobody's figures.
        """
        results = [result for result, _ in self.results]
        docs = self.docs
        passages = [p.chunk.text for result in results for p in result.passages if p.chunk.doc_id in docs]
        own = [words for result in results for words in _own_words(result)]
        gaps = [cited.figure.gap for result in results for cited in result.all_figures if cited.figure.gap]
        return Pool.of(
            [known(cited) for result in results for cited in result.all_figures],
            texts=[question, *passages, *own, *gaps],
            days=[day for result in results for day in result.days],
        )


def _own_words(result: ToolResult) -> tuple[str, ...]:
    return (result.message, *result.warnings, *(value for fact, value in result.facts if fact not in NAMED))


def written(draft: Written) -> Written:
    """The draft with its text cleaned, and without citations of pages that are not among its results."""
    given = {p.chunk.doc_id for result, _ in draft.results for p in result.passages}
    text, removed = plain(draft.text), 0
    for doc_id in SOURCE.findall(text):
        if doc_id not in given:
            text = re.sub(rf"[ ]?\[Source:\s*{re.escape(doc_id)}\]", "", text, count=1, flags=re.IGNORECASE)
            removed += 1
    return replace(draft, text=text.strip(), removed=draft.removed + removed)


def storable(body: Any) -> Any:
    """JSON or text without what a database cannot hold: the character NUL, and halves of characters."""
    if isinstance(body, str):
        return body.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(body, list):
        return [storable(each) for each in body]
    if isinstance(body, dict):
        return {storable(key): storable(value) for key, value in body.items()}
    return body


def plain(text: str) -> str:
    """Markdown without images, links, HTML, addresses and characters that nobody sees; a link leaves its words."""
    text = CONTROL.sub("", storable(text).replace("\r\n", "\n"))
    for pattern in (DEFINITION, TAG, IMAGE):
        text = pattern.sub("", text)
    # A mark directly before a bracket is no link.
    parts = [part if MARK.fullmatch(part) else LINK.sub(r"\1", part) for part in MARK.split(text)]
    return BLANKS.sub("\n\n", ADDRESS.sub("", "".join(parts))).strip()
