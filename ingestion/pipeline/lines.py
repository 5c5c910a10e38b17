"""Reading JSON lines of any size in batches that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from ingestion.pipeline.ingest import BATCH, Line

#: No payload of any provider comes near; a longer line is no JSON line but some other file.
LONGEST_LINE = 2 * 1024 * 1024
BATCH_BYTES = 32 * 1024 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def batches_of_lines(file: BinaryIO) -> Iterator[list[Line]]:
    """Batches of (line number from 1, line), without empty lines.

    A line beyond LONGEST_LINE comes cut off, and so will be no JSON; the rest of it is skipped.
    """
    batch: list[Line] = []
    size = 0
    for number, line in _numbered(file):
        batch.append((number, line))
        size += len(line)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _numbered(file: BinaryIO) -> Iterator[Line]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            _skip_line(file)
        if line.strip():
            yield number, line


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass
