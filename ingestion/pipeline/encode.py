"""Rows → the text that COPY reads, with what the database would refuse taken out. Pure Python.

A batch is checked and written a column at a time: one look at a column's types, extremes or joined text tells in C
speed that all its values are good, and only a column that fails is searched for the guilty rows.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from ingestion.pipeline.columns import Refusals, writer_of
from ingestion.pipeline.rows import Rejected
from ingestion.pipeline.streams import HEAD, FactStream

RAW_LIMIT = 20_000


@dataclass(slots=True)
class Encoded:
    """A batch ready to be staged. `rows`, `heads` and `lines` run in parallel; seen = len(lines) + len(rejected).

    A head is what decides between versions: key, version, rank, content hash. `repeats` tells whether some key comes
    more than once.
    """

    stream: FactStream
    rows: Sequence[NamedTuple]
    heads: list[str]
    lines: list[str]
    rejected: list[Rejected] = field(default_factory=list)
    repeats: bool = False

    @property
    def seen(self) -> int:
        return len(self.lines) + len(self.rejected)


def encode(stream: FactStream, rows: Sequence[NamedTuple | Rejected]) -> Encoded:
    """Check and write one batch.

    Empty:  no rows give no lines.
    Errors: TypeError for a row of another stream, which is a mistake in a mapper and not in the data.
    """
    rejected = [row for row in rows if isinstance(row, Rejected)]
    good: Sequence[Any] = [row for row in rows if not isinstance(row, Rejected)] if rejected else rows
    if wrong := set(map(type, good)) - {stream.row}:
        raise TypeError(f"{stream.key} takes {stream.row.__name__}, not {', '.join(map(str, wrong))}.")
    texts, refusals = _texts(stream, good)
    if refusals:
        rejected += [_refused(good[index], *why) for index, why in refusals.items()]
        good = [row for index, row in enumerate(good) if index not in refusals]
        texts, _ = _texts(stream, good)
    repeats = bool(texts) and len(set(texts[0])) < len(texts[0])
    heads, lines = _lines(texts)
    return Encoded(stream, good, heads, lines, rejected, repeats)


def row_text(row: NamedTuple) -> str:
    """A row word for word, for the quarantine."""
    return json.dumps(row._asdict(), default=str)[:RAW_LIMIT]


def _texts(stream: FactStream, rows: Sequence[NamedTuple]) -> tuple[list[Sequence[str]], Refusals]:
    refusals: Refusals = {}
    if not rows:
        return [], refusals
    columns = zip(*rows, strict=True)
    texts = [writer_of(column)(values, refusals) for column, values in zip(stream.fields, columns, strict=True)]
    return texts, refusals


def _lines(texts: list[Sequence[str]]) -> tuple[list[str], list[str]]:
    """The head and the whole line of each row."""
    if not texts:
        return [], []
    contents = list(map("\t".join, zip(*texts[len(HEAD) :], strict=True)))
    heads = list(map("\t".join, zip(*texts[: len(HEAD)], map(_content_hash, contents), strict=True)))
    return heads, list(map("\t".join, zip(heads, contents, strict=True)))


def _content_hash(content: str) -> str:
    """64 bits that tell whether two versions differ, as a signed integer. Stable across processes and releases."""
    return str(int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big", signed=True))


def _refused(row: NamedTuple, code: str, reason: str) -> Rejected:
    return Rejected(str(row[0])[:255], code, reason, row_text(row))
