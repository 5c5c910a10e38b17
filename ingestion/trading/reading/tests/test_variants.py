"""Whatever a spreadsheet, a system or a country does to a file: the same records, or a question."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes
from ingestion.trading.reading.tests.variants import Variant

HINTS = Hints(zone="America/New_York", answers={"symbol": "MSFT"})
POINTED = (
    "ctrader_history.csv", "tradingview_en.csv", "ibkr_flex.csv", "thinkorswim.csv", "ninjatrader.csv",
    "rithmic_performance.csv",
)  # fmt: skip
VARIANTS = st.builds(
    Variant,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
    delimiter=st.sampled_from([";", "\t", ","]),
    comma=st.booleans(),
    thousands=st.sampled_from(["", "\u00a0", "\u202f", " "]),
    wrapped=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    trailing=st.booleans(),
)


@pytest.mark.parametrize("name", POINTED)
@given(variant=VARIANTS)
@settings(max_examples=25, deadline=None)
def test_every_way_to_write_a_file_gives_the_same_records(name, variant):
    original, other = (read_statement(data, hints=HINTS) for data in (case_bytes(name), variant.of(case_bytes(name))))
    assert other.questions == ()
    assert other.records == original.records


@given(variant=VARIANTS)
@settings(max_examples=25, deadline=None)
def test_a_statement_of_many_sections_survives_them_too(variant):
    data = case_bytes("ibkr_activity.csv")
    assert read_statement(variant.of(data), hints=HINTS).records == read_statement(data, hints=HINTS).records


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_lines_changes_nothing_where_rows_have_numbers(order: random.Random):
    head, *body = case_bytes("mt5_positions_it.csv").splitlines(keepends=True)
    shuffled = order.sample(body, len(body))
    plain, other = (read_statement(head + b"".join(lines), hints=HINTS) for lines in (body, shuffled))
    assert sorted(other.records, key=lambda trade: trade.native_id) == list(plain.records)


@pytest.mark.parametrize("name", ["mt4_detailed.htm", "mt5_report_en.html"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "cp1252"])
def test_reports_of_a_terminal_read_alike_in_every_encoding(name, encoding):
    data = case_bytes(name)
    text = data.decode("utf-16") if data.startswith(b"\xff\xfe") else data.decode()
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    spaced = text.replace("10 000.00", "10\u00a0000.00").replace("&nbsp;", "\u00a0")
    assert (
        read_statement(bom + spaced.encode(encoding), hints=HINTS).records == read_statement(data, hints=HINTS).records
    )


def test_a_report_of_a_country_with_decimal_commas_is_the_same_report():
    text = case_bytes("mt5_report_en.html").decode("utf-16")
    comma = re.sub(r">(-?[\d ]+)\.(\d+)<", r">\1,\2<", text)
    assert "1,08400" in comma and "2 051,30" in comma
    assert read_statement(comma.encode(), hints=HINTS).records == read_statement(text.encode(), hints=HINTS).records


@pytest.mark.parametrize(
    ("name", "head"), [("mt5_positions_it.csv", 1), ("ibkr_flex.csv", 1), ("ctrader_history.csv", 5)]
)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_a_file_split_in_two_gives_the_same_records(name, head, data):
    lines = case_bytes(name).splitlines(keepends=True)
    top, body = lines[:head], lines[head:]
    cut = data.draw(st.integers(1, len(body) - 1))
    halves = [read_statement(b"".join([*top, *part]), hints=HINTS) for part in (body[:cut], body[cut:])]
    together = [record for half in halves for record in half.records]
    assert all(half.questions == () for half in halves)
    assert together == list(read_statement(b"".join(lines), hints=HINTS).records)
