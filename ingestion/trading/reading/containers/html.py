"""Tables of an HTML page: colspans kept in step, tooltips and the text of hidden cells beside the cell before.

Only table tags matter here, and reports are tag soup: so tags are found by pattern and a new cell or row closes the one
before it. Nothing of the page is ever shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from ingestion.trading.reading.rows import MAX_COLUMNS, Row, limited

TAG = re.compile(
    r"<(/?)(table|tr|td|th|br|p|div|[a-z][a-z0-9]*)\b((?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)/?>",
    re.IGNORECASE,
)
UNSEEN = re.compile(r"<!--|<script\b|<style\b", re.IGNORECASE)
ENDS = {"<!--": "-->", "<script": "</script", "<style": "</style"}
TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)
SPACE = re.compile(r"[ \t\r\n\f]+")
COLSPAN = re.compile(r"colspan\s*=\s*[\"']?\s*(\d{1,3})", re.IGNORECASE)
TOOLTIP = re.compile(r"\btitle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
HIDDEN = re.compile(
    r"class\s*=\s*(?:\"[^\"]*(?<![-\w])hidden(?![-\w])[^\"]*\"|'[^']*(?<![-\w])hidden(?![-\w])[^']*'|hidden\b)|display\s*:\s*none|(?:^|\s)hidden(?=\s|=|$)",
    re.IGNORECASE,
)


def title_of(text: str) -> str:
    match = TITLE.search(text)
    return _clean(match[1]) if match else ""


def rows_of(text: str) -> tuple[Row, ...]:
    """Every table row of the page, in order; `table` counts the tables. No table, no rows."""
    return tuple(limited(_Tables(_without_unseen(text)).rows()))


def _without_unseen(text: str) -> str:
    """Without comments, scripts and styles. One that never ends takes the rest with it, and is looked for once."""
    lower = text.lower()
    kept: list[str] = []
    start = 0
    while match := UNSEEN.search(text, start):
        kept.append(text[start : match.start()])
        end = lower.find(ENDS[match[0].lower()], match.end())
        if end < 0:
            return " ".join(kept)
        start = end + 3
    kept.append(text[start:])
    return " ".join(kept)


class _Tables:
    def __init__(self, text: str) -> None:
        self._text = text
        self._number = 0
        self._table = 0
        self._cells: list[str] = []
        self._titles: list[str] = []
        self._cell: tuple[int, str] | None = None  # where its text begins, and its attributes
        self._in_row = False

    def rows(self) -> Iterator[Row]:
        for match in TAG.finditer(self._text):
            name = match[2].lower()
            if name in ("td", "th"):
                self._end_cell(match.start())
                if not match[1]:
                    self._in_row = True
                    self._cell = (match.end(), match[3])
            elif name in ("tr", "table"):
                self._end_cell(match.start())
                yield from self._end_row()
                if not match[1]:
                    self._in_row = name == "tr"
                    self._table += name == "table"
        self._end_cell(len(self._text))
        yield from self._end_row()

    def _end_cell(self, end: int) -> None:
        if self._cell is None:
            return
        start, attributes = self._cell
        self._cell = None
        if HIDDEN.search(attributes):
            if self._titles and not self._titles[-1]:
                self._titles[-1] = _clean(self._text[start:end])
            return
        span = COLSPAN.search(attributes)
        width = min(max(int(span[1]), 1), MAX_COLUMNS) if span else 1
        tooltip = TOOLTIP.search(attributes) if "title" in attributes.lower() else None
        self._cells.append(_clean(self._text[start:end]))
        self._titles.append(_clean(next((part for part in tooltip.groups() if part), "")) if tooltip else "")
        if width > 1:
            self._cells.extend([""] * (width - 1))
            self._titles.extend([""] * (width - 1))

    def _end_row(self) -> Iterator[Row]:
        if self._in_row and self._cells:
            self._number += 1
            titles = tuple(self._titles) if any(self._titles) else ()
            yield Row(self._number, tuple(self._cells), titles, max(self._table - 1, 0))
        self._in_row = False
        self._cells = []
        self._titles = []


def _clean(markup: str) -> str:
    if "<" in markup:
        markup = TAG.sub(" ", markup)
    if "&" in markup:
        markup = unescape(markup).replace("\x00", "")
    return SPACE.sub(" ", markup).strip()
