"""Stripe's own exports become rows; what cannot be read with certainty is refused with a sentence that helps."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest

from accounts.errors import InvalidInput, TooLarge
from ingestion.pipeline.rows import Rejected
from ingestion.providers.stripe.csv_exports import container, read_export
from ingestion.providers.stripe.tests.payloads import SEEN_AT

BALANCE = "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description\r\n"
ITEMISED = (
    "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,"
    "description,automatic_payout_id\n"
)
PAYOUTS = (
    "id,Amount,Created (UTC),Currency,Livemode,Arrival Date (UTC),Source Type,Destination,Status,Type,Method,"
    "Description,Balance Transaction,Failure Code\n"
)
DISPUTES = (
    "id,Description,Dispute Created (UTC),Charge Created (UTC),Dispute Amount,Dispute Currency,Charge ID,Card Brand,"
    "Reason,Status,Due By (UTC),Has Evidence,Payment Intent\n"
)
PAYMENTS = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Card Brand,Card Fingerprint,Customer ID,Fee,"
    "Status,PaymentIntent ID,Disputed Amount,Statement Descriptor\n"
)
ONE = "txn_1,charge,ch_1,120.00,3.78,116.22,usd,2026-09-01 14:03,2026-09-03 00:00,Course\r\n"


def rows(text: str | bytes) -> list[Any]:
    data = text.encode() if isinstance(text, str) else text
    return [mapped.row for mapped in read_export(io.BytesIO(data)).rows(version_at=SEEN_AT)]


def refusal(text: str | bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        rows(text)
    return caught.value


def balance_line(amount: str = "120.00", created: str = "2026-09-01 14:03", currency: str = "usd") -> str:
    return f'txn_9,charge,ch_9,"{amount}","0","{amount}",{currency},{created},,Text\r\n'


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


class TestKinds:
    def test_reads_balance_history(self) -> None:
        (row,) = rows(BALANCE + ONE)
        assert (row.external_id, row.amount, row.fee, row.net, row.bucket) == ("txn_1", 12_000, 378, 11_622, "gross")
        assert row.created_at == datetime(2026, 9, 1, 14, 3, tzinfo=UTC)
        assert (row.source_object, row.status) == ("ch_1", "pending")

    def test_reads_the_itemised_balance_report(self) -> None:
        text = ITEMISED + (
            "txn_1,2026-01-14 10:02:11,2026-01-16 00:00:00,eur,600.00,8.70,591.30,charge,ch_1,Order,po_1\n"
            "txn_2,2026-01-15 11:00:00,2026-01-17 00:00:00,eur,-50.00,15.00,-65.00,dispute,dp_1,Dispute,po_1\n"
        )
        charge, dispute = rows(text)
        assert (charge.bucket, charge.net, charge.status) == ("gross", 59_130, "available")
        assert (dispute.bucket, dispute.amount, dispute.fee) == ("dispute", -5_000, 1_500)

    def test_reads_payouts(self) -> None:
        (row,) = rows(
            PAYOUTS + "po_1,3930.14,2026-07-10 00:18,usd,true,2026-07-11 00:00,card,ba_1,failed,bank_account,standard,"
            "STRIPE PAYOUT,txn_1,account_closed\n"
        )
        assert (row.amount, row.status, row.failure_code) == (393_014, "failed", "account_closed")
        assert row.arrival_date == date(2026, 7, 11)

    def test_reads_disputes(self) -> None:
        (row,) = rows(
            DISPUTES + "dp_1,Order,2026-05-02 10:00,2026-04-01 09:00,25.00,usd,ch_1,MasterCard,fraudulent,"
            "Needs response,2026-05-12 23:59,false,pi_1\n"
        )
        assert (row.amount, row.status, row.brand, row.is_chargeback) == (2_500, "needs_response", "mastercard", True)
        assert row.charge_created_at == datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
        assert row.evidence_due_by == datetime(2026, 5, 12, 23, 59, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("word", "captured", "status", "taken"),
        [
            ("Paid", "true", "succeeded", 4_000),
            ("Refunded", "true", "succeeded", 4_000),
            ("Uncaptured", "false", "succeeded", 0),
            ("Failed", "false", "failed", 0),
            ("requires_payment_method", "", "failed", 0),
        ],
    )
    def test_reads_payments(self, word: str, captured: str, status: str, taken: int) -> None:
        (row,) = rows(
            PAYMENTS + f"ch_1,2026-05-02 10:00:01,40.00,0.00,usd,{captured},Visa,fp_1,,1.46,{word},pi_1,0.00,ACME\n"
        )
        assert (row.status, row.amount_captured, row.brand, row.payer_key) == (status, taken, "visa", "card:fp_1")

    @pytest.mark.parametrize(("currency", "text", "minor"), [("jpy", "5000", 5000), ("bhd", "1.250", 1250)])
    def test_scales_by_the_currency_s_own_exponent(self, currency: str, text: str, minor: int) -> None:
        assert rows(BALANCE + balance_line(text, currency=currency))[0].amount == minor


class TestHeader:
    def test_names_the_columns_that_are_missing(self) -> None:
        problem = refusal("id,Type,Source,Amount,Currency,Created (UTC),My Column\nx,y,z,1,usd,2026-01-01,q\n")
        assert problem.code == "missing_columns"
        assert "fee" in problem.message and "net" in problem.message
        assert problem.details["unknown"] == ["my column"]

    def test_names_the_columns_of_a_file_that_is_something_else(self) -> None:
        problem = refusal("Datum;Betrag;Verwendungszweck\n1;2;3\n")
        assert problem.code == "unknown_header"
        assert "datum" in problem.message or "datum;betrag;verwendungszweck" in problem.message

    @pytest.mark.parametrize("text", ["", "\n", BALANCE])
    def test_refuses_files_without_lines(self, text: str) -> None:
        assert refusal(text).code == "no_rows"

    def test_reads_columns_in_any_order_case_and_with_metadata(self) -> None:
        header = "NET,Currency,id,amount,FEE, Created (UTC) ,plan (metadata)\n"
        assert rows(header + "9.00,usd,txn_1,10.00,1.00,2026-01-01 00:00,x\n")[0].net == 900


class TestEncoding:
    def test_reads_utf8_with_a_byte_order_mark(self) -> None:
        assert rows("\ufeff" + BALANCE + ONE.replace("Course", "Café"))[0].description == "Café"

    def test_names_line_and_byte_of_a_latin1_file(self) -> None:
        problem = refusal((BALANCE + ONE + ONE.replace("Course", "Café")).encode("latin-1"))
        assert problem.code == "bad_encoding"
        assert "0xE9 in line 3" in problem.message

    def test_finds_a_broken_byte_behind_the_first_chunk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container, "CHUNK", 7)
        problem = refusal((BALANCE + ONE + ONE.replace("Course", "Bei")).encode() + b"\xe9\r\n")
        assert problem.code == "bad_encoding"
        assert "line 4" in problem.message

    def test_reads_characters_that_two_chunks_share(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container, "CHUNK", 3)
        assert rows(BALANCE + ONE.replace("Course", "Ümläüt€"))[0].description == "Ümläüt€"

    @pytest.mark.parametrize("codec", ["utf-16", "utf-16-le"])
    def test_refuses_utf16(self, codec: str) -> None:
        assert refusal((BALANCE + ONE).encode(codec)).code in ("bad_encoding", "not_text")

    @pytest.mark.parametrize("data", [b"\x1f\x8b\x08\x00", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1"])
    def test_refuses_other_kinds_of_file(self, data: bytes) -> None:
        assert refusal(data).code == "not_csv"


class TestNumbers:
    @pytest.mark.parametrize(
        ("amounts", "expected"),
        [
            (["1234.50"], [123_450]),
            (["1,234.50"], [123_450]),
            (["1.234,50"], [123_450]),
            (["45,91"], [4_591]),
            (["45,91", "1.234"], [4_591, 123_400]),
            (["45.91", "1,234"], [4_591, 123_400]),
            (["1,234,567"], [123_456_700]),
            (["-20.00"], [-2_000]),
            (["\u221220.00"], [-2_000]),
            (["7"], [700]),
        ],
    )
    def test_finds_the_one_way_the_file_writes_decimals(self, amounts: list[str], expected: list[int]) -> None:
        assert [row.amount for row in rows(BALANCE + "".join(map(balance_line, amounts)))] == expected

    @pytest.mark.parametrize(
        ("amounts", "code"),
        [(["1,234"], "ambiguous_decimals"), (["1.234"], "ambiguous_decimals"), (["1.50", "2,50"], "mixed_decimals")],
    )
    def test_refuses_numbers_that_can_be_read_in_two_ways(self, amounts: list[str], code: str) -> None:
        problem = refusal(BALANCE + "".join(map(balance_line, amounts)))
        assert problem.code == code
        assert "line 2" in problem.message

    @pytest.mark.parametrize("amount", ["12.345,6,7", "$12.00", "(20.00)", "1e3", "", "=1+1", "12.5.0", "0.001"])
    def test_rejects_single_lines_whose_amount_is_none(self, amount: str) -> None:
        good, bad = rows(BALANCE + ONE + balance_line(amount))
        assert good.external_id == "txn_1"
        assert (bad.reason_code, bad.external_id) == ("bad_amount", "txn_9")
        assert bad.reason.startswith("Line 3:")

    def test_reads_a_semicolon_file_from_a_continental_spreadsheet(self) -> None:
        text = BALANCE.replace(",", ";") + "txn_1;charge;ch_1;1.120,00;3,78;1.116,22;eur;31.12.2026 14:03;;Kurs\n"
        (row,) = rows(text)
        assert (row.amount, row.created_at.date()) == (112_000, date(2026, 12, 31))


class TestDates:
    @pytest.mark.parametrize(
        ("dates", "expected"),
        [
            (["2026-09-01 14:03:59"], [date(2026, 9, 1)]),
            (["2026-09-01T14:03:59Z"], [date(2026, 9, 1)]),
            (["2026-09-01"], [date(2026, 9, 1)]),
            (["8/31/2026 12:00", "8/6/2026 12:00"], [date(2026, 8, 31), date(2026, 8, 6)]),
            (["31/8/2026 12:00", "8/6/2026 12:00"], [date(2026, 8, 31), date(2026, 6, 8)]),
            (["8/8/2026 12:00"], [date(2026, 8, 8)]),
            (["6.8.2026"], [date(2026, 8, 6)]),
        ],
    )
    def test_finds_the_one_way_the_file_writes_dates(self, dates: list[str], expected: list[date]) -> None:
        text = BALANCE + "".join(balance_line(created=value) for value in dates)
        assert [row.created_at.date() for row in rows(text)] == expected

    @pytest.mark.parametrize(
        ("dates", "code"),
        [(["8/6/2026 12:00"], "ambiguous_dates"), (["8/31/2026", "31/8/2026"], "mixed_dates")],
    )
    def test_refuses_dates_that_can_be_read_in_two_ways(self, dates: list[str], code: str) -> None:
        assert refusal(BALANCE + "".join(balance_line(created=value) for value in dates)).code == code

    @pytest.mark.parametrize("value", ["2026-02-30", "yesterday", "8/6/26", "", "2026-09-01 25:00", "99/99/2026"])
    def test_rejects_single_lines_whose_date_is_none(self, value: str) -> None:
        assert rows(BALANCE + ONE + balance_line(created=value))[1].reason_code == "bad_date"


class TestLines:
    def test_keeps_formula_text_as_text(self) -> None:
        (row,) = rows(BALANCE + ONE.replace("Course", '"=HYPERLINK(""http://x"",""y"")"'))
        assert row.description == '=HYPERLINK("http://x","y")'

    def test_rejects_a_line_with_missing_cells(self) -> None:
        assert rows(BALANCE + ONE + "txn_2,charge\n")[1].reason_code == "wrong_width"

    def test_rejects_an_unknown_currency_and_keeps_the_line(self) -> None:
        (bad,) = rows(BALANCE + balance_line(currency="zzz"))
        assert isinstance(bad, Rejected)
        assert bad.reason_code == "unknown_currency"
        assert "zzz" in bad.raw

    def test_rejects_a_net_that_does_not_add_up(self) -> None:
        assert rows(BALANCE + ONE.replace("116.22", "116.23"))[0].reason_code == "net_mismatch"

    def test_reads_line_breaks_inside_quotes(self) -> None:
        first, second = rows(BALANCE + ONE.replace("Course", '"two\nlines"') + balance_line("1.00"))
        assert (first.description, second.amount) == ("two\nlines", 100)

    def test_refuses_an_unclosed_quote(self) -> None:
        assert refusal(BALANCE + ONE + 'txn_2,"charge\n').code == "bad_csv"

    def test_gives_one_result_for_every_line(self) -> None:
        export = read_export(io.BytesIO((BALANCE + ONE * 3 + "\r\n" + balance_line("")).encode()))
        assert export.n_lines == len(list(export.rows(version_at=SEEN_AT))) == 4


class TestArchives:
    def test_reads_the_only_csv_of_an_archive(self) -> None:
        assert rows(zipped({"folder/balance.csv": (BALANCE + ONE).encode(), "__MACOSX/balance.csv": b"x"}))

    @pytest.mark.parametrize("files", [{}, {"a.csv": b"x", "b.csv": b"y"}, {"a.txt": b"x"}, {"a.zip": b"PK\x03\x04"}])
    def test_refuses_archives_without_exactly_one(self, files: dict[str, bytes]) -> None:
        assert refusal(zipped(files)).code in ("not_one_csv", "no_rows", "unknown_header")

    def test_refuses_a_spreadsheet(self) -> None:
        assert refusal(zipped({"[Content_Types].xml": b"<x/>", "xl/sheet.xml": b"<x/>"})).code == "not_csv"

    def test_refuses_a_damaged_archive(self) -> None:
        assert refusal(zipped({"a.csv": b"x" * 500})[:60]).code == "bad_zip"

    def test_refuses_a_bomb_by_its_ratio(self) -> None:
        with pytest.raises(TooLarge):
            rows(zipped({"a.csv": b"0" * 20_000_000}))

    def test_refuses_a_bomb_that_lies_about_its_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container, "MAX_UNPACKED", 1_000_000)
        monkeypatch.setattr(container, "MAX_RATIO", 10**9)
        data = bytearray(zipped({"a.csv": b"0" * 2_000_000}))
        size = (2_000_000).to_bytes(4, "little")
        while (at := data.find(size)) >= 0:
            data[at : at + 4] = (1000).to_bytes(4, "little")
        with pytest.raises((TooLarge, InvalidInput)):
            rows(bytes(data))

    def test_refuses_a_plain_file_above_the_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(container, "MAX_UNPACKED", 100)
        with pytest.raises(TooLarge):
            rows(BALANCE + ONE * 5)
