"""The knowledge pages: Markdown files with a head of title, category, source and the day they were reviewed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from accounts.errors import NotYours
from analytics.registry import METRICS, Metric

FOLDER = Path(__file__).parent / "pages"
HEAD = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
GLOSSARY = "metric-glossary"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the knowledge base, shared by all businesses. `doc_id` is what answers cite."""

    doc_id: str
    title: str
    category: str
    source: str
    reviewed: date
    body: str


@cache
def pages() -> tuple[Page, ...]:
    """All pages by doc_id, the glossary of the metric registry last."""
    written = tuple(read_page(path) for path in sorted(FOLDER.glob("*.md")))
    return (*written, _glossary(max(page.reviewed for page in written)))


def page_of(doc_id: str) -> Page:
    """Errors: NotYours for an unknown id."""
    for page in pages():
        if page.doc_id == doc_id:
            return page
    raise NotYours("There is no such page.")


def read_page(path: Path) -> Page:
    """Errors: ValueError when the head is missing or incomplete, naming the file."""
    match = HEAD.match(path.read_text(encoding="utf-8"))
    if match is None:
        raise ValueError(f"{path.name} has no head")
    head = dict(line.split(": ", 1) for line in match["head"].splitlines())
    try:
        return Page(
            path.stem, head["title"], head["category"], head["source"], date.fromisoformat(head["reviewed"]),
            match["body"].strip(),
        )  # fmt: skip
    except KeyError as missing:
        raise ValueError(f"{path.name} lacks {missing} in its head") from None


def _glossary(reviewed: date) -> Page:
    entries = "\n\n".join(_entry(metric) for metric in sorted(METRICS.values(), key=lambda metric: metric.label))
    body = f"# What each metric means\n\n{entries}"
    return Page(GLOSSARY, "What each metric means", "glossary", "Bellwether's metric registry", reviewed, body)


def _entry(metric: Metric) -> str:
    need = f" It takes at least {metric.minimum}." if metric.minimum else ""
    return f"## {metric.label}\n\n{metric.label} is {metric.formula}.{need}\n\nSource: {metric.source}."
