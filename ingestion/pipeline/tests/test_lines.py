"""JSON lines of any size, in batches that fit into memory."""

from __future__ import annotations

import io

import pytest

from ingestion.pipeline.lines import batches_of_lines


def read(data: bytes) -> list[tuple[int, bytes]]:
    return [line for batch in batches_of_lines(io.BytesIO(data)) for line in batch]


def test_numbers_lines_as_an_editor_does_and_leaves_empty_ones_out() -> None:
    assert read(b"a\n\n  \r\nb\r\nc") == [(1, b"a\n"), (4, b"b\r\n"), (5, b"c")]


def test_takes_a_byte_order_mark_off() -> None:
    assert read(b"\xef\xbb\xbf{}\n") == [(1, b"{}\n")]


def test_nothing_gives_nothing() -> None:
    assert read(b"") == []


def test_cuts_a_line_that_no_payload_can_be_and_goes_on_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.pipeline.lines.LONGEST_LINE", 10)
    assert read(b"x" * 35 + b"\nb\n" + b"y" * 10 + b"\nd\n") == [
        (1, b"x" * 10),
        (2, b"b\n"),
        (3, b"y" * 10),
        (4, b"d\n"),
    ]


def test_ends_a_batch_by_number_and_by_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.pipeline.lines.BATCH", 3)
    monkeypatch.setattr("ingestion.pipeline.lines.BATCH_BYTES", 10)
    assert [len(batch) for batch in batches_of_lines(io.BytesIO(b"a\n" * 7))] == [3, 3, 1]
    assert [len(batch) for batch in batches_of_lines(io.BytesIO(b"12345\n" * 5))] == [2, 2, 1]
