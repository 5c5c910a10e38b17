"""Delimited text: comma, semicolon, tab or bar, with quotes, preambles and lines that are quoted as a whole."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from ingestion.trading.reading.rows import Row, limited

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 300
MOST_LINES_IN_A_CELL = 12


def rows_of(text: str) -> tuple[str, tuple[Row, ...]]:
    """The delimiter and the rows. Every line is in a row; an unclosed quote does not swallow the lines after it."""
    text = _without_outer_quotes(text)
    delimiter = _delimiter(text)
    try:
        return delimiter, tuple(limited(_records(text, delimiter)))
    except (csv.Error, _RunawayQuote):
        return delimiter, tuple(limited(_line_by_line(text, delimiter)))


class _RunawayQuote(Exception):
    """A quoted cell ran over more lines than any cell of a statement has."""


def _records(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    for cells in reader:
        if reader.line_num - before > MOST_LINES_IN_A_CELL:
            raise _RunawayQuote
        yield Row(number=before + 1, cells=tuple(cells))
        before = reader.line_num


def _line_by_line(text: str, delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            cells = line.split(delimiter)
        yield Row(number=number, cells=tuple(cells))


def _sample(text: str) -> list[str]:
    lines: list[str] = []
    start = 0
    while start < len(text) and len(lines) < SAMPLE_LINES:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip("\r")
        if line.strip():
            lines.append(line)
        start = end + 1
    return lines


def _delimiter(text: str) -> str:
    """The delimiter that splits most lines alike; `sep=;` on the first line says it outright."""
    lines = _sample(text)
    if lines and lines[0].lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[4]
    best = max(DELIMITERS, key=lambda delimiter: _alike(lines, delimiter))
    return best if _alike(lines, best) else ","


def _alike(lines: list[str], delimiter: str) -> int:
    counts: Counter[int] = Counter()
    for line in lines:
        try:
            counts[len(next(csv.reader([line], delimiter=delimiter), []))] += 1
        except csv.Error:
            continue
    return sum((width - 1) * times for width, times in counts.items() if times > 1 or len(lines) <= 2)


def _without_outer_quotes(text: str) -> str:
    """Some spreadsheets save every line as one quoted cell; then the line inside is the line."""
    lines = _sample(text)
    wrapped = sum(1 for line in lines if _is_wrapped(line))
    holding = sum(1 for line in lines if _is_wrapped(line) and any(mark in line for mark in DELIMITERS))
    if len(lines) < 2 or wrapped < 0.8 * len(lines) or holding < 0.4 * len(lines):
        return text
    return "\n".join(_unwrapped(line) for line in text.splitlines())


def _is_wrapped(line: str) -> bool:
    line = line.strip()
    if len(line) < 3 or line[0] != '"' or line[-1] != '"':
        return False
    return '"' not in line[1:-1].replace('""', "")


def _unwrapped(line: str) -> str:
    return line.strip()[1:-1].replace('""', '"') if _is_wrapped(line) else line
