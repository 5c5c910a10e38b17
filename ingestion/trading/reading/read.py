"""One file to one reading: the format whose shape it has, or the questions that would tell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ingestion.trading.reading.contracts import verified
from ingestion.trading.reading.document import Document, open_document
from ingestion.trading.reading.formats import FORMATS
from ingestion.trading.reading.formats.base import Format, Match
from ingestion.trading.reading.formats.mapped import MAPPED
from ingestion.trading.reading.formats.refused import refuse_known_others
from ingestion.trading.reading.invariants import checked
from ingestion.trading.reading.model import Hints, Reading
from ingestion.trading.reading.sequence import in_sequence


def read_statement(data: bytes, *, filename: str = "", hints: Hints | None = None) -> Reading:
    """The whole file, every row in one bucket.

    An unknown header gives format `unknown` and a question for each column that is needed.
    Errors: Unreadable for a file that is no statement.
    """
    hints = hints or Hints()
    document = open_document(data, filename=filename)
    if not hints.mapping and (found := recognise(document)):
        form, match = found
        return _finished(form.read(document, match, hints))
    refuse_known_others(document)
    return _finished(MAPPED.read(document, MAPPED.match(document), hints))


def _finished(reading: Reading) -> Reading:
    """With the rows set aside that no market can have produced, and equal times in order."""
    lines = in_sequence(checked(verified(list(reading.lines))))
    return replace(reading, lines=tuple(lines), confidence=reading.confidence.quantize(Decimal("0.001")))


def recognise(document: Document) -> tuple[Format, Match] | None:
    """The surest format; among equally sure ones, the one that knows more of the columns."""
    found = [(form, match) for form in FORMATS if (match := form.recognise(document)) is not None]
    return max(found, key=lambda pair: (pair[1].confidence, pair[1].columns), default=None)
