"""Reference rates: the ECB's own formats in, one row a currency and day."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.errors import InvalidInput
from ingestion.fx import Loaded, Rate, read_ecb, seed_rates, store_rates
from ingestion.models import FxRate

HISTORY = b"Date,USD,JPY,CYP,\n2026-06-12,1.0812,168.43,N/A,\n2026-06-11,1.0799,168.10,N/A,\n"
DAILY = b"Date, USD, JPY, BGN, \n12 June 2026, 1.0812, 168.43, 1.9558, \n"
XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube><Cube time='2026-06-12'><Cube currency='USD' rate='1.0812'/><Cube currency='JPY' rate='168.43'/></Cube>
  <Cube time='2026-06-11'><Cube currency='USD' rate='1.0799'/></Cube></Cube>
</gesmes:Envelope>"""
FRIDAY, THURSDAY = date(2026, 6, 12), date(2026, 6, 11)


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("eurofxref-hist.csv", data)
    return buffer.getvalue()


class TestReading:
    def test_the_historical_csv_without_the_gaps(self) -> None:
        assert read_ecb(HISTORY) == [
            Rate(FRIDAY, "usd", Decimal("1.0812")),
            Rate(FRIDAY, "jpy", Decimal("168.43")),
            Rate(THURSDAY, "usd", Decimal("1.0799")),
            Rate(THURSDAY, "jpy", Decimal("168.10")),
        ]

    def test_the_daily_csv_with_its_written_out_day(self) -> None:
        assert read_ecb(DAILY)[2] == Rate(FRIDAY, "bgn", Decimal("1.9558"))

    def test_the_xml(self) -> None:
        assert [(rate.day, rate.currency) for rate in read_ecb(XML)] == [
            (FRIDAY, "usd"),
            (FRIDAY, "jpy"),
            (THURSDAY, "usd"),
        ]

    def test_the_zipped_csv(self) -> None:
        assert read_ecb(zipped(HISTORY)) == read_ecb(HISTORY)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"Day,USD\n2026-06-12,1\n",
            b"Date,USD\n",
            b"Date,DOLLAR\n2026-06-12,1\n",
            b"Date,USD\n2026-06-12,1,08\xff\n",
            b"Date,USD\n2026-06-12,0\n",
            b"Date,USD\n2026-06-12,-1\n",
            b"Date,USD\n2026-06-12,NaN\n",
            b"Date,USD\n2026-06-12,one\n",
            b"Date,USD,JPY\n2026-06-12,1.08\n",
            b"Date,USD\n12.06.2026,1.08\n",
            b"<html>not found</html>",
            b"<Cube time='2026-06-12'>",
            b"PK\x03\x04 damaged",
        ],
    )
    def test_refuses_anything_else(self, data: bytes) -> None:
        with pytest.raises(InvalidInput):
            read_ecb(data)


@pytest.mark.django_db
class TestStoring:
    def test_counts_new_corrected_and_known(self) -> None:
        assert store_rates(read_ecb(HISTORY)) == Loaded(given=4, new=4, corrected=0)
        again = store_rates([Rate(FRIDAY, "usd", Decimal("1.09")), Rate(FRIDAY, "jpy", Decimal("168.43"))])
        assert (again.new, again.corrected, again.known) == (0, 1, 1)
        assert FxRate.objects.get(day=FRIDAY, currency="usd").per_eur == Decimal("1.09")

    def test_seeds_weekdays_only(self) -> None:
        seed_rates(first=FRIDAY, last=date(2026, 6, 15), per_eur={"usd": Decimal("1.08")})
        assert list(FxRate.objects.order_by("day").values_list("day", flat=True)) == [FRIDAY, date(2026, 6, 15)]


@pytest.mark.django_db
class TestCommand:
    def test_loads_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "eurofxref.csv"
        file.write_bytes(DAILY)
        call_command("load_fx_rates", str(file))
        assert capsys.readouterr().out == "rates=3 new=3 corrected=0 known=0\n"

    def test_says_what_is_wrong(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("load_fx_rates", str(tmp_path / "missing.csv"))
        (tmp_path / "page.html").write_text("<html></html>")
        with pytest.raises(CommandError, match="no rates"):
            call_command("load_fx_rates", str(tmp_path / "page.html"))
