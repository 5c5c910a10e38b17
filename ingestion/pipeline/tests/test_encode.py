"""Rows → COPY text: what is written, and what is refused before the database would."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from ingestion.pipeline.encode import Encoded, encode
from ingestion.pipeline.rows import Rejected
from ingestion.pipeline.streams import STREAMS, stream_of
from ingestion.testing.factories import (
    NOON,
    SAMPLE_ROWS,
    balance_transaction_row,
    charge_row,
    dispute_row,
    subscription_row,
)

#: Its moment in UTC lies outside the calendar.
LAST = datetime.max.replace(tzinfo=timezone(-timedelta(hours=5)))
LEDGER = stream_of("balance_transactions")


def ledger(*rows: Any) -> Encoded:
    return encode(LEDGER, rows)


def cells(encoded: Encoded, line: int = 0) -> list[str]:
    return encoded.lines[line].split("\t")


def content_hash(encoded: Encoded) -> str:
    return cells(encoded)[3]


class TestEveryStream:
    @pytest.mark.parametrize("key", list(STREAMS))
    def test_has_a_row_type_with_the_models_own_columns(self, key: str) -> None:
        stream = STREAMS[key]
        common = {"id", "business", "source", "content_hash", "observed_at", "run"}
        model_columns = {field.name for field in stream.model._meta.concrete_fields} - common
        assert set(stream.columns) == model_columns
        assert stream.columns[:3] == ("external_id", "version_at", "version_rank")
        assert set(stream.dirties) <= set(stream.columns)

    @pytest.mark.parametrize("key", list(STREAMS))
    def test_writes_one_line_with_all_columns_and_the_hash(self, key: str) -> None:
        encoded = encode(STREAMS[key], [SAMPLE_ROWS[key]])
        assert encoded.rejected == []
        assert len(cells(encoded)) == len(STREAMS[key].columns) + 1


class TestContentHash:
    def test_ignores_key_version_and_rank(self) -> None:
        same = balance_transaction_row("txn_2", version_at=NOON, version_rank=10)
        assert content_hash(ledger(balance_transaction_row())) == content_hash(ledger(same))

    def test_differs_for_any_other_column(self) -> None:
        base = content_hash(ledger(balance_transaction_row()))
        for change in (
            {"amount": 1001},
            {"description": "x"},
            {"status": "pending"},
            {"available_on": NOON.replace(day=11)},
        ):
            assert content_hash(ledger(balance_transaction_row(**change))) != base

    def test_is_the_same_for_one_moment_in_any_zone_and_one_number_in_any_form(self) -> None:
        berlin = NOON.astimezone(timezone(timedelta(hours=1)))
        one = ledger(balance_transaction_row(created_at=NOON, exchange_rate=Decimal("1.10")))
        other = ledger(balance_transaction_row(created_at=berlin, exchange_rate=Decimal("1.1000")))
        assert content_hash(one) == content_hash(other)

    def test_ignores_the_order_of_json_keys(self) -> None:
        one = encode(stream_of("subscriptions"), [subscription_row(items=[{"id": "si", "quantity": 2}])])
        other = encode(stream_of("subscriptions"), [subscription_row(items=[{"quantity": 2, "id": "si"}])])
        assert content_hash(one) == content_hash(other)

    def test_is_pinned_so_that_a_release_does_not_rewrite_every_fact(self) -> None:
        assert content_hash(ledger(balance_transaction_row())) == "5519230774557321464"


class TestWriting:
    def test_escapes_what_copy_gives_a_meaning(self) -> None:
        encoded = ledger(balance_transaction_row(description="a\tb\nc\rd\\N"))
        assert cells(encoded)[-1] == "a\\tb\\nc\\rd\\\\N"

    def test_writes_absent_values_as_null_and_empty_texts_as_empty(self) -> None:
        encoded = ledger(balance_transaction_row())
        assert cells(encoded)[-3:] == ["", "\\N", ""]

    def test_writes_repeated_and_single_moments_alike(self) -> None:
        moments = [NOON + timedelta(seconds=number) for number in range(300)]
        single = ledger(*(balance_transaction_row(f"txn_{n}", created_at=m) for n, m in enumerate(moments)))
        assert [cells(single, n)[4] for n in range(300)] == [
            cells(ledger(balance_transaction_row(created_at=m)))[4] for m in moments
        ]
        assert cells(ledger(balance_transaction_row(created_at=NOON)))[4] == "2026-03-10T12:00:00+00:00"

    def test_nothing_gives_nothing(self) -> None:
        assert (ledger().lines, ledger().seen) == ([], 0)

    def test_tells_whether_a_key_comes_twice(self) -> None:
        assert not ledger(balance_transaction_row("a"), balance_transaction_row("b")).repeats
        assert ledger(balance_transaction_row("a"), balance_transaction_row("a")).repeats


class TestRefusing:
    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (balance_transaction_row(""), "no_id"),
            (balance_transaction_row("x" * 256), "too_long"),
            (balance_transaction_row("nul\0"), "nul_character"),
            (balance_transaction_row(description="nul\0"), "nul_character"),
            (balance_transaction_row(description="half \ud800 a pair"), "not_unicode"),
            (balance_transaction_row(currency="dollars"), "too_long"),
            (balance_transaction_row(amount=2**63, net=0), "out_of_range"),
            (balance_transaction_row(amount=-(2**63) - 1, net=0), "out_of_range"),
            (balance_transaction_row(version_rank=2**15), "out_of_range"),
            (balance_transaction_row(amount=10.0, net=0), "wrong_type"),
            (balance_transaction_row(amount="1000", net=0), "wrong_type"),
            (balance_transaction_row(amount=True, net=0), "wrong_type"),
            (balance_transaction_row(amount=None, fee=0, net=0), "wrong_type"),
            (balance_transaction_row(status=None), "wrong_type"),
            (balance_transaction_row(created_at=None), "wrong_type"),
            (balance_transaction_row(created_at="2026-03-10"), "wrong_type"),
            (balance_transaction_row(created_at=datetime(2026, 3, 10)), "naive_time"),
            (balance_transaction_row(created_at=LAST), "out_of_range"),
            (balance_transaction_row(exchange_rate=Decimal("NaN")), "out_of_range"),
            (balance_transaction_row(exchange_rate=Decimal(10) ** 12), "out_of_range"),
            (balance_transaction_row(exchange_rate=1.1), "wrong_type"),
        ],
    )  # fmt: skip
    def test_names_the_reason_and_keeps_the_other_rows(self, row: Any, code: str) -> None:
        encoded = ledger(balance_transaction_row("good_1"), row, balance_transaction_row("good_2"))
        assert [line.split("\t")[0] for line in encoded.lines] == ["good_1", "good_2"]
        assert [rejected.reason_code for rejected in encoded.rejected] == [code]
        assert encoded.seen == 3

    def test_finds_bad_flags_moments_and_json(self) -> None:
        assert encode(stream_of("charges"), [charge_row(paid=1)]).rejected[0].reason_code == "wrong_type"
        assert encode(stream_of("disputes"), [dispute_row(closed_at=7)]).rejected[0].reason_code == "wrong_type"
        bad = [subscription_row("a", items=[{"x": Decimal(1)}]), subscription_row("b", items=[{"x": float("nan")}])]
        assert [row.reason_code for row in encode(stream_of("subscriptions"), bad).rejected] == ["not_json"] * 2

    def test_keeps_the_row_word_for_word(self) -> None:
        rejected = ledger(balance_transaction_row("txn_9", amount=2**70, net=0)).rejected[0]
        assert rejected.external_id == "txn_9"
        assert str(2**70) in rejected.reason and str(2**70) in rejected.raw

    def test_passes_on_what_a_mapper_rejected(self) -> None:
        rejected = Rejected("txn_8", "unknown_currency", "No scale.", "{}")
        encoded = ledger(balance_transaction_row(), rejected)
        assert (encoded.rejected, len(encoded.lines), encoded.seen) == ([rejected], 1, 2)

    def test_a_row_of_another_stream_is_a_mistake_in_the_code(self) -> None:
        with pytest.raises(TypeError, match="balance_transactions takes BalanceTransactionRow"):
            ledger(charge_row())

    def test_accepts_the_widest_values(self) -> None:
        encoded = ledger(
            balance_transaction_row("x" * 255, amount=2**63 - 1, fee=0, created_at=datetime(1, 1, 1, tzinfo=UTC)),
            balance_transaction_row("é" * 255, amount=-(2**63), fee=0, created_at=datetime(9999, 12, 31, tzinfo=UTC)),
        )
        assert encoded.rejected == []
