"""What a statement prints about itself: `Gross Profit: 1 234.50`, in cells beside each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.numbers import BadValue, is_null, to_decimal
from ingestion.trading.reading.rows import Document

LEADING_NUMBER = re.compile(r"[-+\u2212(]?\s*[\d.,\s\u00a0]*\d")


@dataclass(frozen=True, slots=True)
class Printed:
    """Labels and the text beside them; a label that comes twice keeps its first value."""

    values: Mapping[str, str]
    style: str

    @classmethod
    def of(cls, document: Document, style: str, *, start: int = 0) -> Printed:
        values: dict[str, str] = {}
        for row in document.rows[start:]:
            label = ""
            for cell in row.cells:
                text = cell.strip()
                if text.endswith(":"):
                    label = normalise(text)
                elif text and label:
                    values.setdefault(label, text)
                    label = ""
        return cls(values, style)

    def amount(self, *labels: str) -> Decimal | None:
        """The amount beside the first of these labels that is there; None where none is, or it is no amount."""
        for label in labels:
            text = self.values.get(normalise(label), "")
            if not is_null(text):
                try:
                    return to_decimal(text, self.style)
                except BadValue:
                    return self._leading(text)
        return None

    def count(self, *labels: str) -> int | None:
        """A whole number, such as 12 in `12 (60.00%)`."""
        for label in labels:
            if match := re.match(r"\d{1,9}", self.values.get(normalise(label), "")):
                return int(match[0])
        return None

    def _leading(self, text: str) -> Decimal | None:
        match = LEADING_NUMBER.match(text)
        try:
            return to_decimal(match[0], self.style) if match else None
        except BadValue:
            return None
