"""Every row of every file is in exactly one bucket, whatever happened to the file; and each file has one format."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.trading.reading.document import open_document
from ingestion.trading.reading.formats import FORMATS
from ingestion.trading.reading.model import Hints, Kind
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.rows import Unreadable
from ingestion.trading.reading.tests.cases import FOLDER

HINTS = Hints(zone="UTC", answers={"symbol": "MSFT"})
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_file())
RECORDS = (Kind.TRADE, Kind.EXECUTION, Kind.CASH)
WHOLE = {name: (FOLDER / name).read_bytes() for name in CASES}


def assert_adds_up(data: bytes) -> None:
    """Each row of the file once, word for word; records only where one was accepted; a reason for what was not."""
    try:
        rows = open_document(data).rows
        reading = read_statement(data, hints=HINTS)
    except Unreadable:
        return
    assert sum(reading.buckets.values()) == len(rows)
    assert [(line.number, line.cells) for line in reading.lines] == [(row.number, row.cells) for row in rows]
    assert len({line.number for line in reading.lines}) == len(rows)
    for line in reading.lines:
        assert not line.records or line.kind in RECORDS
        assert line.kind is not Kind.BAD or (line.reason and line.reason_code and len(line.reason) <= 300)


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_read_whole(name):
    assert_adds_up(WHOLE[name])


@pytest.mark.parametrize("name", CASES)
def test_one_format_claims_a_file_and_no_other_does(name):
    document = open_document(WHOLE[name], filename=name)
    claims = [form.key for form in FORMATS if form.recognise(document)]
    assert len(claims) == 1 and name.startswith(claims[0])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A case with pieces cut out, doubled, swapped or overwritten."""
    data = bytearray(WHOLE[draw(st.sampled_from(CASES))])
    rng = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.integers(1, 6))):
        start = rng.randrange(max(len(data), 1))
        end = min(len(data), start + rng.choice([1, 1, 3, 20, 200]))
        piece = data[start:end]
        data[start:end] = rng.choice(
            [b"", piece * 2, b'"', b",", b"<td>", b";", b"99", b"\n", b"-", b"E+15", bytes(reversed(piece))]
        )
    return bytes(data)


@given(data=damaged())
@settings(max_examples=150, deadline=None)
def test_damaged_files_lose_no_row(data):
    assert_adds_up(data)


@given(data=st.sampled_from(CASES), order=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_shuffled_lines_lose_no_row(data: str, order: random.Random):
    lines = WHOLE[data].splitlines(keepends=True)
    order.shuffle(lines)
    assert_adds_up(b"".join(lines))


@given(data=st.sampled_from(CASES), share=st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_files_cut_off_anywhere_lose_no_row(data: str, share: float):
    assert_adds_up(WHOLE[data][: int(len(WHOLE[data]) * share)])


@given(data=st.binary(max_size=400))
@settings(max_examples=80, deadline=None)
def test_bytes_of_any_kind_are_read_or_refused(data):
    assert_adds_up(data)


@given(text=st.text(alphabet="0123456789.,;:/-+ \tabcXYZ\"'\n€—", max_size=400))
@settings(max_examples=80, deadline=None)
def test_text_of_any_kind_is_read_or_refused(text):
    assert_adds_up(text.encode())
